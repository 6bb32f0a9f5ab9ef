//! The smallest stream that is still the same find: sections that have nothing to do with it are left out.

use vmsd_schema::arbitrary::{Change, Mutator, Piece, PieceKind};

/// Which pieces stay.
type Keep<'k> = dyn Fn(usize, &Piece) -> bool + 'k;

/// `bytes`, in which `change` was made, without the sections that `same` does not need.
pub(super) fn smallest(
    mutator: &Mutator<'_>,
    bytes: &[u8],
    change: &Change,
    same: impl Fn(&[u8]) -> bool,
) -> Vec<u8> {
    let pieces = mutator.pieces();
    let grown = bytes.len() as i128 - pieces.last().map_or(0, |last| last.range.end as i128);
    let cut = |keep: &Keep<'_>| {
        let mut out = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let range = moved(piece, index, change.piece, grown);
            if keep(index, piece) {
                out.extend_from_slice(range.and_then(|range| bytes.get(range)).unwrap_or_default());
            }
        }
        out
    };
    let number = pieces.get(change.piece).and_then(id);
    let frame = |piece: &Piece| {
        let kinds = [PieceKind::Header, PieceKind::Configuration, PieceKind::Eof];
        kinds.contains(&piece.kind)
    };
    let alone = |index: usize, piece: &Piece| {
        frame(piece) || index == change.piece || number.is_some() && id(piece) == number
    };
    let before = |index: usize, piece: &Piece| index <= change.piece || alone(index, piece);
    let tries: [&Keep<'_>; 2] = [&alone, &before];
    let mut found = tries
        .into_iter()
        .map(cut)
        .filter(|smaller| smaller.len() < bytes.len());
    found
        .find(|smaller| same(smaller))
        .unwrap_or_else(|| bytes.to_vec())
}

/// The number of a section.
fn id(piece: &Piece) -> Option<u32> {
    match &piece.kind {
        PieceKind::Section { id, .. } => Some(id.0),
        _ => None,
    }
}

/// Where a piece is after the change: what stands behind it moved by as much as it grew.
fn moved(
    piece: &Piece,
    index: usize,
    changed: usize,
    grown: i128,
) -> Option<std::ops::Range<usize>> {
    let shift = |at: usize, moves: bool| {
        let at = at as i128 + if moves { grown } else { 0 };
        usize::try_from(at).ok()
    };
    Some(shift(piece.range.start, index > changed)?..shift(piece.range.end, index >= changed)?)
}
