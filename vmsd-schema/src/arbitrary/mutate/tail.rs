//! Changes of guest memory, and of what stands around sections: header, commands, the end.

use super::framing::word;
use super::{Edit, Mutator};
use crate::arbitrary::pieces::PieceKind;
use crate::arbitrary::{below, below32, once_in, Unstructured};

impl Mutator<'_> {
    /// A byte of a RAM section: a block's name or length, a record's flags, a page.
    pub(super) fn ram(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let live = |kind: &PieceKind| matches!(kind, PieceKind::Section { live: true, .. });
        let (index, piece) = self.pick(u, live)?;
        let PieceKind::Section { body, .. } = &piece.kind else {
            return None;
        };
        let at = body.start + below(u, body.len());
        let old = self.get(at..at + 1).first().copied()?;
        let new = old ^ 1 << below(u, 8);
        Some(Edit {
            range: at..at + 1,
            with: vec![new],
            piece: index,
            what: format!(
                "{}: byte {new:#04x} instead of {old:#04x}",
                self.label(piece)
            ),
        })
    }

    /// The header's version, a command where there is none, an early end, bytes behind the end.
    pub(super) fn frame(&self, u: &mut Unstructured<'_>) -> Option<Edit> {
        let (index, piece) = self.pick(u, |_| true)?;
        let (start, label) = (piece.range.start, self.label(piece));
        let insert = |with: Vec<u8>, what: String| Edit {
            range: start..start,
            with,
            piece: index,
            what,
        };
        Some(match below(u, 6) {
            0 if once_in(u, 2) => {
                let version = below32(u, 5);
                word(4, version, 0, format!("header: version {version}"))
            }
            // Nothing at all is no stream: QEMU waits for one.
            0 if start > 0 => Edit {
                range: start..self.data.len(),
                with: Vec::new(),
                piece: index,
                what: format!("the stream ends before {label}"),
            },
            1 => {
                let command = below32(u, 16);
                let [_, _, high, low] = command.to_be_bytes();
                let bytes = vec![8, high, low, 0, 0];
                insert(
                    bytes,
                    format!("command {command} without a payload before {label}"),
                )
            }
            2 => {
                let byte: u8 = u.arbitrary().unwrap_or(0);
                insert(vec![byte], format!("byte {byte:#04x} before {label}"))
            }
            3 => {
                let at = (start + below(u, piece.range.len())).max(1);
                Edit {
                    range: at..self.data.len(),
                    with: Vec::new(),
                    piece: index,
                    what: format!("the stream ends inside {label}"),
                }
            }
            4 => insert(vec![0], format!("the mark of the end before {label}")),
            _ => Edit {
                range: start..start + 1,
                with: vec![u.arbitrary().unwrap_or(0)],
                piece: index,
                what: format!("another type byte for {label}"),
            },
        })
    }
}
