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

#[cfg(test)]
mod tests {
    use crate::error::{Error, ErrorKind};
    use crate::stream::{Command, DescriptionText, Event, Stream, StreamBuilder, Trailing};

    fn walk(data: &[u8]) -> Result<Vec<Event<'_>>, Error> {
        let mut stream = Stream::new(data);
        let mut events = Vec::new();
        while let Some(event) = stream.next()? {
            events.push(event);
            if stream.parser().awaits_body() {
                stream.body_done(0)?;
            }
        }
        Ok(events)
    }

    fn ended() -> StreamBuilder {
        let mut builder = StreamBuilder::new();
        builder.header().eof();
        builder
    }

    #[test]
    fn a_description_and_padding_may_follow_the_end() {
        let mut builder = ended();
        builder.description("{}").unwrap().body(&[0, 0]);
        let data = builder.finish();
        let events = walk(&data).unwrap();
        assert_eq!(
            events[2..],
            [
                Event::Description(DescriptionText {
                    at: 9,
                    declared: 2,
                    json: b"{}"
                }),
                Event::Trailing(Trailing {
                    at: 16,
                    bytes: &[0, 0]
                }),
            ]
        );
        let Event::Trailing(trailing) = &events[3] else {
            unreachable!()
        };
        assert!(trailing.is_padding());
    }

    #[test]
    fn whatever_follows_the_end_the_stream_was_good() {
        let tails: [(&[u8], Event<'_>); 4] = [
            (
                b"\x06\0\0\0\x09{}",
                Event::Description(DescriptionText {
                    at: 9,
                    declared: 9,
                    json: b"{}",
                }),
            ),
            (
                b"\x06\0\0",
                Event::Trailing(Trailing {
                    at: 9,
                    bytes: b"\x06\0\0",
                }),
            ),
            (
                b"\x06\xff\xff\xff\xff{}",
                Event::Trailing(Trailing {
                    at: 9,
                    bytes: b"\x06\xff\xff\xff\xff{}",
                }),
            ),
            (
                b"more",
                Event::Trailing(Trailing {
                    at: 9,
                    bytes: b"more",
                }),
            ),
        ];
        for (tail, expected) in tails {
            let mut builder = ended();
            builder.body(tail);
            assert_eq!(walk(builder.as_bytes()).unwrap()[2], expected);
        }
        assert_eq!(walk(&ended().finish()).unwrap().len(), 2);
    }

    #[test]
    fn a_stream_without_an_end_mark_is_cut() {
        let mut builder = StreamBuilder::new();
        builder.header();
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().kind(),
            ErrorKind::Truncated
        );
    }

    #[test]
    fn a_package_is_entered_and_left_where_it_says_run() {
        let mut package = StreamBuilder::new();
        package.command(Command::PostcopyListen).unwrap();
        package.full(7, "cpu", 0, 12, &[]).unwrap();
        package.command(Command::PostcopyRun).unwrap().body(b"??");
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&package).unwrap().eof();
        let data = builder.finish();
        let events = walk(&data).unwrap();
        let end = Event::PackagedEnd {
            at: data.len() as u64 - 3,
            rest: b"??",
        };
        assert_eq!(events[events.len() - 2], end);
        let mut again = StreamBuilder::new();
        for event in &events {
            again.event(event).unwrap();
        }
        assert_eq!(again.finish(), data);
    }

    #[test]
    fn a_package_may_end_with_the_end_mark_but_not_without_either() {
        let mut package = StreamBuilder::new();
        package.command(Command::PostcopyListen).unwrap();
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&package).unwrap().eof();
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().kind(),
            ErrorKind::Framing
        );
        package.eof();
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&package).unwrap().eof();
        assert!(walk(builder.as_bytes()).is_ok());
    }

    #[test]
    fn packages_nest_within_each_other_and_to_a_bound() {
        let mut package = StreamBuilder::new();
        package.eof();
        for _ in 0..crate::limits::MAX_DEPTH {
            let mut outer = StreamBuilder::new();
            outer.packaged(&package).unwrap().eof();
            package = outer;
        }
        let mut builder = StreamBuilder::new();
        builder.header().body(package.as_bytes());
        assert!(walk(builder.as_bytes()).is_ok());
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&package).unwrap().eof();
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().kind(),
            ErrorKind::Limit
        );

        let mut inner = StreamBuilder::new();
        inner.command(Command::Packaged(100)).unwrap();
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&inner).unwrap();
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().kind(),
            ErrorKind::Command
        );
    }

    #[test]
    fn a_body_does_not_leave_its_package() {
        let mut package = StreamBuilder::new();
        package.full(7, "cpu", 0, 12, &[]).unwrap();
        let mut builder = StreamBuilder::new();
        builder.header().packaged(&package).unwrap().body(&[0; 64]);
        let mut stream = Stream::new(builder.as_bytes());
        while !stream.parser().awaits_body() {
            stream.next().unwrap();
        }
        assert_eq!(stream.body().remaining(), 5);
        assert_eq!(
            stream.body_done(6).unwrap_err().kind(),
            ErrorKind::Truncated
        );
    }
}
