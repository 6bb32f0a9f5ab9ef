//! `vmsd hexdump`: bytes at the left, what each is at the right.

use std::io;
use std::path::PathBuf;

use conformance::reading::select::{select, Names};
use conformance::reading::walk::{Step, Stop, Thing};
use conformance::report::hexdump::{Dump, Options};
use vmsd_schema::stream::{Event, SectionHeader};

use crate::common::{open, start, Context, Exit, Failure, ReadArgs};

/// Show a stream's bytes and what each of them is.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd hexdump guest.qevm | less -R\n",
    "  vmsd hexdump guest.qevm pckbd\n",
    "\nExit status: 0 the whole stream was shown; 1 it ends early or is wrong somewhere, and that was said; 2 not a\n",
    "stream, or no such device."
))]
pub(crate) struct Args {
    /// A migration stream, plain or compressed by gzip or zstd; - is standard input.
    file: PathBuf,
    /// Only the sections of this device: its name, or a pattern with * and ?.
    device: Option<String>,
    /// Show every page record.
    #[arg(long)]
    ram: bool,
    /// Show every byte of buffers and records.
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut walk = start(open(&self.file, &self.read.place)?, &self.read)?;
        let name = walk.name.clone();
        let options = Options {
            full: self.full,
            ram: self.ram,
        };
        let mut choice = Choice::new(self.device.as_deref());
        let mut stopped = None;
        context.print(|out, styles| {
            let mut dump = Dump::new(out, styles, options);
            let outcome = walk.run(&mut |step| choice.show(&step, &mut dump), &mut |_| ());
            match outcome {
                Err(Stop::Output(error)) => Err(error),
                Err(other) => {
                    stopped = Some(other);
                    dump.flush()
                }
                Ok(()) => dump.flush(),
            }
        })?;
        match stopped {
            Some(Stop::Stream(error)) if walk.offset() > 0 => {
                context.findings(&name, &[error]);
                Ok(Exit::Findings)
            }
            Some(other) => Err(Failure::stop(&name, other)),
            None => choice
                .outcome()
                .map_err(|sentence| Failure::file(&name, sentence)),
        }
    }
}

/// Which steps are shown.
struct Choice<'a> {
    word: Option<&'a str>,
    /// Whether the section that the walk is in is meant.
    meant: bool,
    /// A header whose section may be meant by the name of its description.
    waiting: Option<(SectionHeader, Vec<u8>)>,
    /// All names, to answer a word that means none.
    names: Vec<String>,
    shown: bool,
}

impl<'a> Choice<'a> {
    fn new(word: Option<&'a str>) -> Self {
        Self {
            word,
            meant: word.is_none(),
            waiting: None,
            names: Vec::new(),
            shown: word.is_none(),
        }
    }

    fn show(&mut self, step: &Step<'_>, dump: &mut Dump<'_>) -> io::Result<()> {
        let Some(word) = self.word else {
            return dump.step(step);
        };
        match &step.thing {
            Thing::Event(Event::Section(header)) => {
                let idstr = header.section.idstr().to_string();
                self.meant = means(word, &idstr, None);
                if !self.meant {
                    self.waiting = Some((header.clone(), step.raw.to_vec()));
                }
                self.names.push(idstr);
            }
            Thing::Event(Event::Ram(_) | Event::Live(_) | Event::SectionEnd(_)) => {}
            Thing::Event(_) => self.meant = false,
            Thing::Body {
                section,
                measure,
                form,
                ..
            } => {
                let vmsd = measure
                    .by
                    .layout(*form)
                    .map(|layout| layout.vmsd_name.as_str());
                if let Some((header, raw)) = self.waiting.take() {
                    self.meant = means(word, &section.idstr().to_string(), vmsd);
                    if self.meant {
                        dump.section(&header, &raw)?;
                    }
                }
            }
        }
        if self.meant {
            self.shown = true;
            dump.step(step)?;
        }
        Ok(())
    }

    fn outcome(&self) -> Result<Exit, String> {
        if self.shown {
            return Ok(Exit::Clean);
        }
        let names: Vec<Names<'_>> = self
            .names
            .iter()
            .map(|idstr| Names { idstr, vmsd: None })
            .collect();
        let words: Vec<String> = self.word.iter().map(|word| (*word).to_owned()).collect();
        select(&words, &names).map(|_| Exit::Clean)
    }
}

fn means(word: &str, idstr: &str, vmsd: Option<&str>) -> bool {
    select(&[word.to_owned()], &[Names { idstr, vmsd }]).is_ok()
}
