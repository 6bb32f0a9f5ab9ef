//! Records of the RAM section as rows of a hexdump: the first page in full, those behind it counted.

use std::io;

use vmsd_schema::stream::{Ram, RamBlockEntry, RamPage};

use super::Dump;
use crate::reading::walk::Step;
use crate::report::scalar::Count;

/// Page records that are counted and not shown.
pub(super) struct Run {
    at: u64,
    bytes: u64,
    /// By kind and block, in the order of their first page.
    counts: Vec<(&'static str, String, u64)>,
}

impl Dump<'_> {
    /// Shows the page records that were held back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        let Some(run) = self.pages.take() else {
            return Ok(());
        };
        let Run { at, bytes, counts } = run;
        if counts.is_empty() {
            return Ok(());
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(kind, block, count)| {
                format!("{} of {block}", Count(*count, &format!("{kind} page")))
            })
            .collect();
        self.note(
            at,
            &format!("… {}: {}", Count(bytes, "byte"), counts.join(", ")),
        )
    }

    pub(super) fn ram(&mut self, record: &Ram<'_>, step: &Step<'_>) -> io::Result<()> {
        let (at, raw) = (record.at(), step.raw);
        match record {
            Ram::MemSize { total, .. } => self.bytes(
                at,
                raw,
                &format!("RAM_SAVE_FLAG_MEM_SIZE, {total} bytes in all blocks"),
            ),
            Ram::Block(entry) => self.block(entry, raw),
            Ram::MappedBitmap { .. } => self.bytes(at, raw, &"bitmap of the block's pages"),
            Ram::MappedGap { bytes, .. } => self.note(
                at,
                &format!("… {} up to the pages", Count(bytes.len() as u64, "byte")),
            ),
            Ram::MappedPages { block, .. } => {
                let name = step
                    .parser
                    .block(*block)
                    .map(|block| block.name().to_string())
                    .unwrap_or_default();
                self.run(at, "mapped", name, raw.len() as u64)
            }
            Ram::Page(page) => self.page(page, step),
            Ram::Hook { .. } => self.bytes(at, raw, &"RAM_SAVE_FLAG_HOOK"),
            Ram::MultifdFlush { .. } => self.bytes(at, raw, &"RAM_SAVE_FLAG_MULTIFD_FLUSH"),
            Ram::Eos { .. } => self.bytes(at, raw, &"RAM_SAVE_FLAG_EOS"),
            _ => self.bytes(at, raw, &"record"),
        }
    }

    fn block(&mut self, entry: &RamBlockEntry<'_>, raw: &[u8]) -> io::Result<()> {
        let len = entry.name.as_bytes().len();
        let mut parts = vec![
            (1, format!("block name length {len}")),
            (len, format!("block name \"{}\"", entry.name)),
            (8, format!("used length {}", entry.used_length)),
        ];
        if let Some(size) = entry.page_size {
            parts.push((8, format!("page size {size}")));
        }
        if let Some(address) = entry.guest_address {
            parts.push((8, format!("guest address {address:#x}")));
        }
        if let Some(mapped) = entry.mapped {
            parts.extend([
                (4, format!("mapped-ram header version {}", mapped.version)),
                (8, format!("page size {}", mapped.page_size)),
                (8, format!("bitmap at {:#x}", mapped.bitmap_offset)),
                (8, format!("pages at {:#x}", mapped.pages_offset)),
            ]);
        }
        self.parts(entry.at, raw, &parts)
    }

    fn page(&mut self, page: &RamPage<'_>, step: &Step<'_>) -> io::Result<()> {
        use vmsd_schema::stream::PageKind::{Compressed, Normal, Xbzrle, Zero};
        let kind = match page.kind {
            Zero => "zero",
            Normal => "normal",
            Compressed => "compressed",
            Xbzrle => "xbzrle",
        };
        let name = step
            .parser
            .block(page.block)
            .map(|block| block.name().to_string())
            .unwrap_or_default();
        if self.pages.is_some() && !self.options.ram {
            return self.run(page.at, kind, name, step.raw.len() as u64);
        }
        let flag = if page.name.is_some() {
            ""
        } else {
            " | RAM_SAVE_FLAG_CONTINUE"
        };
        let flag = format!(
            "RAM_SAVE_FLAG_{}{flag}, offset {:#x}",
            flag_name(kind),
            page.offset
        );
        let mut parts = vec![(8, flag)];
        if let Some(name) = page.name {
            let len = name.as_bytes().len();
            parts.extend([
                (1, format!("block name length {len}")),
                (len, format!("block name \"{name}\"")),
            ]);
        }
        let passed: usize = parts.iter().map(|(len, _)| len).sum();
        let prefix = step.raw.len().saturating_sub(passed + page.data.len());
        if prefix > 0 {
            parts.push((
                prefix,
                if kind == "zero" {
                    "filled with 0"
                } else {
                    "encoding and length"
                }
                .to_owned(),
            ));
        }
        if !page.data.is_empty() {
            parts.push((page.data.len(), format!("{kind} page")));
        }
        self.parts(page.at, step.raw, &parts)?;
        if !self.options.ram {
            self.pages = Some(Run {
                at: page.at,
                bytes: 0,
                counts: Vec::new(),
            });
        }
        Ok(())
    }

    /// One record more like those before.
    fn run(&mut self, at: u64, kind: &'static str, block: String, len: u64) -> io::Result<()> {
        let run = self.pages.get_or_insert_with(|| Run {
            at,
            bytes: 0,
            counts: Vec::new(),
        });
        if run.counts.is_empty() {
            run.at = at;
        }
        run.bytes += len;
        match run
            .counts
            .iter_mut()
            .find(|known| known.0 == kind && known.1 == block)
        {
            Some(known) => known.2 += 1,
            None => run.counts.push((kind, block, 1)),
        }
        Ok(())
    }
}

fn flag_name(kind: &str) -> &'static str {
    match kind {
        "zero" => "ZERO",
        "compressed" => "COMPRESS_PAGE",
        "xbzrle" => "XBZRLE",
        _ => "PAGE",
    }
}
