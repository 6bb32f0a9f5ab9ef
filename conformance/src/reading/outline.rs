//! What stands where in a stream, without its pages: the sections, the RAM blocks, the commands, the description.
//!
//! In go the steps of a [`crate::reading::walk::Walk`], out comes one [`Outline`] that outlives them. Bodies keep their place, so
//! that they can be read once more.

mod settings;

use std::io;
use std::sync::{Arc, OnceLock};

use vmsd_schema::schema::Description;
use vmsd_schema::stream::{
    Command, CommandRecord, DescriptionText, Event, Grammar, Live, PageSize, Parser, RamPage,
    Section, SectionEnd, SectionHeader, SectionKind, Trailing,
};
use vmsd_schema::{Error, ErrorKind};

use crate::limits::MAX_ITEMS;
use crate::ram::RamTally;
use crate::reading::measure::Measured;
use crate::reading::walk::{inside, Step, Stop, Thing, Visit, Walk};

pub use settings::{Settings, SettingsPart};

/// What a stream consists of.
#[derive(Debug, Default)]
pub struct Outline {
    /// The configuration section.
    pub configuration: Option<Settings>,
    /// Sections, commands and marks in their order. Rounds of one live section that follow each other are one.
    pub items: Vec<Item>,
    /// Whether there are more, of which only the last is listed.
    pub cut: bool,
    /// Guest memory.
    pub ram: RamTally,
    /// The target's page size, where RAM was read.
    pub page_size: Option<PageSize>,
    /// The description at the tail.
    pub description: Option<Text>,
    /// What lies behind the end.
    pub trailing: Option<Behind>,
    /// Bytes of the stream that were walked.
    pub len: u64,
    /// Whether sections have footers.
    pub footers: Option<bool>,
    /// What is not as it should be.
    pub findings: Vec<Error>,
    /// Whether the end was reached.
    pub complete: bool,
}

/// One thing of the outline.
#[derive(Clone, Debug)]
pub enum Item {
    /// A section, or rounds of one.
    Section(Box<SectionItem>),
    /// A command.
    Command {
        /// Where it stands.
        at: u64,
        /// QEMU's name.
        name: &'static str,
        /// What it carries.
        detail: String,
    },
    /// A package ends.
    PackageEnd {
        /// Where.
        at: u64,
        /// Bytes that are left in it.
        left: usize,
    },
    /// The mark behind the last section.
    Eof {
        /// Where it stands.
        at: u64,
    },
}

/// A section.
#[derive(Clone, Debug)]
pub struct SectionItem {
    /// Where its type byte stands.
    pub at: u64,
    /// Its type.
    pub kind: SectionKind,
    /// Its names and numbers.
    pub section: Arc<Section>,
    /// How its body is read.
    pub grammar: Grammar,
    /// Where its body begins.
    pub body_at: u64,
    /// Bytes of the body; of all bodies, where there are several rounds.
    pub body_len: u64,
    /// Bytes of all of it, with header and footer.
    pub len: u64,
    /// Who knew the length of a device's body.
    pub measured: Option<Measured>,
    /// Rounds that this stands for.
    pub rounds: u64,
    /// What a record says that has no bytes to be shown.
    pub note: Option<String>,
    /// The layout with what the stream's description only names, once somebody asked for the values.
    pub explained: OnceLock<Option<Box<Description>>>,
}

/// The description at the tail.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Where the type byte stands.
    pub at: u64,
    /// How long the stream says it is.
    pub declared: u32,
    /// How much of it there is.
    pub len: usize,
}

/// Bytes behind the end of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Behind {
    /// Where they begin.
    pub at: u64,
    /// How many they are.
    pub len: usize,
    /// Whether all are zero.
    pub padding: bool,
}

impl Outline {
    /// Walks a stream to its end, or as far as it goes.
    ///
    /// # Errors
    /// Those of the input; what is wrong with the stream is a finding, unless it is no stream at all.
    pub fn of(walk: &mut Walk, progress: &mut dyn FnMut(u64)) -> Result<Self, Stop> {
        let mut outline = Self::default();
        let outcome = walk.visit(&mut outline, progress);
        outline.end(walk, outcome)
    }

