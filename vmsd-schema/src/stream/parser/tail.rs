//! The ends: of a package, and of the stream with its description and whatever lies behind.

use super::{Parser, State};
use crate::limits::MAX_DESCRIPTION_LEN;
use crate::stream::event::{DescriptionText, Event, Trailing};
use crate::stream::input::{Input, Step};
use crate::wire::marker;

impl Parser {
    /// QEMU leaves a package at POSTCOPY_RUN or the end mark, whatever follows (`loadvm_handle_cmd_packaged`).
    pub(super) fn package_rest<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        let at = input.offset();
        let end = self.packages.last().map_or(at, |package| package.end);
        let rest = input.window(end.saturating_sub(at))?;
        self.packages.pop();
        self.state = State::Between;
        Ok(Event::PackagedEnd { at, rest })
    }

    /// QEMU reads a description if one is there and succeeds in any case (`qemu_loadvm_state`).
    pub(super) fn after_eof<'a>(&mut self, input: &mut Input<'a>) -> Step<Option<Event<'a>>> {
        let at = input.offset();
        let head = input.peek(5)?.and_then(|head| head.split_first_chunk());
        let Some((&[marker::VMDESCRIPTION], len)) = head else {
            self.state = State::Trailing;
            return self.trailing(input);
        };
        let declared = len.first_chunk().copied().map_or(0, u32::from_be_bytes);
        let wanted = declared as usize;
        if wanted > MAX_DESCRIPTION_LEN {
            // No description is so long. QEMU would skip it as it skips anything here.
            self.state = State::Trailing;
            return self.trailing(input);
        }
        input.bytes(5)?;
        let here = if input.is_last() {
            wanted.min(input.remaining())
        } else {
            wanted
        };
        let json = input.bytes(here)?;
        self.state = State::Trailing;
        Ok(Some(Event::Description(DescriptionText {
            at,
            declared,
            json,
        })))
    }

    /// The rest comes in one piece, so that its end has to be seen first.
    pub(super) fn trailing<'a>(&mut self, input: &mut Input<'a>) -> Step<Option<Event<'a>>> {
        if input.at_end() {
            return Ok(None);
        }
        if !input.is_last() {
            // Asks for a byte more than there is.
            input.peek(input.remaining() + 1)?;
        }
        let at = input.offset();
        let bytes = input.bytes(input.remaining())?;
        Ok(Some(Event::Trailing(Trailing { at, bytes })))
    }
}
