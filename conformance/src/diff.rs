//! What differs between two streams, by device and field.
//!
//! In go two walked streams, out comes a list of [`Change`]s, each with the path to the thing and what it was on either
//! side. Bytes are compared only where nothing names them. Guest memory is compared by its blocks, not by its pages.

use std::collections::HashMap;
use std::fmt::Write as _;

use vmsd_schema::decode::{Content, Key, Node, Struct, Subsection};

use crate::contents::{Contents, Device};
use crate::outline::{Outline, Settings};
use crate::report::inspect::uuid_text;
use crate::report::scalar::{padded_text, Shown};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The device, `configuration` or `ram`.
    pub device: String,
    /// The field inside it; empty where the device itself is meant.
    pub path: String,
    /// What it is in the first stream; `None` where it is not there.
    pub old: Option<String>,
    /// What it is in the second stream.
    pub new: Option<String>,
}

/// A stream that is compared.
pub struct Side<'s> {
    /// What it consists of.
    pub outline: &'s Outline,
    /// What is in its sections.
    pub devices: &'s [Device<'s>],
}

/// All differences: configuration, memory, then devices in the order of the first stream, and the second's own last.
#[must_use]
pub fn diff(a: &Side<'_>, b: &Side<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    configuration(
        a.outline.configuration.as_ref(),
        b.outline.configuration.as_ref(),
        &mut changes,
    );
    ram(a.outline, b.outline, &mut changes);
    devices(a.devices, b.devices, &mut changes);
    changes
}

fn configuration(a: Option<&Settings>, b: Option<&Settings>, changes: &mut Vec<Change>) {
    let facts = |settings: &Settings| {
        vec![
            ("machine".to_owned(), settings.machine.clone()),
            (
                "target-page-bits".to_owned(),
                settings
                    .page_bits
                    .map(|bits| bits.to_string())
                    .unwrap_or_default(),
            ),
            ("capabilities".to_owned(), settings.capabilities.join(", ")),
            (
                "uuid".to_owned(),
                settings.uuid.as_ref().map(uuid_text).unwrap_or_default(),
            ),
        ]
    };
    let facts = |settings: Option<&Settings>| settings.map(facts).unwrap_or_default();
    let mut at = Place {
        device: "configuration".to_owned(),
        path: String::new(),
        changes,
    };
    at.facts(&facts(a), &facts(b));
}

fn ram(a: &Outline, b: &Outline, changes: &mut Vec<Change>) {
    let facts = |outline: &Outline| -> Vec<(String, String)> {
        outline
            .ram
            .blocks
            .iter()
            .map(|block| (block.name.clone(), format!("{} bytes", block.used_length)))
            .collect()
    };
    let mut at = Place {
        device: "ram".to_owned(),
        path: String::new(),
        changes,
    };
    at.facts(&facts(a), &facts(b));
}

/// Devices are the same if idstr and instance are; the second of a name is compared with the second.
fn devices(a: &[Device<'_>], b: &[Device<'_>], changes: &mut Vec<Change>) {
    let (a, b) = (numbered(a), numbered(b));
    let places: HashMap<&(String, usize), &Device<'_>> =
        b.iter().map(|(key, device)| (key, *device)).collect();
    for (key, device) in &a {
        match places.get(key) {
            Some(other) => pair(&key.0, device, other, changes),
            None => changes.push(whole(&key.0, Some(device), None)),
        }
    }
    let known: HashMap<&(String, usize), ()> = a.iter().map(|(key, _)| (key, ())).collect();
    for (key, device) in b.iter().filter(|(key, _)| !known.contains_key(key)) {
        changes.push(whole(&key.0, None, Some(device)));
    }
}

