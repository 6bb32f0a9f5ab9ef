//! A place in a stream: its section, its field, and the bytes there with what they are.

use vmsd_schema::decode::machine::{Machine, MachineSection};
use vmsd_schema::decode::{Content, Node, Struct};
use vmsd_schema::stream::SectionKind;

use super::catalogue::{self, catalogue};
use super::Cause;
use crate::report::scalar::{Brief, Shown};

/// Where a cause is to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The section's name, instance, version and type, if it is in one.
    pub section: Option<Header>,
    /// Some bytes, in the order of the stream.
    pub rows: Vec<Row>,
}

/// The section that a place is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its instance.
    pub instance: u32,
    /// The version of its body.
    pub version: u32,
    /// Its key in the stream.
    pub id: u32,
    /// Its type.
    pub kind: &'static str,
    /// Where its type byte stands.
    pub at: u64,
    /// Where its body begins.
    pub body_at: u64,
    /// Bytes of the body.
    pub len: u64,
}

/// Some bytes and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the first stands.
    pub offset: u64,
    /// The bytes, the first of them if they are many.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub len: u64,
    /// What they are.
    pub what: String,
    /// Whether this is the place itself.
    pub here: bool,
}

/// Bytes that a row shows.
const WIDTH: usize = 16;
/// Fields that are shown before and behind the one that counts.
const AROUND: usize = 2;

/// Finds the place of a cause.
pub(super) fn locate(cause: &mut Cause, machine: &Machine<'_>, data: &[u8]) {
    let kind = catalogue()
        .entry(&cause.id)
        .map_or(catalogue::Place::Body, |entry| entry.place);
    let section = find(cause, machine);
    let mut place = Place {
        section: section.map(header),
        rows: Vec::new(),
    };
    let leaves = section
        .and_then(|section| leaves(machine, section))
        .unwrap_or_default();
    if cause.offset.is_none() {
        // The log may tell of what this stream does not reach.
        let place = guess(cause, kind, section, &leaves, machine);
        cause.offset = place.filter(|offset| *offset <= data.len() as u64);
    }
    let Some(offset) = cause.offset else {
        cause.place = place.section.is_some().then_some(place);
        return;
    };
    place.rows = fields(&leaves, offset);
    if place.rows.is_empty() {
        place.rows = raw(offset, machine, data);
    } else if let Some(section) = section {
        place.rows.extend(footer(section, offset, machine, data));
    }
    if kind == catalogue::Place::Body && cause.path.is_none() {
        cause.path = place
            .rows
            .iter()
            .find(|row| row.here)
            .map(|row| row.what.clone());
    }
    cause.place = Some(place);
}

fn find<'m, 's>(cause: &Cause, machine: &'m Machine<'s>) -> Option<&'m MachineSection<'s>> {
    if let Some(name) = &cause.section {
        let fits = |section: &&MachineSection<'_>| {
            section.name == *name
                && cause
                    .instance
                    .is_none_or(|instance| section.header.instance.0 == instance)
        };
        return machine.sections.iter().find(fits);
    }
    let offset = cause.offset?;
    let mut before = machine
        .sections
        .iter()
        .filter(|section| section.at <= offset);
    before
        .next_back()
        .filter(|section| offset <= section.body_at + section.len)
}

fn header(section: &MachineSection<'_>) -> Header {
    Header {
        name: section.name.clone(),
        instance: section.header.instance.0,
        version: section.header.version,
        id: section.header.id.0,
        kind: match section.kind {
            SectionKind::Start => "START",
            SectionKind::Part => "PART",
            SectionKind::End => "END",
            SectionKind::Full => "FULL",
        },
        at: section.at,
        body_at: section.body_at,
        len: section.len,
    }
}

/// Where a cause without an offset is to be seen.
fn guess(
    cause: &Cause,
    kind: catalogue::Place,
    section: Option<&MachineSection<'_>>,
    leaves: &[Leaf],
    machine: &Machine<'_>,
) -> Option<u64> {
    use catalogue::Place;
    match (kind, section) {
        (Place::Header, _) => Some(machine.start),
        (Place::Configuration, _) => Some(machine.start + 8),
        (Place::Body, Some(section)) => {
            let path = cause.path.as_deref().map(bare);
            let named =
                path.and_then(|path| leaves.iter().find(|leaf| bare(&leaf.path).ends_with(&path)));
            Some(named.map_or(section.body_at, |leaf| {
                // A log may tell of a place that this field does not have.
                let inside = cause.inside.filter(|inside| *inside < leaf.len);
                leaf.offset + inside.unwrap_or(0)
            }))
        }
        (Place::End, Some(section)) => Some(section.body_at + section.len),
        (Place::Section, Some(section)) => Some(section.at),
        (Place::Ram, Some(section)) => Some(section.body_at),
        (Place::Stop, Some(section)) => Some(section.at),
        (Place::Stop, None) => machine
            .stopped
            .as_ref()
            .and_then(vmsd_schema::Error::offset),
        _ => None,
    }
}