    /// The outline of a walk that ended with this outcome.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn end(mut self, walk: &Walk, outcome: Result<(), Stop>) -> Result<Self, Stop> {
        match outcome {
            Ok(()) => self.complete = true,
            Err(Stop::Stream(error)) if walk.offset() > walk.start() => self.findings.push(error),
            Err(other) => return Err(other),
        }
        if let Some(error) = walk.description_error() {
            let place = error.offset().unwrap_or_default();
            self.findings.insert(
                0,
                Error::at(error.kind(), place, error.message().to_owned()).inside("description"),
            );
        }
        self.len = walk.offset() - walk.start();
        self.footers = walk.parser().footers();
        Ok(self)
    }

    /// The sections, in order.
    pub fn sections(&self) -> impl Iterator<Item = &SectionItem> {
        self.items.iter().filter_map(|item| match item {
            Item::Section(section) => Some(&**section),
            _ => None,
        })
    }

    fn thing(&mut self, step: Step<'_>) {
        match step.thing {
            Thing::Event(Event::Ram(record)) => {
                if self.page_size.is_none() {
                    self.page_size = Some(step.parser.page_size());
                }
                self.ram.record(&record);
            }
            Thing::Event(event) => self.event(event),
            Thing::Body { at, measure, .. } => {
                if let Some(section) = self.open() {
                    section.body_at = at;
                    section.measured = Some(measure.by);
                }
                let name = self
                    .open()
                    .map(|section| section.section.idstr().to_string())
                    .unwrap_or_default();
                let placed = |error| inside(error, &name);
                self.findings.extend(measure.problem.map(placed));
            }
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Configuration(configuration) => {
                self.configuration = Some(Settings::new(&configuration))
            }
            Event::Section(header) => {
                self.push(header.at, Item::Section(Box::new(SectionItem::new(header))));
            }
            Event::Live(record) => self.live(&record.live),
            Event::SectionEnd(end) => self.section_end(&end),
            Event::Command(command) => {
                if command.command == Command::PostcopyRun {
                    self.ram.enter_postcopy();
                }
                self.push(command.at, command_item(&command));
            }
            Event::PackagedEnd { at, rest } => {
                let left = rest.len();
                self.push(at, Item::PackageEnd { at, left });
            }
            Event::Eof { at } => self.push(at, Item::Eof { at }),
            Event::Description(text) => self.description = Some(Text::new(&text)),
            Event::Trailing(trailing) => self.trailing = Some(Behind::new(&trailing)),
            _ => {}
        }
    }

    /// One more item; where there are too many it takes the place of the last.
    fn push(&mut self, at: u64, item: Item) {
        if self.items.len() >= MAX_ITEMS {
            self.items.pop();
            if !self.cut {
                self.cut = true;
                let message = format!("more than {MAX_ITEMS} sections and commands: those in the middle are not listed");
                let error = Error::at(ErrorKind::Limit, at, message);
                self.findings.push(error.inside("stream"));
            }
        }
        self.items.push(item);
    }

    fn live(&mut self, live: &Live<'_>) {
        let note = match live {
            Live::TodClock(clock) => format!("{clock:?}"),
            _ => return,
        };
        if let Some(section) = self.open() {
            section.note = Some(note);
        }
    }

    /// The section that the walk is in.
    fn open(&mut self) -> Option<&mut SectionItem> {
        match self.items.last_mut() {
            Some(Item::Section(section)) => Some(section),
            _ => None,
        }
    }

    fn section_end(&mut self, end: &SectionEnd) {
        const FOOTER: u64 = 5;
        let Some(section) = self.open() else { return };
        section.body_len = end.at.saturating_sub(section.body_at);
        section.len = end.at.saturating_sub(section.at) + if end.footer { FOOTER } else { 0 };
        self.merge_rounds();
    }

    /// A live section is sent in thousands of rounds: they are one item.
    fn merge_rounds(&mut self) {
        let Some((Item::Section(last), before)) = self.items.split_last_mut() else {
            return;
        };
        let Some(Item::Section(previous)) = before.last_mut() else {
            return;
        };
        let round = |item: &SectionItem| item.kind == SectionKind::Part && item.measured.is_none();
        if round(last) && round(previous) && Arc::ptr_eq(&last.section, &previous.section) {
            previous.rounds += 1;
            previous.body_len += last.body_len;
            previous.len += last.len;
            self.items.pop();
        }
    }
}

impl Visit for Outline {
    fn step(&mut self, step: Step<'_>) -> io::Result<()> {
        self.thing(step);
        Ok(())
    }

    fn pages(&mut self, _: &Parser, pages: &[RamPage<'_>]) -> io::Result<()> {
        self.ram.pages_of_one_block(pages);
        Ok(())
    }
}

impl SectionItem {
    fn new(header: SectionHeader) -> Self {
        let name = if header.kind.names_the_section() {
            1 + header.section.idstr().as_bytes().len() as u64 + 8
        } else {
            0
        };
        Self {
            at: header.at,
            kind: header.kind,
            grammar: header.grammar,
            body_at: header.at + 5 + name,
            body_len: 0,
            len: 5 + name,
            section: header.section,
            measured: None,
            rounds: 1,
            note: None,
            explained: OnceLock::new(),
        }
    }

    /// Whether the end of the body was searched for.
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        matches!(self.measured, Some(Measured::Guessed(_)))
    }
}

impl Text {
    fn new(text: &DescriptionText<'_>) -> Self {
        Self {
            at: text.at,
            declared: text.declared,
            len: text.json.len(),
        }
    }
}

impl Behind {
    fn new(trailing: &Trailing<'_>) -> Self {
        Self {
            at: trailing.at,
            len: trailing.bytes.len(),
            padding: trailing.is_padding(),
        }
    }
}

fn command_item(record: &CommandRecord<'_>) -> Item {
    let detail = match &record.command {
        Command::Ping(cookie) => format!("{cookie:#x}"),
        Command::PostcopyAdvise(Some(advise)) => {
            format!(
                "page sizes {:#x}, target page {:#x}",
                advise.page_size_summary, advise.target_page_size
            )
        }
        Command::PostcopyRamDiscard(discard) => {
            format!("{}, {} ranges", discard.block, discard.ranges().count())
        }
        Command::Packaged(len) => format!("{len} bytes"),
        Command::RecvBitmap(block) => block.to_string(),
        _ => String::new(),
    };
    Item::Command {
        at: record.at,
        name: record.command.name(),
        detail,
    }
}
