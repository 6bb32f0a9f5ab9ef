//! Any bytes are a stream or an error, and where the chunks end does not matter.
//!
//! The stream is walked whole, and beside it in chunks whose sizes the input decides. Both walks must give the same
//! events and end in the same error; every offset must lie inside the input. Bodies of devices are measured by the
//! stream's own description, or else guessed. On a part of the inputs the machine is read too, with every value in it, which
//! takes longer than both walks.

use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::stream::guess::{self, Guess};
use vmsd_schema::stream::{Chunk, Event, Parser};
use vmsd_schema::ErrorKind;

use crate::one_in;

/// Steps of one walk. Events without bytes of their own could otherwise go on for ever.
const MAX_STEPS: usize = 1 << 20;

/// Of one input in so many the machine is read.
const MACHINES: usize = 4;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let seed = data
        .iter()
        .take(64)
        .fold(1_u32, |seed, byte| seed.wrapping_mul(31) ^ u32::from(*byte));
    let mut whole = Walk::new(data, None);
    let mut chunked = Walk::new(data, Some(seed));
    for _ in 0..MAX_STEPS {
        let step = whole.step(None);
        // Where a body ends is searched for once: the search sees the whole rest either way.
        let guessed = whole.guessed.take();
        assert_eq!(
            step,
            chunked.step(guessed),
            "a chunked parse and a whole parse differ"
        );
        if let Step::Over(_) = step {
            break;
        }
    }
    if one_in(MACHINES, data) {
        read(data);
    }
}

/// The machine that the bytes say, and every value in it.
fn read(data: &[u8]) {
    let machine = Machine::read(data, Parser::new(), &(), Options { guess: true });
    assert!(
        machine.end <= data.len() as u64,
        "the reader stands behind the input"
    );
    let errors = machine.problems.iter().chain(&machine.stopped);
    for offset in errors.filter_map(|error| error.offset()) {
        assert!(
            offset <= data.len() as u64,
            "an error stands behind the input"
        );
    }
    for section in &machine.sections {
        if let Some(Err(error)) = machine.decode(section) {
            assert!(!error.message().is_empty());
        }
    }
}

/// What one step of a walk gives.
#[derive(Debug, PartialEq)]
enum Step<'d> {
    Event(Event<'d>),
    Passed,
    Over(String),
}

struct Walk<'d> {
    data: &'d [u8],
    parser: Parser,
    /// What was consumed, and what the parser was shown.
    start: usize,
    shown: usize,
    /// What chooses the next chunk; nothing where all is shown at once.
    chunks: Option<u32>,
    /// Where the last body was found to end.
    guessed: Option<Guess>,
}

impl<'d> Walk<'d> {
    fn new(data: &'d [u8], chunks: Option<u32>) -> Self {
        let shown = if chunks.is_none() { data.len() } else { 0 };
        Self {
            data,
            parser: Parser::new(),
            start: 0,
            shown,
            chunks,
            guessed: None,
        }
    }

    fn step(&mut self, guessed: Option<Guess>) -> Step<'d> {
        if self.parser.awaits_body() {
            return self.body(guessed);
        }
        loop {
            let eof = self.shown == self.data.len();
            let window = self.data.get(self.start..self.shown).unwrap_or_default();
            match self.parser.parse(window, eof) {
                Ok(Chunk::Parsed { consumed, event }) => {
                    assert!(consumed <= window.len(), "more was consumed than shown");
                    assert!(
                        event.at() <= self.data.len() as u64,
                        "an event stands behind the input"
                    );
                    self.start += consumed;
                    return Step::Event(event);
                }
                Ok(Chunk::NeedMoreData(missing)) => {
                    assert!(missing > 0, "nothing is needed, and nothing is given");
                    assert!(!eof, "more is needed at the end");
                    self.shown = self.data.len().min(self.shown + self.grow());
                }
                Ok(Chunk::End) => return Step::Over("the end".to_owned()),
                Err(error) => {
                    let offset = error.offset().unwrap_or(0);
                    assert!(offset <= self.data.len() as u64, "{error}");
                    assert_ne!(error.kind(), ErrorKind::Unsupported, "{error}");
                    return Step::Over(error.to_string());
                }
            }
        }
    }

    fn body(&mut self, known: Option<Guess>) -> Step<'d> {
        let id = self.parser.current_section().map(|section| section.id);
        let rest = self.data.get(self.start..).unwrap_or_default();
        let search = || guess::body_len(rest, id?, self.parser.footers());
        let Some(guessed) = known.or_else(search) else {
            return Step::Over("a body without an end".to_owned());
        };
        self.guessed = Some(guessed);
        let len = guessed.len();
        match self.parser.body_guessed(guessed) {
            Ok(()) => {
                self.start += len;
                self.shown = self.shown.max(self.start);
                Step::Passed
            }
            Err(error) => Step::Over(error.to_string()),
        }
    }

    /// How many bytes more the parser is shown: few as often as many, so that chunks end anywhere and a walk has not many.
    fn grow(&mut self) -> usize {
        let Some(seed) = &mut self.chunks else {
            return self.data.len();
        };
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let most = 1 << (*seed >> 28).min(12);
        1 + (*seed >> 8) as usize % most
    }
}
