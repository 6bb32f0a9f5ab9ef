//! Guest memory out of a stream into a file of its own: one block, or all memory by guest-physical address.
//!
//! Where memory lies is known when the devices behind it were read. So it is written where the machine is expected to have
//! it, in one go; if the devices then say otherwise, it is written once more.

use std::fs::File;
use std::io;

use vmsd_schema::{Error, ErrorKind};

use super::address::MemoryMap;
use super::layout::{Form, Layout, Target};
use super::load::{load, Loaded, Plan};
use super::open::{Opener, Streams};
use super::BlockTally;
use crate::reading::outline::Outline;
use crate::reading::walk::{Stop, Walk};

/// Bytes of a file that are allowed without asking: what ext4 can hold. A hostile stream can list a block of 2^63 bytes.
pub const MAX_SIZE: u64 = 16 << 40;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// Of memory.
    pub what: What,
    /// Bytes that the file may have at most, holes included.
    pub max_size: u64,
}

/// Which memory is wanted.
#[derive(Clone, Debug)]
pub enum What {
    /// The block of this name.
    Block(String),
    /// All of it.
    Whole {
        /// How.
        form: Form,
        /// Where it lies, if the user says so.
        map: Option<MemoryMap>,
    },
}

/// What was written.
#[derive(Debug)]
pub struct Extracted {
    /// Bytes of the file, holes included.
    pub len: u64,
    /// Where memory lies.
    pub map: Option<MemoryMap>,
    /// Blocks that are not in the file, by name and size.
    pub left_out: Vec<(String, u64)>,
    /// What is wrong with the stream behind its memory.
    pub findings: Vec<Error>,
}

/// Why there is no file.
#[derive(Debug)]
pub enum Failure {
    /// The stream, the input or the output.
    Stop(Stop),
    /// What is wanted cannot be had.
    Sentence(String),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stop(Stop::Output(error))
    }
}

/// Writes what is wanted to `file`, which is empty.
///
/// # Errors
/// Why it cannot be written; the file is then of no use.
pub fn extract(
    opener: &Opener,
    request: &Request,
    file: &File,
    progress: &mut dyn FnMut(u64),
) -> Result<Extracted, Failure> {
    let mut streams = opener.open_surveyed(progress)?;
    let mut plan = Planned {
        request,
        fixed: None,
        map: None,
    };
    // Blocks of a mapped file are listed between the pages of others: first all have to be known.
    if streams.mapped {
        let (walk, outline) = streams.outline(progress)?;
        plan.fix(&walk, &outline)?;
        streams = reopened(opener, "a stream with mapped-ram")?;
    }
    let loaded = load(streams, file.try_clone()?, &mut plan, progress)?;
    if plan.holds(&loaded)? {
        return finish(&plan, loaded);
    }
    plan.fix(&loaded.walk, &loaded.outline)?;
    let streams = reopened(opener, "a guest whose memory is not where it is expected")?;
    file.set_len(0)?;
    let loaded = load(streams, file.try_clone()?, &mut plan, progress)?;
    finish(&plan, loaded)
}

fn reopened(opener: &Opener, what: &str) -> Result<Streams, Failure> {
    if !opener.is_file() {
        let sentence = format!("{what} is read twice: it needs a file");
        return Err(Failure::Sentence(sentence));
    }
    Ok(opener.open()?)
}

fn finish(plan: &Planned<'_>, loaded: Loaded) -> Result<Extracted, Failure> {
    let Loaded {
        image,
        layout,
        outline,
        mut findings,
        ..
    } = loaded;
    findings.extend(absent(&layout, &outline, loaded.beside));
    image.finish(&layout.headers, layout.len)?;
    let blocks = &outline.ram.blocks;
    let left_out = plan.map.as_ref().map(|map| {
        let blocks = map.left_out(blocks);
        blocks
            .map(|block| (block.name.clone(), block.used_length))
            .collect()
    });
    Ok(Extracted {
        len: layout.len,
        map: plan.map.clone(),
        left_out: left_out.unwrap_or_default(),
        findings,
    })
}

