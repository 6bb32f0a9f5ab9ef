//! A stream, and the channels beside it, into an `Image`: the walk, its outline, and what was found out on the way.

use std::collections::HashMap;
use std::fs::File;
use std::io;

use vmsd_schema::stream::{
    BlockIndex, Command, Event, PageKind, Parser, Ram, RamBlockEntry, RamDestination, RamLoader,
    RamPage, SectionKind,
};
use vmsd_schema::{Error, ErrorKind};

use super::channels::Channels;
use super::image::{Fault, Image};
use super::layout::Layout;
use super::open::Streams;
use super::resent::{Resent, Surveyed};
use super::BlockTally;
use crate::files::container::{error_of, io_error};
use crate::reading::outline::Outline;
use crate::reading::walk::{Step, Stop, Thing, Visit, Walk};

/// Decides where blocks lie, once they are listed.
pub(super) trait Plan {
    /// The parts and headers of the file.
    ///
    /// # Errors
    /// The blocks do not allow it.
    fn layout(&mut self, machine: &str, blocks: &[BlockTally]) -> Result<Layout, Error>;
}

/// What came of it.
pub(super) struct Loaded {
    pub(super) walk: Walk,
    pub(super) outline: Outline,
    pub(super) image: Image,
    pub(super) layout: Layout,
    /// Whether pages came through further channels.
    pub(super) beside: bool,
    /// What is not as it should be behind the end of memory.
    pub(super) findings: Vec<Error>,
}

/// Reads a stream into `file`.
///
/// # Errors
/// Why memory is not whole.
pub(super) fn load(
    streams: Streams,
    file: File,
    plan: &mut dyn Plan,
    progress: &mut dyn FnMut(u64),
) -> Result<Loaded, Stop> {
    let Streams {
        mut walk,
        channels,
        surveyed,
        ..
    } = streams;
    let resent = match surveyed {
        Some(surveyed) if surveyed.resent.suffices() => return collect(surveyed, file, plan),
        surveyed => surveyed.map(|surveyed| surveyed.resent),
    };
    let mut visitor = Visitor {
        outline: Outline::default(),
        loader: RamLoader::new(),
        channels: Channels::new(channels),
        sink: Sink::new(file),
        layout: None,
        plan,
        resent,
        ended: false,
    };
    let outcome = walk.visit(&mut visitor, progress).map_err(told_apart);
    let Visitor {
        outline,
        mut loader,
        mut channels,
        mut sink,
        layout,
        ended,
        ..
    } = visitor;
    // What is wrong behind memory does not make memory wrong.
    match outcome {
        Err(Stop::Stream(error)) if !ended => return Err(Stop::Stream(error)),
        Err(stop @ (Stop::Input(_) | Stop::Output(_))) => return Err(stop),
        _ => {}
    }
    let outline = outline.end(&walk, outcome)?;
    let Some(layout) = layout else {
        let message = "there is no RAM section in this stream";
        return Err(Stop::Stream(Error::new(ErrorKind::Ram, message)));
    };
    if channels.are_missed() {
        let message = "pages of this stream went through multifd channels, and none is here: --channel FILE adds one";
        return Err(Stop::Stream(Error::new(ErrorKind::Ram, message)));
    }
    if !channels.are_none() {
        channels.finish(&mut loader, &mut sink).map_err(stop)?;
    }
    let findings = outline.findings.iter().map(copy).collect();
    Ok(Loaded {
        walk,
        outline,
        image: sink.image,
        layout,
        beside: !channels.are_none(),
        findings,
    })
}

