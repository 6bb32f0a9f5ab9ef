//! The checks that every case is put through. Each is a claim about a device that a real stream can refute.

use serde_json::Value as Json;
use vmsd_schema::decode::typed::{Inspected, Mirror, Registry, State};
use vmsd_schema::decode::{decode, End};
use vmsd_schema::schema::{Count, Description, Field, Presence};
use vmsd_schema::vmstate::Described;
use vmsd_schema::wire::Reader;
use vmsd_schema::{Error, ErrorKind, Loader, Value};

use super::{Case, Finding};
use crate::report::analyze;

/// A claim about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// The typed load consumes the section to its last byte.
    Consumes,
    /// Save gives the same bytes.
    Reproduces,
    /// The typed values are those that the stream's own description gives.
    Values,
    /// The description of the value is the stream's own of the section.
    Description,
    /// The values are those that QEMU's analyze-migration.py prints.
    Reference,
    /// Bytes written at every version from minimum_version to version load, and load as they were written.
    Versions,
    /// Bytes at minimum_version − 1 and at version + 1 are refused for QEMU's reason.
    Refusals,
}

impl Check {
    /// Every check, in the order in which they are made.
    pub const ALL: [Self; 7] = [
        Self::Consumes,
        Self::Reproduces,
        Self::Values,
        Self::Description,
        Self::Reference,
        Self::Versions,
        Self::Refusals,
    ];

    /// The check's name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Consumes => "consumes",
            Self::Reproduces => "reproduces",
            Self::Values => "values",
            Self::Description => "description",
            Self::Reference => "reference",
            Self::Versions => "versions",
            Self::Refusals => "refusals",
        }
    }
}

/// Everything that is wrong with `case`.
pub(super) fn run(case: &Case<'_>, registry: &Registry) -> Vec<Finding> {
    let mut found = Found {
        case,
        findings: Vec::new(),
    };
    let mut state = match inspect(case, registry) {
        Ok(inspected) => inspected.state,
        Err(error) => {
            found.push(Check::Consumes, error.to_string());
            return found.findings;
        }
    };
    match state.describe(case.dialect, case.version) {
        Ok(described) => {
            reproduces(&mut found, &described.bytes, "save");
            values(&mut found, &described);
            description(&mut found, &described);
            reference(&mut found, &described);
        }
        Err(error) => found.push(Check::Reproduces, error.to_string()),
    }
    match state.save(case.version) {
        Ok(bytes) => reproduces(&mut found, &bytes, "save without a description"),
        Err(error) => found.push(Check::Reproduces, error.to_string()),
    }
    versions(&mut found, state.as_mut(), registry);
    refusals(&mut found, registry);
    found.findings
}

/// Reads the case's section with the mirror that it belongs to.
pub(super) fn inspect(case: &Case<'_>, registry: &Registry) -> Result<Inspected, Error> {
    let mut reader = Reader::with_base(case.body, case.offset);
    registry.inspect(
        &case.section,
        &mut reader,
        case.version,
        case.description,
        |rest| rest.is_empty(),
    )
}

struct Found<'c> {
    case: &'c Case<'c>,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn push(&mut self, check: Check, message: impl Into<String>) {
        let Case {
            stream,
            section,
            instance_id,
            ..
        } = self.case;
        let section = if *instance_id == 0 {
            section.clone()
        } else {
            format!("{section} {instance_id:#x}")
        };
        let message = message.into();
        self.findings.push(Finding {
            stream: stream.name.clone(),
            section,
            check: Some(check),
            message,
        });
    }
}

fn reproduces(found: &mut Found<'_>, bytes: &[u8], how: &str) {
    let case = found.case;
    if bytes == case.body {
        return;
    }
    let at = bytes
        .iter()
        .zip(case.body)
        .take_while(|(ours, theirs)| ours == theirs)
        .count();
    let byte = |bytes: &[u8]| {
        bytes
            .get(at)
            .map_or("nothing".to_owned(), |byte| format!("{byte:#04x}"))
    };
    let (ours, theirs) = (byte(bytes), byte(case.body));
    let offset = case.offset + at as u64;
    found.push(
        Check::Reproduces,
        format!("{how} gives {ours} where the stream has {theirs} (at offset {offset:#x})"),
    );
}