/// Devices under the name that a report gives them, those of the same name numbered. Rounds of live sections say nothing
/// of a machine's state.
fn numbered<'d, 's>(devices: &'d [Device<'s>]) -> Vec<((String, usize), &'d Device<'s>)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let shown = devices.iter().filter(|device| match device.contents {
        Contents::Ram => false,
        Contents::Live { .. } => device.item.kind.names_the_section(),
        Contents::Values(_) | Contents::Opaque { .. } => true,
    });
    shown
        .map(|device| {
            let mut name = device.idstr.clone();
            if device.item.section.instance.0 != 0 {
                let _ = write!(name, " #{}", device.item.section.instance);
            }
            let number = seen.entry(name.clone()).or_default();
            *number += 1;
            ((name, *number), device)
        })
        .collect()
}

fn whole(name: &str, old: Option<&Device<'_>>, new: Option<&Device<'_>>) -> Change {
    let text = |device: &Device<'_>| {
        format!(
            "version {}, {} bytes",
            device.item.section.version, device.item.body_len
        )
    };
    Change {
        device: name.to_owned(),
        path: String::new(),
        old: old.map(text),
        new: new.map(text),
    }
}

fn pair(name: &str, a: &Device<'_>, b: &Device<'_>, changes: &mut Vec<Change>) {
    let mut at = Place {
        device: name.to_owned(),
        path: String::new(),
        changes,
    };
    let versions = (a.item.section.version, b.item.section.version);
    at.text(
        "(version)",
        &versions.0.to_string(),
        &versions.1.to_string(),
    );
    match (&a.contents, &b.contents) {
        (Contents::Values(a), Contents::Values(b)) => at.body(a, b),
        (a, b) => at.bytes(raw(a), raw(b)),
    }
}

fn raw<'s>(contents: &Contents<'s>) -> &'s [u8] {
    match contents {
        Contents::Values(body) => body.bytes,
        Contents::Opaque { bytes, .. } => bytes,
        Contents::Live { bytes } => bytes.unwrap_or_default(),
        Contents::Ram => &[],
    }
}

/// Where the comparison stands.
struct Place<'c> {
    device: String,
    path: String,
    changes: &'c mut Vec<Change>,
}