/// Takes the last record of each page from where it lies.
fn collect(surveyed: Surveyed, file: File, plan: &mut dyn Plan) -> Result<Loaded, Stop> {
    /// Pages that are written at once.
    const RUN: usize = 256;
    /// Bytes after which a mapped file is mapped anew.
    const RENEW: u64 = 16 << 20;
    let Surveyed {
        mut walk,
        outline,
        resent,
    } = surveyed;
    let mut sink = Sink::new(file);
    let layout = sink.lay_out(&outline, plan).map_err(Stop::Stream)?;
    let page_size = walk.parser().page_size().bytes;
    let len = usize::try_from(page_size).unwrap_or(usize::MAX);
    let mut lasts = resent.lasts(page_size).peekable();
    let mut passed = 0;
    while lasts.peek().is_some() {
        let pages = lasts
            .by_ref()
            .take(RUN)
            .filter_map(|(block, offset, data_at)| {
                Some(RamPage {
                    at: data_at,
                    word: offset,
                    block,
                    name: None,
                    offset,
                    kind: PageKind::Normal,
                    data: walk.slice(data_at, len)?,
                })
            });
        let pages: Vec<_> = pages.collect();
        let runs = pages.chunk_by(|page, next| page.block == next.block);
        for run in runs {
            if run.first().is_some_and(|page| sink.wants(page.block)) {
                sink.image.pages(run, page_size).map_err(Stop::Output)?;
            }
        }
        passed += page_size * RUN as u64;
        if passed >= RENEW {
            passed = 0;
            walk.let_go();
        }
    }
    Ok(Loaded {
        findings: outline.findings.iter().map(copy).collect(),
        walk,
        outline,
        image: sink.image,
        layout,
        beside: false,
    })
}

struct Visitor<'p> {
    outline: Outline,
    loader: RamLoader,
    channels: Channels,
    sink: Sink,
    layout: Option<Layout>,
    plan: &'p mut dyn Plan,
    resent: Option<Resent>,
    /// Whether the last section of memory has ended.
    ended: bool,
}

impl Visit for Visitor<'_> {
    fn step(&mut self, step: Step<'_>) -> io::Result<()> {
        self.look(&step).map_err(fault_to_io)?;
        self.outline.step(step)
    }

    fn pages(&mut self, parser: &Parser, pages: &[RamPage<'_>]) -> io::Result<()> {
        let wanted = pages
            .first()
            .is_some_and(|page| self.sink.image.has(page.block));
        let page_size = parser.page_size().bytes;
        if let (true, Some(resent)) = (wanted, &mut self.resent) {
            let last = |page: &&RamPage<'_>| !resent.comes_again(page, page_size);
            let last: Vec<_> = pages.iter().filter(last).copied().collect();
            self.sink.image.pages(&last, page_size)?;
        } else if wanted {
            self.sink.image.pages(pages, page_size)?;
        }
        self.outline.pages(parser, pages)
    }
}

