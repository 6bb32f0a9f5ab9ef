//! Puts generated devices to the test: every section of many streams, each with the device that was generated from
//! the first section of the same layout.
//!
//! What runs here is called by a program that `vmsd generate --prove` writes, compiles and starts: see
//! [`super::batch`].

mod opaque;
mod spots;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vmsd_schema::decode::typed::{Mirror, Registry, State};
use vmsd_schema::decode::{decode, End};
use vmsd_schema::schema::{Description, DeviceForm};
use vmsd_schema::wire::Reader;
use vmsd_schema::{Error, Value};

use self::spots::Random;
use super::layout::Layout;
use crate::conform::{Case, Stream};

/// Fields of a section that are set to another value, at most.
const CHANGES: usize = 24;

/// What came of one stream.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Sections that have a description.
    pub sections: usize,
    /// Those that are read, written and described as they stand.
    pub exact: usize,
    /// Those whose device was generated from another stream.
    pub foreign: usize,
    /// Fields that were set to another value, read back and compared.
    pub changed: usize,
    /// Whether the description with all emitted devices is the stream's own, byte for byte.
    pub spliced: bool,
    /// Bytes in opaque fields, by JSON type.
    pub opaque: BTreeMap<String, Count>,
    /// Fields that QEMU describes as `"struct": {}`, and their bytes.
    pub undescribed: Count,
    /// What is wrong.
    pub findings: Vec<String>,
}

/// So many fields, of so many bytes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Count {
    /// Fields.
    pub fields: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// A generated device: the number of its layout, and the stream it was generated from.
pub type Origin<'o> = (u64, &'o str);

type Known<'k> = HashMap<u64, (&'k str, Mirror)>;