impl Place<'_> {
    fn inside(&mut self, name: &str, compare: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        if !self.path.is_empty() && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        compare(self);
        self.path.truncate(len);
    }

    fn change(&mut self, old: Option<String>, new: Option<String>) {
        self.changes.push(Change {
            device: self.device.clone(),
            path: self.path.clone(),
            old,
            new,
        });
    }

    fn text(&mut self, name: &str, old: &str, new: &str) {
        if old != new {
            self.inside(name, |at| {
                at.change(Some(old.to_owned()), Some(new.to_owned()))
            });
        }
    }

    /// Named facts of either side.
    fn facts(&mut self, a: &[(String, String)], b: &[(String, String)]) {
        let find = |facts: &[(String, String)], name: &str| {
            facts
                .iter()
                .find(|fact| fact.0 == name)
                .map(|fact| fact.1.clone())
                .filter(|fact| !fact.is_empty())
        };
        let only_b = b
            .iter()
            .filter(|fact| !a.iter().any(|known| known.0 == fact.0));
        for (name, _) in a.iter().chain(only_b) {
            let (old, new) = (find(a, name), find(b, name));
            if old != new {
                self.inside(name, |at| at.change(old, new));
            }
        }
    }

    fn body(&mut self, a: &Struct<'_>, b: &Struct<'_>) {
        if a.vmsd_name == b.vmsd_name
            && a.version == b.version
            && a.bytes == b.bytes
            && same_names(a, b)
        {
            return;
        }
        self.text("(description)", a.vmsd_name, b.vmsd_name);
        if self.path.is_empty() || a.vmsd_name == b.vmsd_name {
            self.versions(a.version, b.version);
        }
        let (fields_a, fields_b) = (by_name(&a.fields), by_name(&b.fields));
        self.aligned(
            &fields_a,
            &fields_b,
            |at, a, b| at.node(a, b),
            |node| whole_node(node),
        );
        let (subsections_a, subsections_b) = (subsections(a), subsections(b));
        self.aligned(
            &subsections_a,
            &subsections_b,
            |at, a, b| at.body(a, b),
            |_| "subsection".to_owned(),
        );
    }

    /// The device's own version is told by its section.
    fn versions(&mut self, a: u32, b: u32) {
        if !self.path.is_empty() {
            self.text("(version)", &a.to_string(), &b.to_string());
        }
    }

    /// Things with names: those of both sides are compared, the others are removed or added.
    fn aligned<T>(
        &mut self,
        a: &[(String, T)],
        b: &[(String, T)],
        mut compare: impl FnMut(&mut Self, &T, &T),
        show: impl Fn(&T) -> String,
    ) {
        let places: HashMap<&str, &T> = b
            .iter()
            .map(|(name, thing)| (name.as_str(), thing))
            .collect();
        for (name, thing) in a {
            match places.get(name.as_str()) {
                Some(other) => self.inside(name, |at| compare(at, thing, other)),
                None => self.inside(name, |at| at.change(Some(show(thing)), None)),
            }
        }
        let known: HashMap<&str, ()> = a.iter().map(|(name, _)| (name.as_str(), ())).collect();
        for (name, thing) in b
            .iter()
            .filter(|(name, _)| !known.contains_key(name.as_str()))
        {
            self.inside(name, |at| at.change(None, Some(show(thing))));
        }
    }

    fn node(&mut self, a: &Node<'_>, b: &Node<'_>) {
        match (&a.content, &b.content) {
            (Content::Scalar(old), Content::Scalar(new)) => {
                self.value(old != new, || {
                    (Shown(*old).to_string(), Shown(*new).to_string())
                });
            }
            (Content::Scalars(_), Content::Scalars(_)) => self.scalars(a, b),
            (Content::Bytes(old), Content::Bytes(new)) => self.bytes(old, new),
            (Content::Struct(old), Content::Struct(new)) => self.body(old, new),
            (Content::Elements(old), Content::Elements(new)) => {
                let (old, new) = (real(old), real(new));
                self.list(
                    &old,
                    &new,
                    |at, old, new| at.node(old, new),
                    |node| whole_node(node),
                );
            }
            (Content::List(old), Content::List(new)) => {
                self.list(old, new, Self::body, whole_struct)
            }
            (Content::Tree(old), Content::Tree(new)) => self.list(
                old,
                new,
                |at, old, new| {
                    match (&old.key, &new.key) {
                        (Key::Struct(old), Key::Struct(new)) => {
                            at.inside("key", |at| at.body(old, new))
                        }
                        (old, new) => at.text("key", &key_text(old), &key_text(new)),
                    }
                    at.inside("value", |at| at.body(&old.value, &new.value));
                },
                |branch| whole_struct(&branch.value),
            ),
            (Content::Null, Content::Null) => {}
            (Content::Opaque(_), Content::Opaque(_)) => self.bytes(a.bytes, b.bytes),
            _ => self.value(true, || (whole_node(a), whole_node(b))),
        }
    }

    fn value(&mut self, differs: bool, texts: impl FnOnce() -> (String, String)) {
        if differs {
            let (old, new) = texts();
            self.change(Some(old), Some(new));
        }
    }

    fn scalars(&mut self, a: &Node<'_>, b: &Node<'_>) {
        let (old, new): (Vec<_>, Vec<_>) = (a.scalars().collect(), b.scalars().collect());
        self.list(
            &old,
            &new,
            |at, old, new| {
                at.value(old != new, || {
                    (Shown(*old).to_string(), Shown(*new).to_string())
                })
            },
            |scalar| Shown(*scalar).to_string(),
        );
    }

    /// Things with numbers.
    fn list<T>(
        &mut self,
        a: &[T],
        b: &[T],
        compare: impl Fn(&mut Self, &T, &T),
        show: impl Fn(&T) -> String,
    ) {
        for index in 0..a.len().max(b.len()) {
            self.inside(&format!("[{index}]"), |at| {
                match (a.get(index), b.get(index)) {
                    (Some(old), Some(new)) => compare(at, old, new),
                    (old, new) => at.change(old.map(&show), new.map(&show)),
                }
            });
        }
    }

    /// Bytes without names: the runs that differ, by their place.
    fn bytes(&mut self, a: &[u8], b: &[u8]) {
        if a == b {
            return;
        }
        if let (Some(old), Some(new)) = (padded_text(a), padded_text(b)) {
            return self.change(Some(format!("{old:?}")), Some(format!("{new:?}")));
        }
        let common = a.len().min(b.len());
        let differs = |index: &usize| a.get(*index) != b.get(*index);
        let mut from = 0;
        while let Some(start) = (from..common).find(differs) {
            let end = (start..common)
                .find(|index| !differs(index))
                .unwrap_or(common);
            let name = if end == start + 1 {
                format!("[{start:#x}]")
            } else {
                format!("[{start:#x}..{end:#x}]")
            };
            self.inside(&name, |at| {
                at.change(hex(a.get(start..end)), hex(b.get(start..end)))
            });
            from = end;
        }
        if a.len() != b.len() {
            let name = format!("[{common:#x}..]");
            let rest = |bytes: &[u8]| {
                bytes
                    .get(common..)
                    .filter(|rest| !rest.is_empty())
                    .and_then(|rest| hex(Some(rest)))
            };
            self.inside(&name, |at| at.change(rest(a), rest(b)));
        }
    }
}