impl Visitor<'_> {
    fn look(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        match &step.thing {
            Thing::Event(Event::Ram(record)) => self.record(record, step.parser),
            Thing::Event(Event::Command(command)) => match &command.command {
                Command::PostcopyRamDiscard(discard) => {
                    let Some(block) = self.sink.names.get(discard.block.as_bytes()).copied() else {
                        let message = format!("Can't find block {}", discard.block);
                        return Err(Error::at(ErrorKind::Ram, command.at, message).into());
                    };
                    for (start, len) in discard.ranges() {
                        self.loader
                            .discard(block, start, len, &mut self.sink)
                            .map_err(|fault| at(fault, command.at))?;
                    }
                    Ok(())
                }
                _ => Ok(()),
            },
            // A snapshot in the background has no END; then the mark behind all sections is one.
            Thing::Event(Event::SectionEnd(end)) => {
                let ram = end.section.idstr().as_bytes() == b"ram";
                let item = self.outline.sections().last();
                self.ended |= ram && item.is_some_and(|item| item.kind == SectionKind::End);
                Ok(())
            }
            Thing::Event(Event::Eof { .. }) => {
                self.ended |= step.parser.package_end().is_none();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn record(&mut self, record: &Ram<'_>, parser: &Parser) -> Result<(), Fault> {
        let at_record = |fault| at(fault, record.at());
        let listing = matches!(record, Ram::MemSize { .. } | Ram::Block(_));
        if !listing && self.layout.is_none() {
            let layout = self.sink.lay_out(&self.outline, self.plan);
            self.layout = Some(layout.map_err(|error| at_record(error.into()))?);
        }
        self.loader
            .apply(record, parser.page_size().bytes, &mut self.sink)
            .map_err(at_record)?;
        if !self.channels.are_none() || matches!(record, Ram::MultifdFlush { .. }) {
            self.channels
                .follow(record, &mut self.loader, &mut self.sink)?;
        }
        if let (Ram::Block(entry), Some(layout)) = (record, &self.layout) {
            // With mapped-ram a block is listed behind the pages of the one before it.
            self.sink
                .place(entry.index, &entry.name.to_string(), layout);
        }
        Ok(())
    }
}

/// Blocks by name, and where their pages go.
struct Sink {
    image: Image,
    names: HashMap<Vec<u8>, BlockIndex>,
}

impl Sink {
    fn new(file: File) -> Self {
        Self {
            image: Image::new(file),
            names: HashMap::new(),
        }
    }

    /// All blocks are listed, or, with mapped-ram, the first is.
    fn lay_out(&mut self, outline: &Outline, plan: &mut dyn Plan) -> Result<Layout, Error> {
        let settings = outline.configuration.as_ref();
        let machine = settings.map_or("", |settings| settings.machine.as_str());
        let layout = plan.layout(machine, &outline.ram.blocks)?;
        for (index, block) in (0..).zip(&outline.ram.blocks) {
            self.place(BlockIndex(index), &block.name, &layout);
        }
        Ok(layout)
    }

    /// Gives a block its places, once.
    fn place(&mut self, index: BlockIndex, name: &str, layout: &Layout) {
        if self.image.has(index) {
            return;
        }
        for part in layout.parts.iter().filter(|part| part.block == name) {
            self.image.place(index, part.offset, part.len, part.file_at);
        }
    }
}

impl RamDestination for Sink {
    type Error = Fault;

    fn block(&mut self, entry: &RamBlockEntry<'_>) -> Result<(), Fault> {
        let name = entry.name.as_bytes().to_vec();
        self.names.insert(name, entry.index);
        Ok(())
    }

    fn wants(&self, block: BlockIndex) -> bool {
        self.image.has(block)
    }

    fn write(&mut self, block: BlockIndex, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        Ok(self.image.write(block, offset, bytes)?)
    }

    fn zero(&mut self, block: BlockIndex, offset: u64, len: u64) -> Result<(), Fault> {
        Ok(self.image.zero(block, offset, len)?)
    }

    fn read(&mut self, block: BlockIndex, offset: u64, bytes: &mut [u8]) -> Result<(), Fault> {
        Ok(self.image.read(block, offset, bytes)?)
    }

    fn inflate(&mut self, packed: &[u8], page: &mut [u8]) -> Result<(), Fault> {
        Ok(self.image.inflate(packed, page)?)
    }
}

/// A fault with a place, if it has none yet.
fn at(fault: Fault, offset: u64) -> Fault {
    match fault {
        Fault::Stream(error) => Fault::Stream(error.or_at(offset).inside("ram")),
        output => output,
    }
}

fn fault_to_io(fault: Fault) -> io::Error {
    match fault {
        Fault::Stream(error) => io_error(error),
        Fault::Output(error) => error,
    }
}

/// The stream's own errors travel through the walk as the visitor's; here they come out again.
fn told_apart(stop: Stop) -> Stop {
    match stop {
        Stop::Output(error) => match error_of(&error) {
            Some(error) => Stop::Stream(copy(error)),
            None => Stop::Output(error),
        },
        other => other,
    }
}

fn stop(fault: Fault) -> Stop {
    match fault {
        Fault::Stream(error) => Stop::Stream(error),
        Fault::Output(error) => Stop::Output(error),
    }
}

fn copy(error: &Error) -> Error {
    let copy = match error.offset() {
        Some(offset) => Error::at(error.kind(), offset, error.message().to_owned()),
        None => Error::new(error.kind(), error.message().to_owned()),
    };
    match error.path() {
        path if path.is_empty() => copy,
        path => copy.inside(path),
    }
}
