//! Any bytes are a stream or an error, and where the chunks end does not matter.
//!
//! The stream is walked whole, and again in chunks whose sizes the input decides. Both walks must give the same events
//! and end in the same error; every offset must lie inside the input. Bodies of devices are measured by the stream's own
//! description, or else guessed.

use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::stream::{guess, Chunk, Parser};
use vmsd_schema::ErrorKind;

/// Steps of one walk. Events without bytes of their own could otherwise go on for ever.
const MAX_STEPS: usize = 1 << 20;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let whole = walk(data, &mut || data.len());
    let mut seed = data
        .iter()
        .fold(1_u32, |seed, byte| seed.wrapping_mul(31) ^ u32::from(*byte));
    let chunked = walk(data, &mut || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (seed >> 16) as usize % 97
    });
    assert_eq!(whole, chunked, "a chunked parse and a whole parse differ");

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

/// The events of `data` as text, and how the walk ended; `grow` says how many bytes more the parser is shown each time it
/// asks.
fn walk(data: &[u8], grow: &mut impl FnMut() -> usize) -> (Vec<String>, String) {
    let mut parser = Parser::new();
    let (mut start, mut shown) = (0, 0);
    let mut events = Vec::new();
    for _ in 0..MAX_STEPS {
        let eof = shown == data.len();
        let window = data.get(start..shown).unwrap_or_default();
        if parser.awaits_body() {
            let id = parser.current_section().map(|section| section.id);
            let rest = data.get(start..).unwrap_or_default();
            let guessed = id.and_then(|id| guess::body_len(rest, id, parser.footers()));
            let Some(guessed) = guessed else {
                return (events, "a body without an end".to_owned());
            };
            let len = guessed.len();
            match parser.body_guessed(guessed) {
                Ok(()) => start += len,
                Err(error) => return (events, error.to_string()),
            }
            shown = shown.max(start);
            continue;
        }
        match parser.parse(window, eof) {
            Ok(Chunk::Parsed { consumed, event }) => {
                assert!(consumed <= window.len(), "more was consumed than shown");
                assert!(
                    event.at() <= data.len() as u64,
                    "an event stands behind the input"
                );
                events.push(format!("{event:?}"));
                start += consumed;
            }
            Ok(Chunk::NeedMoreData(missing)) => {
                assert!(missing > 0, "nothing is needed, and nothing is given");
                assert!(!eof, "more is needed at the end");
                shown = data.len().min(shown + grow().max(1));
            }
            Ok(Chunk::End) => return (events, "the end".to_owned()),
            Err(error) => {
                assert!(
                    error
                        .offset()
                        .is_none_or(|offset| offset <= data.len() as u64),
                    "{error}"
                );
                assert_ne!(error.kind(), ErrorKind::Unsupported, "{error}");
                return (events, error.to_string());
            }
        }
    }
    (events, "many steps".to_owned())
}
