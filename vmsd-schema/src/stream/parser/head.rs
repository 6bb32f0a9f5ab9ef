//! The head of a stream: magic, version, configuration.

use super::{Parser, State};
use crate::error::ErrorKind;
use crate::stream::configuration::Configuration;
use crate::stream::event::Event;
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::ram::{PageSize, PageSizeSource};
use crate::wire::marker;

impl Parser {
    pub(super) fn header<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        let at = input.offset();
        let magic = input.u32()?;
        if magic != marker::FILE_MAGIC {
            let message = format!("Not a migration stream: it starts with {magic:08x}, not 'QEVM'");
            return Err(fail_at(ErrorKind::Magic, at, message));
        }
        match input.u32()? {
            marker::FILE_VERSION => {
                self.state = State::Configuration;
                Ok(Event::Header {
                    at,
                    version: marker::FILE_VERSION,
                })
            }
            marker::FILE_VERSION_COMPAT => Err(fail_at(
                ErrorKind::Version,
                at + 4,
                "SaveVM v2 format is obsolete and doesn't work anymore",
            )),
            version => Err(fail_at(
                ErrorKind::Version,
                at + 4,
                format!("Unsupported migration stream version {version}"),
            )),
        }
    }

    pub(super) fn configuration<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        match input.peek_u8()? {
            Some(marker::CONFIGURATION) => {}
            Some(_) => {
                self.state = State::Between;
                return self.between(input);
            }
            None => return self.between(input),
        }
        let at = input.offset();
        input.u8()?;
        let configuration = Configuration::read(input, at)?;
        if let Some(bits) = configuration.target_page_bits() {
            self.learn_page_size(1 << bits, PageSizeSource::Configuration, at)?;
        }
        for capability in configuration.capabilities() {
            self.facts.ignore_shared |= capability == "x-ignore-shared";
            self.facts.mapped |= capability == "mapped-ram";
        }
        self.state = State::Between;
        Ok(Event::Configuration(configuration))
    }

    pub(super) fn learn_page_size(
        &mut self,
        bytes: u64,
        source: PageSizeSource,
        at: u64,
    ) -> Step<()> {
        let known = self.facts.page_size;
        if known.source != PageSizeSource::Assumed && known.bytes != bytes {
            let message =
                format!("the target's page size is {bytes} here, but {known} was said before");
            return Err(fail_at(ErrorKind::Mismatch, at, message));
        }
        self.facts.page_size = PageSize { bytes, source };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::error::{Error, ErrorKind};
    use crate::stream::{Configuration, Event, Name, PageSize, PageSizeSource, Parser, Stream};
    use crate::wire::Writer;

    fn subsection(name: &str, version: u32, body: &[u8]) -> Vec<u8> {
        let mut out = Writer::new();
        out.u8(5);
        out.counted_string(name).unwrap();
        out.u32(version);
        out.bytes(body);
        out.into_bytes()
    }

    fn stream(parts: &[&[u8]]) -> Vec<u8> {
        let head: &[u8] = b"QEVM\0\0\0\x03\x07\0\0\0\x04virt";
        [&[head], parts].concat().concat()
    }

    fn configuration(data: &[u8]) -> Result<(Configuration<'_>, Stream<'_>), Error> {
        let mut stream = Stream::new(data);
        stream.next()?;
        match stream.next()? {
            Some(Event::Configuration(configuration)) => Ok((configuration, stream)),
            other => panic!("not a configuration: {other:?}"),
        }
    }

    #[test]
    fn every_subsection_is_read_and_page_bits_are_learned() {
        let bits = subsection("configuration/target-page-bits", 1, &[0, 0, 0, 16]);
        let names = subsection(
            "configuration/capabilities",
            1,
            b"\0\0\0\x02\x0fx-ignore-shared\x01z",
        );
        let uuid = subsection("configuration/uuid", 257, &[7; 16]);
        let data = stream(&[&bits, &names, &uuid, b"\0"]);
        let (configuration, mut stream) = configuration(&data).unwrap();
        assert_eq!(configuration.machine, "virt");
        assert_eq!(configuration.target_page_bits(), Some(16));
        assert!(configuration
            .capabilities()
            .eq(["x-ignore-shared", "z"].map(Name::from)));
        assert_eq!(configuration.uuid(), Some([7; 16]));
        let expected = PageSize {
            bytes: 65536,
            source: PageSizeSource::Configuration,
        };
        assert_eq!(stream.parser().page_size(), expected);
        assert_eq!(
            stream.next().unwrap(),
            Some(Event::Eof {
                at: data.len() as u64 - 1
            })
        );
        assert_eq!(stream.next().unwrap(), None);
        let mut out = Writer::new();
        configuration.write(&mut out).unwrap();
        assert_eq!(out.as_bytes(), &data[8..data.len() - 1]);
    }

    #[test]
    fn the_section_ends_where_no_subsection_of_its_own_begins() {
        // QEMU looks at the prefix alone, so the first is its own and unknown, the others are not.
        let data = stream(&[&subsection("configurationX", 1, &[])]);
        let error = configuration(&data).unwrap_err();
        assert_eq!(
            error.message(),
            "VM subsection 'configurationX' in 'configuration' does not exist"
        );
        for foreign in ["configuration", "something/else-altogether"] {
            let data = stream(&[&subsection(foreign, 1, &[])]);
            let (configuration, mut stream) = configuration(&data).unwrap();
            assert!(configuration.subsections.is_empty());
            assert_eq!(
                stream.next().unwrap_err().message(),
                "Unknown savevm section type 5"
            );
        }
    }

    #[test]
    fn a_page_size_that_the_caller_got_wrong_is_an_error() {
        let bits = subsection("configuration/target-page-bits", 1, &[0, 0, 0, 12]);
        let data = stream(&[&bits, b"\0"]);
        let parser = Parser::new().with_page_size(8192).unwrap();
        let mut stream = Stream::with_parser(&data, parser);
        stream.next().unwrap();
        assert_eq!(stream.next().unwrap_err().kind(), ErrorKind::Mismatch);
        assert!(Parser::new().with_page_size(4097).is_err());
        assert!(Parser::new().with_page_size(0).is_err());
    }

    #[test]
    fn other_files_are_refused_at_their_first_bytes() {
        let cases: [(&[u8], ErrorKind, &str); 4] = [
            (
                b"\x1f\x8b\x08\0",
                ErrorKind::Magic,
                "Not a migration stream: it starts with 1f8b0800, not 'QEVM'",
            ),
            (
                b"QEVM\0\0\0\x02",
                ErrorKind::Version,
                "SaveVM v2 format is obsolete and doesn't work anymore",
            ),
            (
                b"QEVM\0\0\0\x04",
                ErrorKind::Version,
                "Unsupported migration stream version 4",
            ),
            (
                b"",
                ErrorKind::Truncated,
                "the input ends where 4 more bytes should be",
            ),
        ];
        for (data, kind, message) in cases {
            let error = Stream::new(data).next().unwrap_err();
            assert_eq!((error.kind(), error.message()), (kind, message));
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        let cases = [
            subsection("configuration/target-page-bits", 1, &[0, 0, 0, 64]),
            subsection("configuration/capabilities", 1, &[0xff; 4]),
            subsection("configuration/uuid", 2, &[0; 16]),
        ];
        let kinds = [ErrorKind::Bound, ErrorKind::Limit, ErrorKind::Version];
        for (part, kind) in cases.iter().zip(kinds) {
            assert_eq!(configuration(&stream(&[part])).unwrap_err().kind(), kind);
        }
        assert_eq!(
            configuration(b"QEVM\0\0\0\x03\x07\xff\xff\xff\xff")
                .unwrap_err()
                .kind(),
            ErrorKind::Limit
        );
    }
}