fn values(found: &mut Found<'_>, described: &Described) {
    let Some(description) = found.case.description else {
        return;
    };
    let mut reader = Reader::with_base(found.case.body, found.case.offset);
    match decode(description, &mut reader, End::Known) {
        Ok(tree) => {
            let theirs = tree.to_value();
            if let Some(path) = difference(&described.value, &theirs) {
                found.push(
                    Check::Values,
                    format!("`{path}` is not what the description gives"),
                );
            }
        }
        Err(error) => found.push(Check::Values, error.to_string()),
    }
}

/// The path of the first value that is not the same on both sides.
#[must_use]
pub fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    use vmsd_schema::Value;
    match (ours, theirs) {
        (Value::Struct(ours), Value::Struct(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            let inner =
                pairs.find_map(
                    |((name, ours), (other, theirs))| match difference(ours, theirs) {
                        _ if name != other => Some(format!("{name} / {other}")),
                        Some(path) => Some(format!("{name} > {path}")),
                        None => None,
                    },
                );
            let longer = ours
                .iter()
                .skip(theirs.len())
                .chain(theirs.iter().skip(ours.len()));
            inner.or_else(|| longer.map(|(name, _)| name.clone()).next())
        }
        (Value::List(ours), Value::List(theirs)) if ours.len() == theirs.len() => {
            let mut pairs = ours.iter().zip(theirs).enumerate();
            pairs.find_map(|(index, (ours, theirs))| {
                difference(ours, theirs).map(|path| format!("[{index}] {path}"))
            })
        }
        // The description shows bytes alone of what the mirror explains; that the bytes are the same is another check.
        (Value::Struct(_) | Value::List(_), Value::Bytes(_)) => None,
        _ if ours == theirs => None,
        _ => Some(format!("{ours:?} / {theirs:?}")),
    }
}

fn description(found: &mut Found<'_>, described: &Described) {
    let Some(theirs) = found.case.description else {
        return;
    };
    if found.case.opaque || described.description == *theirs {
        return;
    }
    let path = description_difference(&described.description, theirs);
    found.push(
        Check::Description,
        format!("the description differs at {path}"),
    );
}

fn description_difference(ours: &Description, theirs: &Description) -> String {
    let name = &theirs.vmsd_name;
    if (&ours.vmsd_name, ours.version) != (&theirs.vmsd_name, theirs.version) {
        return format!(
            "{} {} / {name} {}",
            ours.vmsd_name, ours.version, theirs.version
        );
    }
    for (mine, other) in ours.fields.iter().zip(&theirs.fields) {
        if mine == other {
            continue;
        }
        return match (mine.structure(), other.structure()) {
            (Some(mine), Some(other)) if mine != other => {
                format!("{name} > {}", description_difference(mine, other))
            }
            _ => format!("{name} > {mine:?} / {other:?}"),
        };
    }
    for (mine, other) in ours.subsections.iter().zip(&theirs.subsections) {
        if mine != other {
            return format!("{name} > {}", description_difference(mine, other));
        }
    }
    let counts = |d: &Description| {
        format!(
            "{} fields and {} subsections",
            d.fields.len(),
            d.subsections.len()
        )
    };
    format!("{name}: {} / {}", counts(ours), counts(theirs))
}

/// The script's JSON of the section must be what the script would print of the mirror's own bytes and description.
fn reference(found: &mut Found<'_>, described: &Described) {
    let Some(expected) = found.case.reference else {
        return;
    };
    let body = if found.case.opaque {
        analyze::Body::Opaque(&described.bytes)
    } else {
        analyze::Body::Device {
            description: &described.description,
            offset: found.case.offset,
            bytes: &described.bytes,
        }
    };
    let section = analyze::Section {
        name: found.case.section.clone(),
        id: found.case.section_id,
        body,
    };
    let printed = analyze::analyze([section]).map_err(|error| error.to_string());
    let printed =
        printed.and_then(|json| serde_json::to_value(json).map_err(|error| error.to_string()));
    match printed {
        Ok(Json::Object(members)) => {
            if members.values().next() != Some(expected) {
                found.push(
                    Check::Reference,
                    "the values are not those that QEMU's script prints",
                );
            }
        }
        Ok(_) => found.push(Check::Reference, "nothing to compare"),
        Err(error) => found.push(Check::Reference, error),
    }
}