/// A path without the numbers of elements, of which not all layers tell.
fn bare(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for char in path.chars() {
        match char {
            '[' => inside = true,
            ']' => inside = false,
            _ if !inside => out.push(char),
            _ => {}
        }
    }
    out
}

/// A field that is not made of others.
struct Leaf {
    path: String,
    offset: u64,
    bytes: Vec<u8>,
    len: u64,
    value: String,
}

fn leaves(machine: &Machine<'_>, section: &MachineSection<'_>) -> Option<Vec<Leaf>> {
    let body = machine.decode(section)?.ok()?;
    let mut out = Vec::new();
    of_struct(&body, "", &mut out);
    Some(out)
}

fn of_struct(body: &Struct<'_>, path: &str, out: &mut Vec<Leaf>) {
    for node in &body.fields {
        of_node(node, &joined(path, node.name), out);
    }
    for subsection in &body.subsections {
        let path = joined(path, subsection.body.vmsd_name);
        out.push(Leaf {
            path: path.clone(),
            offset: subsection.offset,
            bytes: subsection.header.iter().take(WIDTH).copied().collect(),
            len: subsection.header.len() as u64,
            value: "header of the subsection".to_owned(),
        });
        of_struct(&subsection.body, &path, out);
    }
}

fn of_node(node: &Node<'_>, path: &str, out: &mut Vec<Leaf>) {
    match &node.content {
        Content::Struct(body) => of_struct(body, path, out),
        Content::Elements(elements) => {
            for (index, element) in elements.iter().enumerate() {
                of_node(element, &format!("{path}[{index}]"), out);
            }
        }
        Content::List(bodies) => {
            for (index, body) in bodies.iter().enumerate() {
                of_struct(body, &format!("{path}[{index}]"), out);
            }
        }
        _ if node.bytes.is_empty() => {}
        content => out.push(Leaf {
            path: path.to_owned(),
            offset: node.offset,
            bytes: node.bytes.iter().take(WIDTH).copied().collect(),
            len: node.bytes.len() as u64,
            value: match content {
                Content::Scalar(scalar) => Shown(*scalar).to_string(),
                Content::Scalars(_) => {
                    let some: Vec<String> = node
                        .scalars()
                        .take(4)
                        .map(|scalar| Brief(scalar).to_string())
                        .collect();
                    format!("{} …", some.join(" "))
                }
                _ => node.type_name.to_owned(),
            },
        }),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path} > {name}")
    }
}

/// The field at a place and some around it.
fn fields(leaves: &[Leaf], offset: u64) -> Vec<Row> {
    let behind = leaves.partition_point(|leaf| leaf.offset <= offset);
    let Some(last) = leaves.last() else {
        return Vec::new();
    };
    if leaves.first().is_none_or(|first| offset < first.offset) || offset > last.offset + last.len {
        return Vec::new();
    }
    let at_end = offset == last.offset + last.len;
    let here = behind.saturating_sub(1);
    let shown = leaves
        .iter()
        .enumerate()
        .skip(here.saturating_sub(AROUND))
        .take(2 * AROUND + 1);
    let rows = shown.map(|(place, leaf)| {
        let inside = if place == here && !at_end {
            offset - leaf.offset
        } else {
            0
        };
        Row {
            offset: leaf.offset,
            bytes: leaf.bytes.clone(),
            len: leaf.len,
            what: match inside {
                0 => format!("{} = {}", leaf.path, leaf.value),
                inside => format!("{} + {inside:#x} ({})", leaf.path, leaf.value),
            },
            here: place == here && !at_end,
        }
    });
    rows.collect()
}

/// What stands behind a body, if the place is there.
fn footer(
    section: &MachineSection<'_>,
    offset: u64,
    machine: &Machine<'_>,
    data: &[u8],
) -> Option<Row> {
    let end = section.body_at + section.len;
    if offset != end {
        return None;
    }
    let at = usize::try_from(end - machine.start).ok()?;
    let bytes = data.get(at..at + 5)?.to_vec();
    Some(Row {
        offset: end,
        len: bytes.len() as u64,
        bytes,
        what: format!("footer of section {}", section.header.id),
        here: true,
    })
}

/// Bytes around a place that no field explains.
fn raw(offset: u64, machine: &Machine<'_>, data: &[u8]) -> Vec<Row> {
    let Some(at) = offset
        .checked_sub(machine.start)
        .and_then(|at| usize::try_from(at).ok())
    else {
        return Vec::new();
    };
    let at = at.min(data.len());
    let from = at.saturating_sub(WIDTH);
    let row = |from: usize, to: usize, here: bool| {
        let bytes = data
            .get(from..to.min(data.len()))
            .unwrap_or_default()
            .to_vec();
        Row {
            offset: machine.start + from as u64,
            len: bytes.len() as u64,
            what: match (here, bytes.is_empty()) {
                (true, true) => "the stream ends".to_owned(),
                _ => String::new(),
            },
            bytes,
            here,
        }
    };
    let rows = [row(from, at, false), row(at, at + WIDTH, true)];
    rows.into_iter()
        .filter(|row| row.here || !row.bytes.is_empty())
        .collect()
}
