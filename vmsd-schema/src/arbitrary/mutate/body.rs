//! Changes inside a device's body: a value, the length, a subsection.

use std::ops::Range;

use super::{Edit, Mutator};
use crate::arbitrary::pieces::{Piece, PieceKind};
use crate::arbitrary::{below, below32, once_in, Unstructured};
use crate::decode::machine::Machine;
use crate::decode::{Content, Key, Node, Struct};

/// A part of a body that has no parts.
#[derive(Debug)]
pub(super) struct Leaf {
    range: Range<usize>,
    piece: usize,
    /// The field's path within the device.
    path: String,
    /// Bytes of one number, if these are numbers.
    width: usize,
}

/// A subsection: header and body.
#[derive(Debug)]
pub(super) struct Subsection {
    range: Range<usize>,
    piece: usize,
    name: String,
}

/// All leaves and subsections of a stream's devices.
pub(super) fn parts(machine: &Machine<'_>, pieces: &[Piece]) -> (Vec<Leaf>, Vec<Subsection>) {
    let mut parts = Parts::default();
    for (piece, found) in pieces.iter().enumerate() {
        let PieceKind::Section {
            place, live: false, ..
        } = found.kind
        else {
            continue;
        };
        let section = place.and_then(|place| machine.sections.get(place));
        if let Some(Ok(tree)) = section.and_then(|section| machine.decode(section)) {
            parts.piece = piece;
            parts.structure(&tree, "");
        }
    }
    (parts.leaves, parts.subsections)
}

#[derive(Default)]
struct Parts {
    leaves: Vec<Leaf>,
    subsections: Vec<Subsection>,
    piece: usize,
}

impl Parts {
    fn structure(&mut self, tree: &Struct<'_>, path: &str) {
        for (index, node) in tree.fields.iter().enumerate() {
            let name = match node.name {
                "" => index.to_string(),
                name => name.to_owned(),
            };
            self.node(node, &joined(path, &name));
        }
        for subsection in &tree.subsections {
            let name = subsection.body.vmsd_name;
            let len = subsection.header.len() + subsection.body.bytes.len();
            self.subsections.push(Subsection {
                range: span(subsection.offset, len),
                piece: self.piece,
                name: name.to_owned(),
            });
            self.structure(&subsection.body, &joined(path, name));
        }
    }

    fn node(&mut self, node: &Node<'_>, path: &str) {
        match &node.content {
            Content::Struct(inner) => self.structure(inner, path),
            Content::Elements(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.node(element, &format!("{path}[{index}]"));
                }
            }
            Content::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.structure(element, &format!("{path}[{index}]"));
                }
                self.leaf(node, path, 1);
            }
            Content::Tree(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    if let Key::Struct(key) = &branch.key {
                        self.structure(key, &format!("{path}[{index}] key"));
                    }
                    self.structure(&branch.value, &format!("{path}[{index}]"));
                }
                self.leaf(node, path, 4);
            }
            Content::Scalars(kind) => self.leaf(node, path, kind.width()),
            Content::Scalar(_) => self.leaf(node, path, node.bytes.len()),
            Content::Bytes(_) | Content::Opaque(_) | Content::Null | Content::Marker => {
                self.leaf(node, path, 1);
            }
        }
    }

    fn leaf(&mut self, node: &Node<'_>, path: &str, width: usize) {
        if node.bytes.is_empty() {
            return;
        }
        self.leaves.push(Leaf {
            range: span(node.offset, node.bytes.len()),
            piece: self.piece,
            path: path.to_owned(),
            width: width.clamp(1, 8),
        });
    }
}

fn span(offset: u64, len: usize) -> Range<usize> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    start..start.saturating_add(len)
}

fn joined(outer: &str, inner: &str) -> String {
    match outer {
        "" => inner.to_owned(),
        _ => format!("{outer} > {inner}"),
    }
}

