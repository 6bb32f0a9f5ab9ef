//! Sections from header to footer (`qemu_loadvm_section_start_full`, `qemu_loadvm_section_part_end`).

use std::sync::Arc;

use super::{AfterBody, Parser, State};
use crate::error::ErrorKind;
use crate::limits::MAX_SECTIONS;
use crate::stream::event::{Event, SectionEnd};
use crate::stream::input::{fail_at, Fail, Input, Step};
use crate::stream::live::{self, Flow, Phase};
use crate::stream::name::SectionId;
use crate::stream::section::{
    grammar_of, read_named, Grammar, Section, SectionHeader, SectionKind,
};
use crate::wire::marker;

impl Parser {
    pub(super) fn section_start<'a>(
        &mut self,
        input: &mut Input<'a>,
        at: u64,
        kind: SectionKind,
    ) -> Step<Event<'a>> {
        let header = if kind.names_the_section() {
            let header = read_named(input, at, kind)?;
            self.remember(&header)?;
            header
        } else {
            let id = SectionId(input.u32()?);
            let Some(section) = self.sections.get(&id) else {
                return Err(fail_at(
                    ErrorKind::Framing,
                    at,
                    format!("Unknown savevm section {id}"),
                ));
            };
            let section = Arc::clone(section);
            let grammar = grammar_of(kind, &section);
            SectionHeader {
                at,
                kind,
                section,
                grammar,
            }
        };
        self.state = match header.grammar {
            Grammar::Ram => State::Ram,
            Grammar::Device => State::Body(AfterBody::SectionEnd),
            grammar => State::Live(grammar, Phase::First),
        };
        self.section = Some(Arc::clone(&header.section));
        Ok(Event::Section(header))
    }

    fn remember(&mut self, header: &SectionHeader) -> Step<()> {
        if self.sections.len() >= MAX_SECTIONS && !self.sections.contains_key(&header.section.id) {
            let message = format!("more than {MAX_SECTIONS} sections");
            return Err(fail_at(ErrorKind::Limit, header.at, message));
        }
        self.sections
            .insert(header.section.id, Arc::clone(&header.section));
        Ok(())
    }

    pub(super) fn live<'a>(
        &mut self,
        input: &mut Input<'a>,
        grammar: Grammar,
        phase: Phase,
    ) -> Step<Event<'a>> {
        let (record, flow) = live::read(input, grammar, phase, self.facts.page_size.bytes)?;
        self.state = match flow {
            Flow::More(phase) => State::Live(grammar, phase),
            Flow::Body(phase) => State::Body(AfterBody::Live(grammar, phase)),
            Flow::End => State::SectionEnd { guessed: false },
        };
        Ok(Event::Live(record))
    }

    pub(super) fn section_end<'a>(
        &mut self,
        input: &mut Input<'a>,
        guessed: bool,
    ) -> Step<Event<'a>> {
        let Some(section) = self.section.clone() else {
            return Err(input.fail(ErrorKind::Framing, "no section ends here"));
        };
        let at = input.offset();
        let next = input.peek_u8()?;
        let footer = self.footers.unwrap_or(next == Some(marker::SECTION_FOOTER));
        if footer {
            self.footer(input, &section)?;
        } else if self.footers.is_none() && !next.is_none_or(may_follow_a_section) {
            return Err(missing_footer(at, &section, next));
        }
        self.footers = Some(footer);
        self.section = None;
        self.state = State::Between;
        Ok(Event::SectionEnd(SectionEnd {
            at,
            section,
            footer,
            guessed,
        }))
    }

    fn footer(&self, input: &mut Input<'_>, section: &Section) -> Step<()> {
        let at = input.offset();
        let next = input.peek_u8()?;
        if next != Some(marker::SECTION_FOOTER) {
            return Err(missing_footer(at, section, next));
        }
        input.u8()?;
        let id = input.u32()?;
        if id != section.id.0 {
            let message = format!(
                "Mismatched section id in footer for {} - read {id:#x} expected {:#x}",
                section.idstr(),
                section.id.0
            );
            return Err(fail_at(ErrorKind::Framing, at, message));
        }
        Ok(())
    }
}

fn may_follow_a_section(byte: u8) -> bool {
    SectionKind::from_byte(byte).is_some() || byte == marker::EOF || byte == marker::COMMAND
}

#[cold]
fn missing_footer(at: u64, section: &Section, next: Option<u8>) -> Fail {
    let found = next.map_or_else(
        || "the input ends".into(),
        |byte| format!("the next byte is {byte:#04x}"),
    );
    let message = format!("Missing section footer for {}: {found}", section.idstr());
    fail_at(ErrorKind::Framing, at, message)
}

#[cfg(test)]
mod tests {
    use crate::error::{Error, ErrorKind};
    use crate::stream::{Event, SectionKind, Stream, StreamBuilder};