/// Blocks in the file of which the stream has no page at all: a source sends each page, also one of zeros.
fn absent<'a>(
    layout: &'a Layout,
    outline: &'a Outline,
    beside: bool,
) -> impl Iterator<Item = Error> + 'a {
    let mut blocks = outline.ram.blocks.iter();
    let wanted = move |name: &str| layout.parts.iter().any(|part| part.block == name);
    std::iter::from_fn(move || {
        blocks.find(|block| {
            block.pages.total() == 0 && block.mapped.is_none() && !beside && wanted(&block.name)
        })
    })
    .map(|block| {
        let message = format!(
            "no page of RAM block {} is in this stream, neither sent nor zero: it was left out, and reads as zeros",
            block.name
        );
        Error::at(ErrorKind::Ram, block.at, message)
    })
}

/// Where memory goes: as is expected, or as is known.
struct Planned<'r> {
    request: &'r Request,
    fixed: Option<Layout>,
    /// The map that the layout follows.
    map: Option<MemoryMap>,
}

impl Plan for Planned<'_> {
    fn layout(&mut self, machine: &str, blocks: &[BlockTally]) -> Result<Layout, Error> {
        if let Some(layout) = &self.fixed {
            return Ok(layout.clone());
        }
        let wrong = |message: String| Error::new(ErrorKind::Unsupported, message);
        match &self.request.what {
            What::Block(name) => self.one_block(name, blocks),
            What::Whole { form, map } => {
                let map = match map {
                    Some(given) => given.fitted(blocks).map_err(wrong)?,
                    None => MemoryMap::expected(machine, blocks).ok_or_else(|| {
                        wrong(unknown(&format!(
                            "where a machine {machine} has its memory is not known"
                        )))
                    })?,
                };
                self.whole(map, *form, machine)
            }
        }
    }
}

impl Planned<'_> {
    /// Takes the layout from what a whole stream says.
    fn fix(&mut self, walk: &Walk, outline: &Outline) -> Result<(), Failure> {
        let settings = outline.configuration.as_ref();
        let machine = settings.map_or("", |settings| settings.machine.as_str());
        let blocks = &outline.ram.blocks;
        let stream = |error| Failure::Stop(Stop::Stream(error));
        let layout = match &self.request.what {
            What::Block(name) => self.one_block(name, blocks).map_err(stream)?,
            What::Whole { form, map } => {
                let map = match map {
                    Some(given) => given.fitted(blocks).map_err(Failure::Sentence)?,
                    None => MemoryMap::of(walk, outline)
                        .map_err(|why| Failure::Sentence(unknown(&why.to_string())))?,
                };
                self.whole(map, *form, machine).map_err(stream)?
            }
        };
        self.fixed = Some(layout);
        Ok(())
    }

    /// Whether memory was written where the devices say that it is.
    fn holds(&mut self, loaded: &Loaded) -> Result<bool, Failure> {
        let expected = match &self.request.what {
            What::Whole { map: None, .. } if self.fixed.is_none() => &self.map,
            _ => return Ok(true),
        };
        let known = MemoryMap::of(&loaded.walk, &loaded.outline)
            .map_err(|why| Failure::Sentence(unknown(&why.to_string())))?;
        let same = expected
            .as_ref()
            .is_some_and(|map| map.ranges == known.ranges);
        if same {
            self.map = Some(known);
        }
        Ok(same)
    }

    fn one_block(&self, name: &str, blocks: &[BlockTally]) -> Result<Layout, Error> {
        let Some(block) = blocks.iter().find(|block| block.name == name) else {
            let names: Vec<_> = blocks.iter().map(|block| block.name.as_str()).collect();
            let message = format!(
                "there is no RAM block {name}; there are {}",
                names.join(", ")
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        self.bounded(Some(Layout::block(name, block.used_length)))
    }

    fn whole(&mut self, map: MemoryMap, form: Form, machine: &str) -> Result<Layout, Error> {
        let layout = self.bounded(Layout::whole(&map, form, Target::of(machine)))?;
        self.map = Some(map);
        Ok(layout)
    }

    fn bounded(&self, layout: Option<Layout>) -> Result<Layout, Error> {
        let max = self.request.max_size;
        let message = match layout {
            Some(layout) if layout.len <= max => return Ok(layout),
            Some(layout) => format!(
                "the file would have {} bytes, holes included; --max-size allows {max}",
                layout.len
            ),
            None => "the file would have more bytes than a file can have".to_owned(),
        };
        Err(Error::new(ErrorKind::Limit, message))
    }
}

fn unknown(why: &str) -> String {
    format!("{why}: --at ADDRESS=BLOCK can tell, and --block NAME writes one block")
}
