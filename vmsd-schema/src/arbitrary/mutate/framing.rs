//! Changes of what names, numbers and orders sections.

use super::{Edit, Mutator};
use crate::arbitrary::pieces::{Piece, PieceKind};
use crate::arbitrary::{below, below32, once_in, Unstructured};
use crate::stream::SectionKind;

/// Bytes from a section's type byte to its name: the number and the name's length.
const NAME: usize = 1 + 4 + 1;

/// Whether the header names the section.
fn named(kind: &PieceKind) -> bool {
    matches!(kind, PieceKind::Section { kind, .. } if kind.names_the_section())
}

fn section(kind: &PieceKind) -> bool {
    matches!(kind, PieceKind::Section { .. })
}

impl Mutator<'_> {
    /// A section's version, one off or far off.
    pub(super) fn version(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (index, piece) = self.pick(u, named)?;
        let at = body_start(piece)?.checked_sub(4)?;
        let old = self.word(at)?;
        let new = match below(u, 4) {
            0 => old.wrapping_add(1),
            1 => old.wrapping_sub(1),
            2 => 0,
            _ => old ^ 1 << below32(u, 32),
        };
        let what = format!("{}: version {new} instead of {old}", self.label(piece));
        Some(word(at, new, index, what))
    }

    pub(super) fn instance(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (index, piece) = self.pick(u, named)?;
        let at = body_start(piece)?.checked_sub(8)?;
        let old = self.word(at)?;
        let choices = [old.wrapping_add(1), old.wrapping_sub(1), 0, 0x70, u32::MAX];
        let new = choices.get(below(u, choices.len())).copied()?;
        let what = format!(
            "{}: instance {new:#x} instead of {old:#x}",
            self.label(piece)
        );
        Some(word(at, new, index, what))
    }

    /// One character of a section's name, or the whole name cut short.
    pub(super) fn name(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        if once_in(u, 8) {
            return self.machine_name(u);
        }
        let (index, piece) = self.pick(u, named)?;
        let start = piece.range.start + NAME;
        let name = self.get(start..body_start(piece)?.checked_sub(8)?);
        let label = self.label(piece);
        if once_in(u, 2) {
            let len = below(u, name.len());
            let mut with = vec![u8::try_from(len).ok()?];
            with.extend_from_slice(name.get(..len)?);
            return Some(Edit {
                range: start - 1..start + name.len(),
                with,
                piece: index,
                what: format!("{label}: only {len} bytes of its name"),
            });
        }
        let at = start + below(u, name.len());
        let with = vec![b"~x/0".get(below(u, 4)).copied()?];
        let what = format!("{label}: byte {:#04x} in its name", with.first()?);
        Some(Edit {
            range: at..at + 1,
            with,
            piece: index,
            what,
        })
    }

    /// The machine's name in the configuration section.
    fn machine_name(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (index, piece) = self.pick(u, |kind| *kind == PieceKind::Configuration)?;
        let (start, len) = (piece.range.start + 5, self.word(piece.range.start + 1)?);
        let at = start + below(u, usize::try_from(len).ok()?);
        Some(Edit {
            range: at..at + 1,
            with: vec![b'~'],
            piece: index,
            what: "configuration: another machine's name".to_owned(),
        })
    }

    /// The number in a footer, the footer itself, or the number of a section in both places.
    pub(super) fn footer(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let with_footer =
            |kind: &PieceKind| matches!(kind, PieceKind::Section { footer: true, .. });
        let (index, piece) = self.pick(u, with_footer)?;
        let (at, label) = (piece.range.end.checked_sub(5)?, self.label(piece));
        let old = self.word(at + 1)?;
        Some(match below(u, 4) {
            0 => Edit {
                range: at..at + 5,
                with: Vec::new(),
                piece: index,
                what: format!("{label}: no footer"),
            },
            1 => Edit {
                range: at..at + 1,
                with: vec![u.arbitrary().unwrap_or(0)],
                piece: index,
                what: format!("{label}: another byte for its footer"),
            },
            2 => {
                let new = old.wrapping_add(1 + below32(u, 100)).to_be_bytes();
                let mut whole = self.get(piece.range.clone()).to_vec();
                whole.get_mut(1..5)?.copy_from_slice(&new);
                let end = whole.len() - 4;
                whole.get_mut(end..)?.copy_from_slice(&new);
                Edit {
                    range: piece.range.clone(),
                    with: whole,
                    piece: index,
                    what: format!("{label}: another number in header and footer"),
                }
            }
            _ => {
                let new = old ^ 1 << below32(u, 32);
                word(
                    at + 1,
                    new,
                    index,
                    format!("{label}: its footer says {new}"),
                )
            }
        })
    }

    /// A section is left out, comes twice, changes places with the next, or is of another type.
    pub(super) fn order(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (index, piece) = self.pick(u, section)?;
        let (range, label) = (piece.range.clone(), self.label(piece));
        let bytes = self.get(range.clone());
        Some(match below(u, 4) {
            0 => Edit {
                range,
                with: Vec::new(),
                piece: index,
                what: format!("{label}: left out"),
            },
            1 => Edit {
                range,
                with: [bytes, bytes].concat(),
                piece: index,
                what: format!("{label}: comes twice"),
            },
            2 => {
                let next = self
                    .pieces
                    .get(index + 1)
                    .filter(|next| section(&next.kind))?;
                Edit {
                    range: range.start..next.range.end,
                    with: [self.get(next.range.clone()), bytes].concat(),
                    piece: index,
                    what: format!("{label}: behind {}", self.label(next)),
                }
            }
            _ => {
                let kinds = [
                    SectionKind::Start,
                    SectionKind::Part,
                    SectionKind::End,
                    SectionKind::Full,
                ];
                let kind = kinds.get(below(u, kinds.len()))?;
                Edit {
                    range: range.start..range.start + 1,
                    with: vec![kind.byte()],
                    piece: index,
                    what: format!("{label}: of type {kind:?}"),
                }
            }
        })
    }

    pub(super) fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }
}

pub(super) fn word(at: usize, new: u32, piece: usize, what: String) -> Edit {
    Edit {
        range: at..at + 4,
        with: new.to_be_bytes().to_vec(),
        piece,
        what,
    }
}

fn body_start(piece: &Piece) -> Option<usize> {
    match &piece.kind {
        PieceKind::Section { body, .. } => Some(body.start),
        _ => None,
    }
}
