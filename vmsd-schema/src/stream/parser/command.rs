//! Commands, and what the parser learns from them: page sizes, and where a package ends.

use super::{Package, Parser, State};
use crate::error::ErrorKind;
use crate::limits::{MAX_DEPTH, PAGE_BITS};
use crate::stream::command::{Command, CommandRecord};
use crate::stream::event::Event;
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::ram::PageSizeSource;

impl Parser {
    pub(super) fn command<'a>(&mut self, input: &mut Input<'a>, at: u64) -> Step<Event<'a>> {
        let command = Command::read(input)?;
        match command {
            Command::PostcopyAdvise(Some(advise)) => {
                let bytes = advise.target_page_size;
                if !bytes.is_power_of_two() || !PAGE_BITS.contains(&bytes.trailing_zeros()) {
                    let message = format!("POSTCOPY_ADVISE with a target page size of {bytes}");
                    return Err(fail_at(ErrorKind::Command, at, message));
                }
                self.learn_page_size(bytes, PageSizeSource::Advise, at)?;
                self.facts.advise = Some(advise);
            }
            Command::Packaged(len) => {
                if self.packages.len() >= MAX_DEPTH {
                    let message = format!("packages nest deeper than {MAX_DEPTH}");
                    return Err(fail_at(ErrorKind::Limit, at, message));
                }
                let end = input.offset() + u64::from(len);
                if let Some(outer) = self.packages.last().filter(|outer| outer.end < end) {
                    let message = format!(
                        "a package of {len} bytes leaves its own, which ends at {:#x}",
                        outer.end
                    );
                    return Err(fail_at(ErrorKind::Command, at, message));
                }
                self.packages.push(Package { end });
            }
            Command::PostcopyRun if !self.packages.is_empty() => {
                self.state = State::PackageRest;
                return Ok(Event::Command(CommandRecord { at, command }));
            }
            _ => {}
        }
        self.state = State::Between;
        Ok(Event::Command(CommandRecord { at, command }))
    }
}
