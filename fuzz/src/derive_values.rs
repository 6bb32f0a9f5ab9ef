//! Values of every mirror, at every version that it has: what is saved loads, and is saved alike.
//!
//! A value is made up along the mirror's own table, facts and all, or it is the default with some bytes changed; it is read
//! as a stream's reader reads it, with the description at hand. What the device's own checks refuse is no value.

use vmsd_schema::arbitrary::{Body, Unstructured};
use vmsd_schema::decode::typed::Mirror;
use vmsd_schema::schema::{Description, Dialect};
use vmsd_schema::wire::Reader;

use crate::typed_load;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let number = u.arbitrary().unwrap_or(0);
    if let Some(mirror) = typed_load::chosen(number) {
        let span = mirror.version - mirror.minimum_version;
        let version = mirror.version - u.int_in_range(0..=span).unwrap_or(0);
        value(mirror, version, &mut u);
    }
}

/// One value; says whether the entropy gave one.
///
/// # Panics
/// If save and load are not the identity on it.
pub fn value(mirror: &Mirror, version: u32, u: &mut Unstructured<'_>) -> bool {
    let made = match u.arbitrary().unwrap_or(false) {
        true => changed_default(mirror, version, u),
        false => Body::new(&mirror.schema(), version, u).ok(),
    };
    made.is_some_and(|body| identity(mirror, version, &body.bytes, &body.description))
}

/// The destination's own value with a few bytes changed: what a type that only its own code reads can be made of.
fn changed_default(mirror: &Mirror, version: u32, u: &mut Unstructured<'_>) -> Option<Body> {
    let described = mirror.make().describe(Dialect::Qemu10_0, version).ok()?;
    let mut bytes = described.bytes;
    for _ in 0..u.int_in_range(0..=8).unwrap_or(0) {
        let at = u.choose_index(bytes.len()).unwrap_or(0);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = u.arbitrary().unwrap_or(0);
        }
    }
    Some(Body {
        bytes,
        description: described.description,
    })
}

/// Whether `bytes` are a value; if they are, save and load are the identity on it.
fn identity(mirror: &Mirror, version: u32, bytes: &[u8], hint: &Description) -> bool {
    let name = mirror.name;
    let mut reader = Reader::new(bytes);
    let Ok(mut first) = mirror.inspect(&mut reader, version, Some(hint)) else {
        return false;
    };
    if !reader.is_empty() {
        return false;
    }
    // What a predicate decides otherwise than the coin did is not a value either.
    let Ok(saved) = first.state.describe(Dialect::Qemu10_0, version) else {
        return false;
    };
    let mut reader = Reader::new(&saved.bytes);
    let mut second = mirror
        .inspect(&mut reader, version, Some(&saved.description))
        .unwrap_or_else(|error| panic!("{name} {version} does not load what it saved: {error}"));
    assert!(reader.is_empty(), "{name} {version}: bytes are left over");
    let again = second.state.describe(Dialect::Qemu10_0, version).ok();
    assert!(
        again.as_ref() == Some(&saved),
        "{name} {version}: save and load are not the identity"
    );
    typed_load::agrees(mirror, second.state.as_mut(), version);
    true
}