impl Mutator<'_> {
    /// One number near what it was, or with one bit turned over.
    pub(super) fn value(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (leaf, at, bytes) = self.number(u)?;
        let old = big_endian(bytes);
        let new = match below(u, 4) {
            0 => old.wrapping_add(1),
            1 => old.wrapping_sub(1),
            2 => old ^ 1 << below(u, bytes.len() * 8),
            _ => old.wrapping_add(1 + below(u, 255) as u64),
        };
        Some(self.renumber(leaf, at, bytes, old, new))
    }

    /// One number by the least or most that it can be, signed and unsigned.
    pub(super) fn extreme(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (leaf, at, bytes) = self.number(u)?;
        let old = big_endian(bytes);
        let all = u64::MAX >> (64 - 8 * bytes.len());
        let choices = [0, all, all >> 1, (all >> 1) + 1];
        let new = choices.get(below(u, choices.len())).copied()?;
        Some(self.renumber(leaf, at, bytes, old, new))
    }

    /// A leaf of a device: each device comes as often as any other, whatever its size.
    fn leaf(&self, u: &mut Unstructured<'_>) -> Option<&Leaf> {
        let devices = self.leaves.chunk_by(|a, b| a.piece == b.piece);
        let device = below(u, devices.clone().count());
        let leaves = devices.into_iter().nth(device)?;
        leaves.get(below(u, leaves.len()))
    }

    /// A number of a leaf: which leaf, where in the stream, its bytes.
    fn number(&self, u: &mut Unstructured<'_>) -> Option<(&Leaf, usize, &[u8])> {
        let leaf = self.leaf(u)?;
        let numbers = leaf.range.len() / leaf.width;
        let at = leaf.range.start + leaf.width * below(u, numbers);
        let bytes = self.get(at..at + leaf.width);
        (!bytes.is_empty()).then_some((leaf, at, bytes))
    }

    fn renumber(&self, leaf: &Leaf, at: usize, bytes: &[u8], old: u64, new: u64) -> Edit {
        let low = new.to_be_bytes();
        let with = low.get(low.len() - bytes.len()..).unwrap_or_default();
        let new = big_endian(with);
        let element = (at - leaf.range.start) / leaf.width;
        let index = match leaf.range.len() / leaf.width {
            1 => String::new(),
            _ => format!("[{element}]"),
        };
        Edit {
            range: at..at + bytes.len(),
            with: with.to_vec(),
            piece: leaf.piece,
            what: format!(
                "{}: `{}{index}` is {new:#x} instead of {old:#x}",
                self.name_of(leaf.piece),
                leaf.path
            ),
        }
    }

    /// A byte more or less at the end of a field or of a body.
    pub(super) fn length(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let leaf = self.leaf(u)?;
        let label = self.name_of(leaf.piece);
        let bytes = self.get(leaf.range.clone());
        if once_in(u, 2) {
            let len = (1 + below(u, 8)).min(bytes.len());
            return Some(Edit {
                range: leaf.range.end - len..leaf.range.end,
                with: Vec::new(),
                piece: leaf.piece,
                what: format!("{label}: `{}` is {len} bytes shorter", leaf.path),
            });
        }
        let with = vec![u.arbitrary().unwrap_or(0); 1 + below(u, 8)];
        Some(Edit {
            range: leaf.range.end..leaf.range.end,
            piece: leaf.piece,
            what: format!("{label}: `{}` is {} bytes longer", leaf.path, with.len()),
            with,
        })
    }

    /// A subsection is left out, sent twice, of another version, or of a name that nobody knows.
    pub(super) fn subsection(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let chosen = self.subsections.get(below(u, self.subsections.len()))?;
        let Subsection { range, piece, name } = chosen;
        let (label, bytes) = (self.name_of(*piece), self.get(range.clone()));
        let edit = |range, with, what| Edit {
            range,
            with,
            piece: *piece,
            what: format!("{label}: subsection `{name}` {what}"),
        };
        Some(match below(u, 4) {
            0 => edit(range.clone(), Vec::new(), "is left out".to_owned()),
            1 => edit(
                range.clone(),
                [bytes, bytes].concat(),
                "comes twice".to_owned(),
            ),
            2 => {
                let at = range.start + 2 + name.len();
                let version = 1 + below32(u, 300);
                let bytes = version.to_be_bytes().to_vec();
                edit(at..at + 4, bytes, format!("has version {version}"))
            }
            _ => {
                let at = range.start + 2 + below(u, name.len());
                edit(
                    at..at + 1,
                    vec![b'~'],
                    format!("has byte ~ at {:#x} of its name", at),
                )
            }
        })
    }

    pub(super) fn name_of(&self, piece: usize) -> String {
        let piece = self.pieces.get(piece);
        piece.map_or_else(String::new, |piece| self.label(piece))
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