/// What a generated program does: reads a list of streams from the file that its argument names, and prints an
/// [`Outcome`] as JSON for each, a line each. `devices` are the mirrors of each crate and their origins, in one order.
///
/// # Errors
/// If the list cannot be read.
pub fn run(devices: &[(Registry, &[Origin<'_>])]) -> std::io::Result<()> {
    let list = std::env::args_os().nth(1).map(PathBuf::from);
    let list = std::fs::read_to_string(list.unwrap_or_default())?;
    let known: Known<'_> = devices
        .iter()
        .flat_map(|(registry, origins)| registry.mirrors().iter().zip(*origins))
        .map(|(mirror, (key, source))| (*key, (*source, *mirror)))
        .collect();
    let mut out = std::io::stdout().lock();
    for path in list.lines() {
        let outcome = stream(Path::new(path), &known)?;
        serde_json::to_writer(&mut out, &(path, outcome))?;
        std::io::Write::write_all(&mut out, b"\n")?;
    }
    Ok(())
}

fn stream(path: &Path, known: &Known<'_>) -> std::io::Result<Outcome> {
    let name = path.display().to_string();
    let stream = Stream::new(&name, &std::fs::read(path)?);
    let mut outcome = Outcome::default();
    let open = match stream.open() {
        Ok(open) => open,
        Err(sentence) => {
            outcome.findings.push(sentence);
            return Ok(outcome);
        }
    };
    let mut emitted = HashMap::new();
    for case in open.cases(&Registry::default(), true) {
        let Some(description) = case.description else {
            continue;
        };
        outcome.sections += 1;
        let mut proof = Proof {
            case: &case,
            description,
            outcome: &mut outcome,
        };
        if let Some(own) = proof.run(known) {
            emitted.insert((case.section.clone(), case.instance_id), own);
        }
    }
    if let Some(described) = open.described() {
        let mut content = described.content.clone();
        for device in &mut content.devices {
            let own = emitted.remove(&(device.name.clone(), device.instance_id));
            match (&mut device.form, own) {
                (DeviceForm::Vmsd(description), Some((own, _))) => *description = own,
                (DeviceForm::Opaque { size }, Some((_, len))) => *size = len,
                _ => {}
            }
        }
        let start = usize::try_from(described.at).unwrap_or(usize::MAX);
        let len = usize::try_from(described.len).unwrap_or(usize::MAX);
        let theirs = stream.bytes().get(start..start.saturating_add(len));
        outcome.spliced = theirs == Some(content.to_json(described.dialect).as_bytes());
        if !outcome.spliced {
            outcome.findings.push("the description differs".to_owned());
        }
    }
    Ok(outcome)
}

/// One section and its device.
struct Proof<'c> {
    case: &'c Case<'c>,
    description: &'c Description,
    outcome: &'c mut Outcome,
}

impl Proof<'_> {
    /// The description that the device emits, and the length of what it writes.
    fn run(&mut self, known: &Known<'_>) -> Option<(Description, u64)> {
        let layout =
            match Layout::of_section(self.description, self.case.body.len(), self.case.opaque) {
                Ok(layout) => layout,
                Err(conflict) => return self.found(&format!("no table: {}", conflict.0)),
            };
        let Some((source, mirror)) = known.get(&layout.key()) else {
            return self.found("nothing was generated for this layout");
        };
        match self.exact(mirror) {
            Ok(described) => {
                self.outcome.exact += 1;
                if !self.case.stream.name.ends_with(source) {
                    self.outcome.foreign += 1;
                }
                if let Err(sentence) = self.changes(mirror) {
                    self.found(&sentence);
                }
                Some(described)
            }
            Err(sentence) => self.found(&sentence),
        }
    }

    fn found(&mut self, sentence: &str) -> Option<(Description, u64)> {
        let Case { section, .. } = self.case;
        self.outcome.findings.push(format!("{section}: {sentence}"));
        None
    }

    fn exact(&mut self, mirror: &Mirror) -> Result<(Description, u64), String> {
        let Case { body, .. } = *self.case;
        let mut state = self.read(mirror, body).map_err(|e| e.to_string())?;
        let version = self.case.version;
        let described = state
            .describe(self.case.dialect, version)
            .map_err(|error| error.to_string())?;
        if described.bytes != body {
            return Err("other bytes".to_owned());
        }
        if state.save(version).map_err(|error| error.to_string())? != body {
            return Err("other bytes without a description".to_owned());
        }
        if !self.case.opaque && described.description != *self.description {
            return Err(first_difference(&described.description, self.description));
        }
        Ok((described.description, described.bytes.len() as u64))
    }

    fn read(&self, mirror: &Mirror, body: &[u8]) -> Result<Box<dyn State>, Error> {
        let mut reader = Reader::new(body);
        let hint = Some(self.description);
        let inspected = mirror.inspect(&mut reader, self.case.version, hint)?;
        match reader.remaining() {
            0 => Ok(inspected.state),
            left => Err(reader.error(
                vmsd_schema::ErrorKind::Framing,
                format!("{left} bytes are left over"),
            )),
        }
    }

    /// Fields of other values: each must come back, and no other field may change.
    fn changes(&mut self, mirror: &Mirror) -> Result<(), String> {
        let text = |error: Error| error.to_string();
        let (body, version, dialect) = (self.case.body, self.case.version, self.case.dialect);
        let mut state = self.read(mirror, body).map_err(text)?;
        // What QEMU describes by its size alone is laid open: its fields are set to other values, too.
        let explained = state.explain(dialect, version).map_err(text)?.description;
        let own = decode(self.description, &mut Reader::new(body), End::Known).map_err(text)?;
        let laid_open = decode(&explained, &mut Reader::new(body), End::Known);
        let spots = spots::of(laid_open.as_ref().unwrap_or(&own));
        opaque::count(&own, self.outcome);
        let before = state.describe(dialect, version).map_err(text)?;
        let mut random = Random(self.case.offset ^ self.description.fields.len() as u64);
        for _ in 0..CHANGES.min(spots.len()) {
            let Some(spot) = spots.get(random.below(spots.len())) else {
                break;
            };
            let mut changed = body.to_vec();
            random.change(&mut changed, spot);
            let mut state = match self.read(mirror, &changed) {
                Ok(state) => state,
                // There are counts and bounds inside.
                Err(_) if spot.inside => continue,
                Err(error) => return Err(text(error)),
            };
            let after = state.describe(dialect, version).map_err(text)?;
            if after.bytes != changed || after.description != before.description {
                return Err(format!("`{}` is not kept when it changes", spot.name));
            }
            let differences = differences(&before.value, &after.value);
            let same = changed == body;
            if differences != usize::from(!same) && !spot.inside {
                return Err(format!("{differences} fields change with `{}`", spot.name));
            }
            self.outcome.changed += 1;
        }
        Ok(())
    }
}

/// How many values differ.
fn differences(one: &Value, other: &Value) -> usize {
    match (one, other) {
        (Value::Struct(one), Value::Struct(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .map(|((_, one), (_, other))| differences(one, other))
            .sum(),
        (Value::List(one), Value::List(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .map(|(one, other)| differences(one, other))
            .sum(),
        _ => usize::from(one != other),
    }
}

fn first_difference(ours: &Description, theirs: &Description) -> String {
    if (&ours.vmsd_name, ours.version) != (&theirs.vmsd_name, theirs.version) {
        return format!("{} instead of {}", ours.vmsd_name, theirs.vmsd_name);
    }
    for (our, their) in ours.fields.iter().zip(&theirs.fields) {
        if our == their {
            continue;
        }
        if let (Some(inner), Some(other)) = (our.structure(), their.structure()) {
            if inner != other {
                return format!("{} > {}", our.name, first_difference(inner, other));
            }
        }
        return format!("{our:?} instead of {their:?}");
    }
    for (our, their) in ours.subsections.iter().zip(&theirs.subsections) {
        if our != their {
            return format!("{} > {}", their.vmsd_name, first_difference(our, their));
        }
    }
    let (fields, subsections) = (theirs.fields.len(), theirs.subsections.len());
    format!(
        "{} fields and {} subsections instead of {fields} and {subsections}",
        ours.fields.len(),
        ours.subsections.len()
    )
}