    /// Walks a stream in which every device's body has two bytes.
    fn walk(data: &[u8]) -> Result<Vec<Event<'_>>, Error> {
        let mut stream = Stream::new(data);
        let mut events = Vec::new();
        loop {
            if stream.parser().awaits_body() {
                stream.body_done(2)?;
            }
            match stream.next()? {
                Some(event) => events.push(event),
                None => return Ok(events),
            }
        }
    }

    fn two_devices(mut builder: StreamBuilder, body: &[u8]) -> Vec<u8> {
        builder.header();
        builder.full(3, "timer", 0, 2, body).unwrap();
        builder.full(4, "cpu", 1, 2, &[5, 6]).unwrap().eof();
        builder.finish()
    }

    #[test]
    fn the_first_section_shows_whether_there_are_footers() {
        for builder in [StreamBuilder::new(), StreamBuilder::new().without_footers()] {
            let footers = two_devices(builder.clone(), &[]).len()
                == two_devices(StreamBuilder::new(), &[]).len();
            let data = two_devices(builder, &[1, 2]);
            let ends: Vec<bool> = walk(&data)
                .unwrap()
                .iter()
                .filter_map(|event| match event {
                    Event::SectionEnd(end) => Some(end.footer),
                    _ => None,
                })
                .collect();
            assert_eq!(ends, [footers, footers]);
        }
    }

    #[test]
    fn a_body_that_is_too_long_misses_its_footer() {
        let error = walk(&two_devices(StreamBuilder::new(), &[1, 2, 0x55])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Framing);
        assert_eq!(
            error.to_string(),
            "Missing section footer for timer: the next byte is 0x55 (at offset 0x1d, in timer)"
        );
    }

    #[test]
    fn a_foreign_footer_is_refused() {
        let mut data = two_devices(StreamBuilder::new(), &[1, 2]);
        let footer = data.iter().position(|byte| *byte == 0x7e).unwrap();
        data[footer + 4] = 9;
        let error = walk(&data).unwrap_err();
        assert_eq!(
            error.message(),
            "Mismatched section id in footer for timer - read 0x9 expected 0x3"
        );
    }

    #[test]
    fn footers_do_not_come_and_go() {
        let mut data = StreamBuilder::new().without_footers();
        data.header()
            .full(3, "timer", 0, 2, &[1, 2])
            .unwrap()
            .body(b"\x7e\0\0\0\x03")
            .eof();
        // The first footer shows that there are some; the second is missing.
        let mut missing = data.clone();
        missing.full(4, "cpu", 0, 2, &[1, 2]).unwrap();
        let mut missing = missing.finish();
        let eof = data.finish().len() - 1;
        missing.remove(eof);
        assert_eq!(
            walk(&missing).unwrap_err().message(),
            "Missing section footer for cpu: the input ends"
        );
    }

    #[test]
    fn a_section_that_nobody_named_is_refused() {
        let mut builder = StreamBuilder::new();
        let section = crate::stream::Section::new(
            crate::stream::SectionId(7),
            "ram".into(),
            crate::stream::InstanceId(0),
            4,
        );
        builder
            .header()
            .section(SectionKind::Part, &section)
            .unwrap();
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().message(),
            "Unknown savevm section 7"
        );
        let mut builder = StreamBuilder::new();
        builder.header().body(&[0x7e]);
        assert_eq!(
            walk(builder.as_bytes()).unwrap_err().message(),
            "Unknown savevm section type 126"
        );
        let mut builder = StreamBuilder::new();
        builder.header().full(3, "", 0, 2, &[1, 2]).unwrap();
        let error = walk(builder.as_bytes()).unwrap_err();
        assert_eq!(error.message(), "Unable to read ID string for section 3");
    }

    #[test]
    fn a_body_waits_to_be_measured() {
        let data = two_devices(StreamBuilder::new(), &[1, 2]);
        let mut stream = Stream::new(&data);
        assert!(stream.body_done(0).is_err());
        stream.next().unwrap();
        stream.next().unwrap();
        assert_eq!(stream.next().unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(stream.body().offset(), 0x1b);
        assert_eq!(stream.body_done(usize::MAX).unwrap_err().path(), "timer");
        let guess = stream.guess_body().unwrap();
        assert_eq!(stream.body_guessed(guess).unwrap(), [1, 2]);
        let Some(Event::SectionEnd(end)) = stream.next().unwrap() else {
            panic!("not the end")
        };
        assert!(end.guessed);
    }

    #[test]
    fn a_version_of_a_grammar_that_nobody_knows_is_refused() {
        for version in [3, 5] {
            let mut builder = StreamBuilder::new();
            builder.header().full(2, "ram", 0, version, &[]).unwrap();
            let error = walk(builder.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Version);
            assert_eq!(
                error.message(),
                format!("savevm: unsupported version {version} for 'ram' v4")
            );
        }
    }
}
