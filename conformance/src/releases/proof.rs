//! The proof: bytes of one release, given to another, at every version that both know.

use vmsd_schema::compat::{self, Mode, Verdict};
use vmsd_schema::decode::typed::{Mirror, State};
use vmsd_schema::schema::{Device, SchemaSet};
use vmsd_schema::wire::Reader;
use vmsd_schema::{Dialect, ErrorKind, Loader, Value};

use super::generated::{self, Choice, Fill};
use super::layout::Stop;
use super::{Kind, Pair, Releases, Report};

/// What a reader made of one body.
enum Answer {
    Loaded,
    /// It loaded, and a field has another value than was sent. That proves a break; it disproves nothing, as a device may
    /// well change what it loads.
    Misread,
    /// It read the body to the end, or to a value that it does not want.
    Value(String),
    Refused(String),
}

/// The present release loads what it writes, at every version.
pub(super) fn own(releases: &Releases, report: &mut Report) {
    for mirror in &releases.mirrors {
        let schema = mirror.schema();
        let device = Device {
            schema,
            ..Device::default()
        };
        for version in mirror.minimum_version..=mirror.version {
            let mut pair = pair(&device, &releases.present, &releases.present, version);
            let bodies = bodies(&device, version, mirror).and_then(|bodies| {
                let saved = bodies
                    .into_iter()
                    .map(|body| Ok((body.fill, resaved(mirror, version, &body.bytes)?)));
                saved.collect::<Result<Vec<_>, Stop>>()
            });
            let answers = bodies.map(|bodies| {
                let answer = |(fill, bytes): (Fill, Vec<u8>)| (fill, load(mirror, version, &bytes));
                bodies.into_iter().map(answer).collect()
            });
            judge(&mut pair, answers, report);
            report.pairs.push(pair);
        }
    }
}

/// One other release: what it sends to the present one, or gets from it.
pub(super) fn release(
    releases: &Releases,
    release: &str,
    set: &SchemaSet,
    present: &SchemaSet,
    report: &mut Report,
) {
    let (backward, forward) = match releases.mode {
        Mode::Backward => (true, false),
        Mode::Forward => (false, true),
        Mode::Full => (true, true),
    };
    let now = &releases.present;
    if backward {
        reason(releases, release, now, &compat::check(set, present), report);
    }
    if forward {
        reason(releases, now, release, &compat::check(present, set), report);
    }
    for device in &set.devices {
        let mirror = releases
            .mirrors
            .iter()
            .find(|mirror| mirror.name == device.schema.name);
        let Some(mirror) = mirror else { continue };
        if backward {
            sent(releases, release, device, mirror, report);
        }
        if forward {
            received(releases, release, device, mirror, report);
        }
    }
}

/// Bodies of an older release, into the device as it is.
fn sent(releases: &Releases, release: &str, device: &Device, mirror: &Mirror, report: &mut Report) {
    let target = described(mirror);
    let reader = mirror.minimum_version..=mirror.version;
    for version in written(device) {
        let last = device.schema.version == Some(version);
        if !last && !reader.contains(&version) {
            continue;
        }
        let mut pair = pair(device, release, &releases.present, version);
        let findings = compat::check_device(&at(device, version), &target);
        pair.reasoned = Verdict::of(&findings);
        reason(releases, release, &releases.present, &findings, report);
        let answers = bodies(device, version, mirror).map(|bodies| {
            let answer = |body: Body| (body.fill, load_of(device, mirror, version, &body.bytes));
            bodies.into_iter().map(answer).collect()
        });
        judge(&mut pair, answers, report);
        report.pairs.push(pair);
    }
}

/// Bodies of the device as it is, into an older release, of which only the schema is left.
fn received(
    releases: &Releases,
    release: &str,
    device: &Device,
    mirror: &Mirror,
    report: &mut Report,
) {
    let source = described(mirror);
    for version in mirror.minimum_version..=mirror.version {
        let reads = written(device).contains(&version);
        if version != mirror.version && !reads {
            continue;
        }
        let mut pair = pair(device, &releases.present, release, version);
        let findings = compat::check_device(&at(&source, version), device);
        pair.reasoned = Verdict::of(&findings);
        reason(releases, &releases.present, release, &findings, report);
        let answers = bodies(&source, version, mirror).and_then(|bodies| {
            let answer = |body: Body| {
                let bytes = resaved(mirror, version, &body.bytes)?;
                Ok((body.fill, interpret(device, version, &bytes)?))
            };
            bodies.into_iter().map(answer).collect()
        });
        judge(&mut pair, answers, report);
        report.pairs.push(pair);
    }
}

/// What the rules say, as far as it is as bad as the policy tells.
fn reason(
    releases: &Releases,
    from: &str,
    to: &str,
    findings: &[compat::Finding],
    report: &mut Report,
) {
    for finding in findings {
        if Verdict::of(std::slice::from_ref(finding)) >= releases.fails {
            report.push(
                Kind::Reasoned,
                format!("{from} to {to}"),
                &finding.to_string(),
            );
        }
    }
}

