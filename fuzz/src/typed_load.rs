//! Every mirror loads any bytes, or refuses them: and what it loaded it saves, loads again and saves alike, at the version it
//! was asked for and at no other.
//!
//! An input is two bytes that choose the mirror, one that is the version, and a body. Typed values and those that the
//! description gives are compared on a part of the inputs: that takes fifty times as long as a load.

use std::sync::OnceLock;

use conformance::conform::difference;
use conformance::mirrors;
use vmsd_schema::decode::typed::{Mirror, State};
use vmsd_schema::decode::{decode, End};
use vmsd_schema::schema::Dialect;
use vmsd_schema::wire::Reader;
use vmsd_schema::{ErrorKind, Loader};

use crate::one_in;

/// One input in so many is also described.
const DESCRIBED: usize = 64;

/// Bytes before the body.
pub const HEAD: usize = 3;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let Some(([high, low, version], body)) = data.split_first_chunk::<HEAD>() else {
        return;
    };
    let Some(mirror) = chosen(u16::from_be_bytes([*high, *low])) else {
        return;
    };
    let version = u32::from(*version);
    let mut state = mirror.make();
    let mut loader = Loader::new(Reader::new(body));
    let loaded = state.load(&mut loader, version);
    let allowed = (mirror.minimum_version..=mirror.version).contains(&version);
    match loaded {
        Ok(()) => {
            assert!(allowed, "{} loads version {version}", mirror.name);
            let end = loader.consumed();
            saves(mirror, state.as_mut(), version, body.get(..end));
            if one_in(DESCRIBED, data) {
                agrees(mirror, state.as_mut(), version);
            }
        }
        Err(error) => {
            let refused = matches!(error.kind(), ErrorKind::Version | ErrorKind::Unsupported);
            assert!(allowed || refused, "{} {version}: {error}", mirror.name);
            // Subsections have versions of their own.
            let own = error.kind() == ErrorKind::Version && error.path().is_empty();
            assert!(
                !(allowed && own),
                "{} does not load its version {version}: {error}",
                mirror.name
            );
            assert!(
                error.offset().is_none_or(|at| at <= body.len() as u64),
                "{error}"
            );
        }
    }
}

/// What was loaded from `body` is saved, loads into another destination, and is saved alike.
fn saves(mirror: &Mirror, state: &mut dyn State, version: u32, body: Option<&[u8]>) {
    let name = mirror.name;
    let saved = state
        .save(version)
        .unwrap_or_else(|error| panic!("{name} {version} does not save what it loaded: {error}"));
    // That load and that save have been: this state is theirs.
    if body == Some(&saved) {
        return;
    }
    let mut again = mirror.make();
    let mut loader = Loader::new(Reader::new(&saved));
    again
        .load(&mut loader, version)
        .and_then(|()| loader.finish())
        .unwrap_or_else(|error| panic!("{name} {version} does not load what it saved: {error}"));
    let second = again.save(version).ok();
    assert!(
        second.as_ref() == Some(&saved),
        "{name} {version}: load and save are not the identity"
    );
}

/// The typed values are those that the description of the same bytes gives.
pub(crate) fn agrees(mirror: &Mirror, state: &mut dyn State, version: u32) {
    let name = mirror.name;
    for dialect in Dialect::ALL {
        let described = state
            .describe(dialect, version)
            .unwrap_or_else(|error| panic!("{name} {version} is not described: {error}"));
        let layout = state.layout(dialect, version).ok();
        assert!(
            layout.is_some_and(|layout| layout.bytes == described.bytes
                && layout.description == described.description),
            "{name} {version} {dialect}: its layout alone is another"
        );
        let mut reader = Reader::new(&described.bytes);
        let tree = match decode(&described.description, &mut reader, End::Known) {
            Ok(tree) => tree,
            Err(error) => panic!("{name} {version} {dialect}: its description misleads: {error}"),
        };
        assert!(
            reader.is_empty(),
            "{name} {version}: the description ends early"
        );
        // Up to 9.1 a NULL that comes first hides what follows.
        if dialect >= Dialect::Qemu10_0 {
            let found = difference(&described.value, &tree.to_value());
            assert_eq!(found, None, "{name} {version} {dialect}");
        }
    }
}

/// The mirror that a number means: the one that has it, or else any.
#[must_use]
pub fn chosen(number: u16) -> Option<&'static Mirror> {
    static MIRRORS: OnceLock<Vec<(u16, Mirror)>> = OnceLock::new();
    let mirrors = MIRRORS.get_or_init(|| {
        let mut all: Vec<_> = mirrors::registry()
            .mirrors()
            .iter()
            .map(|mirror| (self::number(mirror), *mirror))
            .collect();
        all.sort_by_key(|(number, _)| *number);
        all
    });
    let place = mirrors
        .binary_search_by_key(&number, |(number, _)| *number)
        .unwrap_or_else(|_| usize::from(number) % mirrors.len().max(1));
    mirrors.get(place).map(|(_, mirror)| mirror)
}

/// The number of a mirror, which stays when others come and go (FNV-1a of its name).
#[must_use]
pub fn number(mirror: &Mirror) -> u16 {
    let name = mirror.name.bytes().chain(mirror.preset.bytes());
    let hash = name.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let [high, low, ..] = hash.to_be_bytes();
    u16::from_be_bytes([high, low])
}
