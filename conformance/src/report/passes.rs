//! The passes of a live migration: which pages were sent again, as a small histogram for people and as numbers for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::inspect::kinds;
use super::inspect_json::PageCounts;
use super::scalar::Count;
use super::Styles;
use crate::ram::{Pass, RamTally};

/// Columns of the longest bar.
const WIDTH: u64 = 32;

/// Writes the passes, if there was more than one.
///
/// # Errors
/// Those of the output.
pub fn text(ram: &RamTally, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let passes = ram.passes.list();
    if passes.len() < 2 {
        return Ok(());
    }
    let Styles { heading, dim, .. } = styles;
    writeln!(out)?;
    writeln!(
        out,
        "{heading}{:>12} {:>14} {:>14}  pages, # sent for the first time, + again{heading:#}",
        "pass", "pages", "sent again"
    )?;
    let most = passes.iter().map(|pass| pass.pages().total()).max();
    let most = most.unwrap_or_default().max(1);
    let mut number = 0;
    // A guest that changes the same pages again and again makes many passes that are alike.
    for alike in passes.chunk_by(|a, b| a == b) {
        let Some(pass) = alike.first() else { continue };
        let name = name(number + 1, alike.len(), pass);
        number += alike.len();
        let total = pass.pages().total();
        write!(
            out,
            "{name:>12} {total:>14} {:>14}  {:<32}",
            pass.again,
            bar(total, pass.again, most)
        )?;
        let mut indent = 1;
        for (block, pages) in &pass.blocks {
            let block = ram.blocks.get(*block as usize);
            let block = block.map_or("", |block| block.name.as_str());
            writeln!(out, "{:indent$}{dim}{block}: {}{dim:#}", "", kinds(*pages))?;
            indent = 77;
        }
    }
    let sent: u64 = passes.iter().map(|pass| pass.pages().total()).sum();
    let again: u64 = passes.iter().map(|pass| pass.again).sum();
    write!(
        out,
        "{} sent, {again} of them again ({} %)",
        Count(sent, "page"),
        (again * 100).checked_div(sent).unwrap_or_default()
    )?;
    match ram.passes.sent() {
        Some((once, often)) => writeln!(out, "; {once} were sent once, {often} more often"),
        None => writeln!(out, "; there are too many to tell each apart"),
    }
}

/// The name of a pass, or of several that are alike.
fn name(first: usize, count: usize, pass: &Pass) -> String {
    match (pass.postcopy, count) {
        (true, _) => "postcopy".to_owned(),
        (false, 1) => first.to_string(),
        (false, _) => format!("{first}-{}, each", first + count - 1),
    }
}

/// A bar as long as the pass is, next to the longest; what is there at all has a mark.
fn bar(total: u64, again: u64, most: u64) -> String {
    let columns = |count: u64| {
        let len = u128::from(count) * u128::from(WIDTH) / u128::from(most);
        usize::try_from(len).unwrap_or_default()
    };
    let all = columns(total).max(usize::from(total > 0));
    let first = columns(total.saturating_sub(again));
    let first = if again == 0 { all } else { first.min(all) };
    "#".repeat(first) + &"+".repeat(all - first)
}

/// One pass, for programs.
#[derive(Serialize)]
pub(super) struct PassReport<'a> {
    postcopy: bool,
    again: u64,
    pages: PageCounts,
    blocks: Vec<BlockReport<'a>>,
}

#[derive(Serialize)]
struct BlockReport<'a> {
    name: &'a str,
    pages: PageCounts,
}

impl<'a> PassReport<'a> {
    pub(super) fn all(ram: &'a RamTally) -> Vec<Self> {
        let block = |index: u32| ram.blocks.get(index as usize);
        let passes = ram.passes.list().iter();
        passes
            .map(|pass| Self {
                postcopy: pass.postcopy,
                again: pass.again,
                pages: PageCounts::new(pass.pages()),
                blocks: pass
                    .blocks
                    .iter()
                    .map(|(index, pages)| BlockReport {
                        name: block(*index).map_or("", |block| block.name.as_str()),
                        pages: PageCounts::new(*pages),
                    })
                    .collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_show_what_is_there() {
        assert_eq!(bar(320, 0, 320), "#".repeat(32));
        assert_eq!(bar(100, 100, 320), "+".repeat(10));
        assert_eq!(bar(20, 10, 320), "#+");
        assert_eq!(bar(1, 1, 1 << 40), "+");
        assert_eq!(bar(0, 0, 320), "");
    }
}
