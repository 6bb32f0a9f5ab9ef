//! Values in a body that may be any of their width, and other values for them.

use vmsd_schema::decode::{Content, Node, Struct};

use crate::generate::encoding::{self, Encoding};

/// A value in a body that may be any of its width.
pub(super) struct Spot {
    pub(super) name: String,
    at: usize,
    width: usize,
    is_bool: bool,
    /// Whether it stands in a field that QEMU describes by its size alone.
    pub(super) inside: bool,
}

/// Every spot of a section.
pub(super) fn of(content: &Struct<'_>) -> Vec<Spot> {
    let mut spots = Spots::default();
    spots.structure(content, false);
    spots.spots
}

#[derive(Default)]
struct Spots {
    spots: Vec<Spot>,
}

impl Spots {
    fn structure(&mut self, content: &Struct<'_>, inside: bool) {
        for node in &content.fields {
            self.node(content.vmsd_name, node, inside);
        }
        for subsection in &content.subsections {
            self.structure(&subsection.body, inside);
        }
    }

    fn node(&mut self, vmsd: &str, node: &Node<'_>, inside: bool) {
        let at = usize::try_from(node.offset).unwrap_or(usize::MAX);
        match &node.content {
            Content::Scalar(_) => self.spot(node, at, node.bytes.len(), inside),
            Content::Scalars(kind) => {
                let count = node.bytes.len() / kind.width();
                for index in [0, count / 2, count.saturating_sub(1)] {
                    if index < count {
                        self.spot(node, at + index * kind.width(), kind.width(), inside);
                    }
                }
            }
            Content::Elements(nodes) => nodes.iter().for_each(|n| self.node(vmsd, n, inside)),
            Content::Struct(content) => {
                let described = ["struct", "vstruct", "tmp"].contains(&node.type_name);
                self.structure(content, inside || !described);
            }
            Content::List(elements) => elements.iter().for_each(|e| self.structure(e, inside)),
            Content::Bytes(bytes) if !bytes.is_empty() && node.type_name == "buffer" => {
                self.spot(node, at, bytes.len().min(8), inside);
            }
            Content::Opaque(_) if is_word(vmsd, node) => {
                self.spot(node, at, node.bytes.len(), inside);
            }
            _ => {}
        }
    }

    fn spot(&mut self, node: &Node<'_>, at: usize, width: usize, inside: bool) {
        self.spots.push(Spot {
            name: node.name.to_owned(),
            at,
            width,
            is_bool: node.type_name == "bool",
            inside,
        });
    }
}

/// Whether any bytes are a value.
fn is_word(vmsd: &str, node: &Node<'_>) -> bool {
    match encoding::of(vmsd, node.type_name, Some(node.bytes.len() as u64)) {
        Encoding::With(ty, _) => ty.starts_with('u'),
        _ => false,
    }
}

/// Numbers that are the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        self.0 ^ (self.0 >> 29)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from((self.next() >> 16) % bound).unwrap_or(0)
    }

    pub(super) fn change(&mut self, bytes: &mut [u8], spot: &Spot) {
        let Some(place) = bytes.get_mut(spot.at..spot.at + spot.width) else {
            return;
        };
        if spot.is_bool {
            place
                .iter_mut()
                .for_each(|byte| *byte = u8::from(*byte == 0));
            return;
        }
        for byte in place.iter_mut() {
            *byte = u8::try_from(self.next() >> 40 & 0xff).unwrap_or(0);
        }
        if let Some(first @ 0x30) = place.first_mut() {
            *first = 0x31; // '0' is a NULL where a pointer may stand
        }
    }
}
