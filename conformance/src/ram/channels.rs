//! The further channels of a multifd migration, applied in step with the main channel.
//!
//! Between two points at which the source synchronises its channels, a page is sent once at most, on any of them. So it is
//! enough to bring all channels to the same point: at a mark on the main channel each is read up to its next SYNC packet.
//! Machine types up to 8.0 have no marks; there each end of a section is one (`multifd-flush-after-each-section`).

use std::collections::HashMap;
use std::io::Read;

use vmsd_schema::stream::{BlockIndex, Ram, RamDestination, RamLoader};
use vmsd_schema::{Error, ErrorKind};

use super::image::Fault;
use crate::files::container::error_of;
use crate::files::container::multifd::{Channel, Packet, Pages};

type Bytes = Box<dyn Read + Send>;

/// All channels beside one stream.
pub(super) struct Channels {
    /// Those that were not begun: the page size is known later.
    waiting: Vec<(String, Bytes)>,
    list: Vec<Running>,
    /// Whether there are marks; known once the first section has ended.
    marks: Option<bool>,
    /// Whether a mark was seen.
    marked: bool,
    /// Blocks by name.
    blocks: HashMap<Vec<u8>, BlockIndex>,
    page_size: u32,
}

struct Running {
    name: String,
    channel: Channel<Bytes>,
}

impl Channels {
    /// Channels that start with the next byte of each.
    pub(super) fn new(sources: Vec<(String, Bytes)>) -> Self {
        Self {
            waiting: sources,
            list: Vec::new(),
            marks: None,
            marked: false,
            blocks: HashMap::new(),
            page_size: 0,
        }
    }

    pub(super) fn are_none(&self) -> bool {
        self.waiting.is_empty() && self.list.is_empty()
    }

    /// Whether the main channel has marks, which it has only beside others.
    pub(super) fn are_missed(&self) -> bool {
        self.marked && self.are_none()
    }

    /// A record of the main channel: it names blocks, or is a point that all channels have to reach.
    pub(super) fn follow<D: RamDestination<Error = Fault>>(
        &mut self,
        record: &Ram<'_>,
        loader: &mut RamLoader,
        to: &mut D,
    ) -> Result<(), Fault> {
        match record {
            Ram::MemSize { page_size, .. } => {
                self.page_size = u32::try_from(page_size.bytes).unwrap_or(u32::MAX);
            }
            Ram::Block(entry) => {
                let name = entry.name.as_bytes().to_vec();
                self.blocks.insert(name, entry.index);
            }
            Ram::MultifdFlush { .. } => {
                self.marked = true;
                self.advance(false, loader, to)?;
            }
            Ram::Eos { .. } => {
                let marks = *self.marks.get_or_insert(self.marked);
                if !marks {
                    self.advance(false, loader, to)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads what is left.
    pub(super) fn finish<D: RamDestination<Error = Fault>>(
        &mut self,
        loader: &mut RamLoader,
        to: &mut D,
    ) -> Result<(), Fault> {
        self.advance(true, loader, to)
    }

    /// Reads each channel up to and with its next SYNC packet, or to its end.
    fn advance<D: RamDestination<Error = Fault>>(
        &mut self,
        to_the_end: bool,
        loader: &mut RamLoader,
        to: &mut D,
    ) -> Result<(), Fault> {
        self.begin()?;
        let Self {
            list,
            blocks,
            page_size,
            ..
        } = self;
        for Running { name, channel } in list {
            loop {
                let packet = channel.next_packet().map_err(|error| wrong(name, &error))?;
                let Some(packet) = packet else { break };
                let sync = match packet {
                    Packet::Pages(pages) => {
                        apply(&pages, blocks, u64::from(*page_size), loader, to)
                            .map_err(|fault| inside(fault, name))?;
                        pages.sync
                    }
                    Packet::DeviceState(state) => state.sync,
                };
                if sync && !to_the_end {
                    break;
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Fault> {
        for (name, bytes) in self.waiting.drain(..) {
            let channel =
                Channel::new(bytes, self.page_size).map_err(|error| wrong(&name, &error))?;
            self.list.push(Running { name, channel });
        }
        let mut ids: Vec<u8> = self.list.iter().map(|one| one.channel.init().id).collect();
        ids.sort_unstable();
        let expected = 0..=u8::MAX;
        if let Some((_, missing)) = ids.iter().zip(expected).find(|(id, number)| *id != number) {
            let message =
                format!("there are multifd channels {ids:?}: number {missing} is not there once");
            return Err(Error::new(ErrorKind::Ram, message).into());
        }
        Ok(())
    }
}

fn apply<D: RamDestination<Error = Fault>>(
    pages: &Pages<'_>,
    blocks: &HashMap<Vec<u8>, BlockIndex>,
    page_size: u64,
    loader: &mut RamLoader,
    to: &mut D,
) -> Result<(), Fault> {
    if pages.normal.is_empty() && pages.zero.is_empty() {
        return Ok(());
    }
    let Some(block) = blocks.get(&pages.block) else {
        let name = String::from_utf8_lossy(&pages.block)
            .escape_debug()
            .to_string();
        return Err(Error::new(ErrorKind::Ram, format!("Can't find block {name}")).into());
    };
    let len = usize::try_from(page_size).unwrap_or(usize::MAX);
    for (offset, data) in pages.normal.iter().zip(pages.data.chunks(len)) {
        loader.whole_page(*block, *offset, Some(data), page_size, to)?;
    }
    for offset in &pages.zero {
        loader.whole_page(*block, *offset, None, page_size, to)?;
    }
    Ok(())
}

/// An error of reading a channel, with the channel's name.
fn wrong(name: &str, error: &std::io::Error) -> Fault {
    match error_of(error) {
        Some(error) => {
            let at = error.offset().unwrap_or_default();
            Error::at(error.kind(), at, format!("{name}: {}", error.message())).into()
        }
        None => Error::new(ErrorKind::Truncated, format!("{name}: {error}")).into(),
    }
}

fn inside(fault: Fault, name: &str) -> Fault {
    match fault {
        Fault::Stream(error) => {
            Error::new(error.kind(), format!("{name}: {}", error.message())).into()
        }
        output => output,
    }
}