/// A field that repeats under one name is told apart by its number.
fn by_name<'n, 's>(fields: &'n [Node<'s>]) -> Vec<(String, &'n Node<'s>)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    fields
        .iter()
        .map(|field| {
            let number = seen.entry(field.name).or_default();
            *number += 1;
            let name = if *number == 1 {
                field.name.to_owned()
            } else {
                format!("{} ({number})", field.name)
            };
            (name, field)
        })
        .collect()
}

fn subsections<'n, 's>(body: &'n Struct<'s>) -> Vec<(String, &'n Struct<'s>)> {
    body.subsections
        .iter()
        .map(|Subsection { body, .. }| (body.vmsd_name.to_owned(), body))
        .collect()
}

/// Equal bytes may still be other fields.
fn same_names(a: &Struct<'_>, b: &Struct<'_>) -> bool {
    let fields = |body: &Struct<'_>| {
        body.fields
            .iter()
            .map(|field| (field.name.to_owned(), field.bytes.len()))
            .collect::<Vec<_>>()
    };
    fields(a) == fields(b)
}

fn real<'n, 's>(elements: &'n [Node<'s>]) -> Vec<&'n Node<'s>> {
    elements
        .iter()
        .filter(|element| !matches!(element.content, Content::Marker))
        .collect()
}

fn key_text(key: &Key<'_>) -> String {
    match key {
        Key::Direct { value, .. } => format!("{value:#x}"),
        Key::Struct(body) => whole_struct(body),
    }
}

fn whole_struct(body: &Struct<'_>) -> String {
    format!("{}, {} bytes", body.vmsd_name, body.bytes.len())
}

/// A field that only one side has.
fn whole_node(node: &Node<'_>) -> String {
    match &node.content {
        Content::Scalar(scalar) => Shown(*scalar).to_string(),
        Content::Null => "NULL".to_owned(),
        Content::Struct(body) => whole_struct(body),
        _ => format!("{}, {} bytes", node.type_name, node.bytes.len()),
    }
}

/// Bytes of a change, cut where they are many.
fn hex(bytes: Option<&[u8]>) -> Option<String> {
    const SHOWN: usize = 32;
    let bytes = bytes?;
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let more = if bytes.len() > SHOWN {
        format!(" … {} more", bytes.len() - SHOWN)
    } else {
        String::new()
    };
    Some(format!("{}{more}", crate::report::scalar::Hex(shown)))
}
