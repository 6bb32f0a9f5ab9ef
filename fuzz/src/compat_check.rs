//! A set of schemas is compatible with itself; and a pair that is found to load really loads, with bytes.
//!
//! The input is entropy: a set of schemas, and one thing that the target has otherwise. The judge is a loader of its own
//! that reads a body by nothing but the target's table.

mod loader;
mod tweak;

use vmsd_schema::arbitrary::{Arbitrary, Body, Unstructured};
use vmsd_schema::compat::{check, Verdict};
use vmsd_schema::schema::SchemaSet;
use vmsd_schema::wire::Reader;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok(source) = SchemaSet::arbitrary(&mut u) else {
        return;
    };
    let findings = check(&source, &source);
    assert_eq!(
        Verdict::of(&findings),
        Verdict::Loads,
        "a set is not compatible with itself: {findings:?}"
    );
    let mut target = source.clone();
    let what = tweak::one_thing(&mut target, &mut u);
    let verdict = Verdict::of(&check(&source, &target));
    if verdict == Verdict::Loads {
        really_loads(&source, &target, what, &mut u);
    }
}

fn really_loads(source: &SchemaSet, target: &SchemaSet, what: &str, u: &mut Unstructured<'_>) {
    for device in &source.devices {
        let Some(section) = &device.section else {
            continue;
        };
        let version = device.schema.version.unwrap_or(1);
        let Ok(body) = Body::new(&device.schema, version, u) else {
            continue;
        };
        let partner = target.section(section);
        let Some(partner) = partner else {
            panic!(
                "{what}: `{}` is found to load, and is not there",
                section.idstr
            )
        };
        let mut reader = Reader::new(&body.bytes);
        let loaded = loader::load(&partner.schema, version, &mut reader, &body.description);
        match loaded {
            Ok(()) if reader.is_empty() => {}
            Ok(()) => panic!(
                "{what}: `{}` is found to load, and {} bytes are left",
                section.idstr,
                reader.remaining()
            ),
            Err(error) => panic!("{what}: `{}` is found to load: {error}", section.idstr),
        }
    }
}
