//! The report on one further channel of a multifd migration: which packets went through it.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde::Serialize;

use crate::files::container::multifd::{Channel, Packet};

/// What went through a channel.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    channel: u8,
    /// In hexadecimal.
    uuid: String,
    packets: u64,
    sync_packets: u64,
    /// Packets of pages, by how they were compressed.
    compression: BTreeMap<&'static str, u64>,
    /// Pages by block.
    blocks: BTreeMap<String, Pages>,
    /// Bytes of state by device.
    device_state: BTreeMap<String, u64>,
}

#[derive(Debug, Default, Serialize)]
struct Pages {
    normal: u64,
    zero: u64,
}

impl Report {
    /// Reads a channel to its end. `page_size` is the target's.
    ///
    /// # Errors
    /// Those of reading, and a packet against the format.
    pub fn read(read: impl Read, page_size: u32) -> io::Result<Self> {
        let mut channel = Channel::new(read, page_size)?;
        let init = channel.init();
        let mut report = Self {
            channel: init.id,
            uuid: init.uuid.iter().map(|byte| format!("{byte:02x}")).collect(),
            ..Self::default()
        };
        while let Some(packet) = channel.next_packet()? {
            report.packets += 1;
            match packet {
                Packet::Pages(pages) => {
                    report.sync_packets += u64::from(pages.sync);
                    if pages.normal.is_empty() && pages.zero.is_empty() {
                        continue;
                    }
                    *report
                        .compression
                        .entry(pages.compression.name())
                        .or_default() += 1;
                    let block = report.blocks.entry(printable(&pages.block)).or_default();
                    block.normal += pages.normal.len() as u64;
                    block.zero += pages.zero.len() as u64;
                }
                Packet::DeviceState(state) => {
                    report.sync_packets += u64::from(state.sync);
                    let device = format!("{}/{}", printable(&state.idstr), state.instance_id);
                    *report.device_state.entry(device).or_default() += state.data.len() as u64;
                }
            }
        }
        Ok(report)
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// Those of the output.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "multifd channel {}, to be read beside its main channel",
            self.channel
        )?;
        writeln!(out, "uuid            {}", self.uuid)?;
        writeln!(
            out,
            "packets         {}, {} with SYNC",
            self.packets, self.sync_packets
        )?;
        for (name, count) in &self.compression {
            writeln!(out, "compression     {name} in {count} packets")?;
        }
        for (name, pages) in &self.blocks {
            writeln!(
                out,
                "block           {name}: {} pages, {} zero pages",
                pages.normal, pages.zero
            )?;
        }
        for (name, len) in &self.device_state {
            writeln!(out, "device state    {name}: {len} bytes")?;
        }
        Ok(())
    }
}

/// A name without what a terminal would obey.
fn printable(name: &[u8]) -> String {
    String::from_utf8_lossy(name).escape_debug().to_string()
}