fn versions(found: &mut Found<'_>, state: &mut dyn State, registry: &Registry) {
    let Some(mirror) = mirror_of(found.case, registry) else {
        return;
    };
    for version in mirror.minimum_version..=mirror.version {
        if !can_tell(mirror, state, found.case, version) {
            continue;
        }
        if let Err(error) = version_round_trip(found.case, state, registry, version) {
            found.push(Check::Versions, format!("version {version}: {error}"));
        }
    }
}

/// Whether bytes of `version` can tell this state: where a count is not among them, the reader goes by a fresh device's.
fn can_tell(mirror: &Mirror, state: &mut dyn State, case: &Case<'_>, version: u32) -> bool {
    if version == mirror.version {
        return true;
    }
    let schema = mirror.schema();
    let is_count = |field: &Field| {
        let counts = |other: &Field| matches!(&other.count, Count::Field { name, .. } if *name == field.name);
        matches!(field.presence, Presence::Since(since) if since > version)
            && schema.fields.iter().any(counts)
    };
    let untold: Vec<&Field> = schema
        .fields
        .iter()
        .filter(|field| is_count(field))
        .collect();
    let counts = |state: &mut dyn State| -> Option<Vec<Value>> {
        let all = state.describe(case.dialect, mirror.version).ok()?.value;
        let count = |field: &&Field| {
            let mut names = std::iter::once(&field.name).chain(&field.aliases);
            names.find_map(|name| all.get(name)).cloned()
        };
        untold.iter().map(count).collect()
    };
    untold.is_empty() || counts(state) == counts(mirror.make().as_mut())
}

/// What the device writes at `version` must load without a destination and into this one, and be written again alike.
fn version_round_trip(
    case: &Case<'_>,
    state: &mut dyn State,
    registry: &Registry,
    version: u32,
) -> Result<(), String> {
    let text = |error: Error| error.to_string();
    let written = state.describe(case.dialect, version).map_err(text)?;
    let mut reader = Reader::new(&written.bytes);
    let hint = Some(&written.description);
    let mut fresh = registry
        .inspect(&case.section, &mut reader, version, hint, |rest| {
            rest.is_empty()
        })
        .map_err(text)?;
    let again = fresh.state.describe(case.dialect, version).map_err(text)?;
    if again != written {
        return Err("what was loaded is not what was written".to_owned());
    }
    let mut loader = Loader::new(Reader::new(&written.bytes));
    state
        .load(&mut loader, version)
        .and_then(|()| loader.finish())
        .map_err(text)?;
    if state.save(version).map_err(text)? != written.bytes {
        return Err("what was loaded into the destination is not what was written".to_owned());
    }
    Ok(())
}

/// The mirror that the case is held against. Architectures share names, and tell their devices apart by the version.
fn mirror_of<'r>(case: &Case<'_>, registry: &'r Registry) -> Option<&'r Mirror> {
    registry
        .candidates(&case.section)
        .find(|mirror| (mirror.minimum_version..=mirror.version).contains(&case.version))
}

fn refusals(found: &mut Found<'_>, registry: &Registry) {
    let Some(mirror) = mirror_of(found.case, registry) else {
        return;
    };
    if found.case.opaque {
        return; // the handler decides, not the format
    }
    let below = mirror
        .minimum_version
        .checked_sub(1)
        .map(|version| (version, "too old"));
    let above = mirror
        .version
        .checked_add(1)
        .map(|version| (version, "too new"));
    for (version, reason) in below.into_iter().chain(above) {
        match mirror.load(&mut Reader::new(found.case.body), version) {
            Ok(_) => found.push(Check::Refusals, format!("version {version} loads")),
            Err(error)
                if error.kind() == ErrorKind::Version && error.message().contains(reason) => {}
            Err(error) => found.push(
                Check::Refusals,
                format!("version {version} is refused for another reason: {error}"),
            ),
        }
    }
}