/// Holds the answers against what the rules say.
fn judge(pair: &mut Pair, answers: Result<Vec<(Fill, Answer)>, Stop>, report: &mut Report) {
    let answers = match answers {
        Ok(answers) => answers,
        Err(Stop::Untold(why) | Stop::Refused(why)) => {
            pair.unproven = Some(why);
            return;
        }
    };
    let mut wrong = None;
    for (fill, answer) in answers {
        match answer {
            Answer::Loaded => pair.loaded += 1,
            Answer::Misread => {
                pair.loaded += 1;
                pair.misread += 1;
            }
            // Any value but the reader's own may be one that it does not want.
            Answer::Value(_) if fill != Fill::Own => {}
            Answer::Value(why) | Answer::Refused(why) => {
                pair.refused += 1;
                wrong.get_or_insert(why);
            }
        }
    }
    let message = match (pair.reasoned, wrong) {
        (Verdict::Loads, Some(why)) => {
            format!(
                "version {}: the schemas fit, and bytes do not load: {why}",
                pair.version
            )
        }
        (Verdict::Breaks, None) if pair.misread == 0 => {
            format!(
                "version {}: the schemas do not fit, and bytes load as they were sent",
                pair.version
            )
        }
        _ => return,
    };
    let place = format!("{} {} to {}", pair.device, pair.writer, pair.reader);
    report.push(Kind::Proven, place, &message);
}

/// A body that some release could have sent.
struct Body {
    fill: Fill,
    bytes: Vec<u8>,
}

/// Every body that is generated of `device` at `version`. Of those that differ in predicates alone the reader takes one.
fn bodies(device: &Device, version: u32, reader: &Mirror) -> Result<Vec<Body>, Stop> {
    let own = reader
        .make()
        .describe(Dialect::Qemu11_1, reader.version)
        .ok();
    let own: Option<Value> = own.map(|described| described.value);
    let mut bodies = Vec::new();
    for subsections in generated::subsections(&device.schema) {
        for fill in [Fill::Own, Fill::Zero, Fill::Pattern] {
            let write = |conditional| {
                let choice = Choice {
                    fill,
                    conditional,
                    subsections,
                };
                generated::write(&device.schema, version, choice, own.as_ref())
            };
            let (with, without) = (write(true)?, write(false)?);
            let bytes = match load(reader, version, &with) {
                Answer::Refused(_) => without,
                _ => with,
            };
            bodies.push(Body { fill, bytes });
        }
    }
    Ok(bodies)
}

/// What the device writes after it loaded `bytes`; where it does not load them, what it writes by itself.
fn resaved(mirror: &Mirror, version: u32, bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut state = match mirror.load(&mut Reader::new(bytes), version) {
        Ok(state) => state,
        Err(_) => mirror.make(),
    };
    state
        .save(version)
        .map_err(|error| Stop::Untold(format!("the device does not save: {error}")))
}

/// As [`load`], of bytes that `device` sent.
fn load_of(device: &Device, mirror: &Mirror, version: u32, bytes: &[u8]) -> Answer {
    let answer = load(mirror, version, bytes);
    if !matches!(answer, Answer::Loaded) {
        return answer;
    }
    let held = mirror
        .load(&mut Reader::new(bytes), version)
        .and_then(|mut state| state.describe(Dialect::Qemu11_1, version));
    let misread = |conditional| {
        held.as_ref().is_ok_and(|held| {
            generated::is_misread(&device.schema, version, conditional, bytes, &held.value)
        })
    };
    match misread(true) || misread(false) {
        true => Answer::Misread,
        false => Answer::Loaded,
    }
}

fn load(mirror: &Mirror, version: u32, bytes: &[u8]) -> Answer {
    let mut state: Box<dyn State> = mirror.make();
    let mut loader = Loader::new(Reader::new(bytes));
    let loaded = state
        .load(&mut loader, version)
        .and_then(|()| loader.finish());
    match loaded {
        Ok(()) => Answer::Loaded,
        Err(error) => match error.kind() {
            ErrorKind::Bound | ErrorKind::Mismatch | ErrorKind::Validation => {
                Answer::Value(error.to_string())
            }
            _ => Answer::Refused(error.to_string()),
        },
    }
}

/// A predicate of a release that is no more may have said either.
fn interpret(device: &Device, version: u32, bytes: &[u8]) -> Result<Answer, Stop> {
    match generated::read(&device.schema, version, true, bytes) {
        Ok(()) => return Ok(Answer::Loaded),
        Err(Stop::Untold(why)) => return Err(Stop::Untold(why)),
        Err(Stop::Refused(_)) => {}
    }
    match generated::read(&device.schema, version, false, bytes) {
        Ok(()) => Ok(Answer::Loaded),
        Err(Stop::Untold(why)) => Err(Stop::Untold(why)),
        Err(Stop::Refused(why)) => Ok(Answer::Refused(why)),
    }
}

/// The versions that a release can write.
fn written(device: &Device) -> std::ops::RangeInclusive<u32> {
    let version = device.schema.version.unwrap_or_default();
    device.schema.minimum_version.unwrap_or(version)..=version
}

/// The device as it writes at `version`.
fn at(device: &Device, version: u32) -> Device {
    let mut device = device.clone();
    device.schema.version = Some(version);
    device
}

fn described(mirror: &Mirror) -> Device {
    Device {
        type_name: Some(mirror.name.to_owned()),
        section: None,
        schema: mirror.schema(),
    }
}

fn pair(device: &Device, writer: &str, reader: &str, version: u32) -> Pair {
    Pair {
        device: device.schema.name.clone(),
        writer: writer.to_owned(),
        reader: reader.to_owned(),
        version,
        reasoned: Verdict::Loads,
        loaded: 0,
        refused: 0,
        misread: 0,
        unproven: None,
    }
}
