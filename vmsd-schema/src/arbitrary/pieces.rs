//! A stream cut into pieces that can be moved, dropped and doubled: headers, sections, commands, the tail.
//!
//! Bodies of devices are measured as the reader of streams measures them. What it does not understand is one last piece.

use std::ops::Range;

use crate::decode::machine::Machine;
use crate::stream::{Event, Grammar, Parser, SectionId, SectionKind, Stream};

/// Bytes that stand for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it stands in the stream.
    pub range: Range<usize>,
}

/// What a [`Piece`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Magic and version.
    Header,
    /// The configuration section.
    Configuration,
    /// A section from its type byte to behind its footer.
    Section {
        /// Of which type.
        kind: SectionKind,
        /// Its number.
        id: SectionId,
        /// Which of [`Machine::sections`] it is; later rounds have their first one's.
        place: Option<usize>,
        /// Its body.
        body: Range<usize>,
        /// Whether a footer follows.
        footer: bool,
        /// Whether the body has a grammar of its own.
        live: bool,
    },
    /// A command.
    Command,
    /// The mark behind the last section.
    Eof,
    /// The description.
    Description,
    /// Whatever else there is.
    Rest,
}

/// The pieces of `data`, of which `machine` was read. Together they are all of it.
pub(super) fn split(data: &[u8], machine: &Machine<'_>) -> Vec<Piece> {
    let mut stream = Stream::with_parser(data, Parser::new());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Option<Piece> = None;
    loop {
        let start = offset(&stream);
        if stream.parser().awaits_body() {
            let found = machine.sections.iter().find(|s| s.body_at == start as u64);
            let len = found.and_then(|section| usize::try_from(section.len).ok());
            if len.is_none_or(|len| stream.body_done(len).is_err()) {
                break;
            }
            continue;
        }
        let Ok(Some(event)) = stream.next() else {
            break;
        };
        let end = offset(&stream);
        let whole = |kind| Piece {
            kind,
            range: start..end,
        };
        match event {
            Event::Header { .. } => pieces.push(whole(PieceKind::Header)),
            Event::Configuration(_) => pieces.push(whole(PieceKind::Configuration)),
            Event::Command(_) => pieces.push(whole(PieceKind::Command)),
            Event::Eof { .. } => pieces.push(whole(PieceKind::Eof)),
            Event::Description(_) => pieces.push(whole(PieceKind::Description)),
            Event::Section(header) => {
                let of_this = |s: &crate::decode::machine::MachineSection<'_>| {
                    s.at == header.at || s.header.id == header.section.id
                };
                open = Some(whole(PieceKind::Section {
                    kind: header.kind,
                    id: header.section.id,
                    place: machine.sections.iter().position(of_this),
                    body: end..end,
                    footer: false,
                    live: header.grammar != Grammar::Device,
                }));
            }
            Event::SectionEnd(ended) => {
                if let Some(mut piece) = open.take() {
                    piece.range.end = end;
                    if let PieceKind::Section { body, footer, .. } = &mut piece.kind {
                        body.end = start;
                        *footer = ended.footer;
                    }
                    pieces.push(piece);
                }
            }
            Event::Ram(_) | Event::Live(_) => {}
            Event::PackagedEnd { .. } | Event::Trailing(_) => {}
        }
    }
    let end = pieces.last().map_or(0, |piece| piece.range.end);
    if end < data.len() {
        pieces.push(Piece {
            kind: PieceKind::Rest,
            range: end..data.len(),
        });
    }
    pieces
}

fn offset(stream: &Stream<'_>) -> usize {
    usize::try_from(stream.offset()).unwrap_or(usize::MAX)
}
