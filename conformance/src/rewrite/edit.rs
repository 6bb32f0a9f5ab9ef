//! Changes to a stream: values of fields, subsections and sections that are left out, the machine's name.
//!
//! In go an outline and what is wanted, out comes a [`Plan`]: the bytes that are replaced, and where. Every other byte of
//! the stream stays. The description at the tail is rewritten where it would not be true any more. [`Patcher`] then
//! copies the stream and carries the plan out.

mod configuration;
mod description;
mod field;
mod leave_out;
mod patch;
mod value;

use crate::reading::contents::{devices, Contents, Device};
use crate::reading::measure::{registry, Measured};
use crate::reading::outline::{Item, Outline};
use crate::reading::walk::Walk;

pub use patch::{Patch, Patcher};

use description::Text;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `DEVICE.FIELD=VALUE`, each.
    pub values: Vec<String>,
    /// Names of sections or subsections.
    pub drops: Vec<String>,
    /// The machine type that the stream names.
    pub machine: Option<String>,
}

/// What is done to the bytes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of the stream; none overlap.
    pub patches: Vec<Patch>,
    /// What changes, a line each.
    pub changes: Vec<String>,
    /// What that means.
    pub warnings: Vec<String>,
}

/// Works out what to replace.
///
/// # Errors
/// A sentence: what is not in the stream, or which value does not fit its field, or why the description cannot be kept true.
pub fn plan(walk: &Walk, outline: &Outline, wanted: &Wanted) -> Result<Plan, String> {
    if !outline.complete {
        return Err("the stream was not read to its end".to_owned());
    }
    if outline.cut {
        return Err(
            "the stream has more sections and commands than can be kept track of".to_owned(),
        );
    }
    let all = devices(walk, outline);
    let mut text = Text::of(walk, outline);
    let mut plan = Plan::default();
    for drop in &wanted.drops {
        if !configuration::leave_out(drop, outline, &mut text, &mut plan)? {
            leave_out::leave_out(drop, walk, outline, &all, &mut text, &mut plan)?;
        }
    }
    for assignment in &wanted.values {
        if !configuration::set(assignment, outline, &mut plan)? {
            field::set(assignment, &all, &mut plan)?;
        }
    }
    if let Some(name) = &wanted.machine {
        configuration::machine(name, outline, &mut text, &mut plan)?;
    }
    plan.patches.sort_by_key(|patch| patch.at);
    apart(&plan.patches)?;
    packages(outline, &mut plan.patches);
    plan.patches.extend(text.patch()?);
    plan.patches.sort_by_key(|patch| patch.at);
    check(walk, &all, &text, &plan)?;
    Ok(plan)
}

fn apart(patches: &[Patch]) -> Result<(), String> {
    for pair in patches.windows(2) {
        if let [first, second] = pair {
            if first.at + first.len > second.at {
                return Err(format!("two changes meet at offset {:#x}", second.at));
            }
        }
    }
    Ok(())
}

/// The length of a package counts the bytes that are changed in it.
fn packages(outline: &Outline, patches: &mut Vec<Patch>) {
    /// Type, number and length of a command, before what it carries.
    const HEADER: u64 = 5;
    let mut open = None;
    for item in &outline.items {
        match item {
            Item::Command { at, name, .. } if name.ends_with("PACKAGED") => open = Some(*at),
            Item::PackageEnd { at, left } => {
                let Some(command) = open.take() else { continue };
                let (start, end) = (command + HEADER + 4, at + *left as u64);
                let inside = patches
                    .iter()
                    .filter(|patch| (start..end).contains(&patch.at));
                let (gone, come) = inside.fold((0, 0), |(gone, come), patch| {
                    (gone + patch.len, come + patch.bytes.len() as u64)
                });
                let len = u32::try_from((end - start + come).saturating_sub(gone));
                if let (true, Ok(len)) = (gone != come, len) {
                    patches.push(Patch {
                        at: command + HEADER,
                        len: 4,
                        bytes: len.to_be_bytes().to_vec(),
                    });
                }
            }
            _ => {}
        }
    }
}

/// Every device that was changed must read as before: by its description, and by a mirror that read it.
fn check(walk: &Walk, all: &[Device<'_>], text: &Text, plan: &Plan) -> Result<(), String> {
    for device in all {
        let item = device.item;
        let end = item.body_at + item.body_len;
        let inside: Vec<_> = plan
            .patches
            .iter()
            .filter(|patch| patch.at >= item.body_at && patch.at + patch.len <= end)
            .collect();
        let body = usize::try_from(item.body_len)
            .ok()
            .and_then(|len| walk.slice(item.body_at, len));
        let (false, Some(body)) = (inside.is_empty(), body) else {
            continue;
        };
        let changed = patch::apply(body, item.body_at, &inside);
        if let Some(Measured::Description(index)) = &item.measured {
            text.check(*index, &changed).map_err(|error| {
                format!(
                    "{} would not be as the stream describes it: {error}",
                    device.idstr
                )
            })?;
        }
        let reads = |bytes: &[u8]| reads(&device.idstr, item.section.version, bytes);
        if reads(body).is_ok() {
            reads(&changed).map_err(|error| format!("{} would not load: {error}", device.idstr))?;
        }
    }
    Ok(())
}

fn reads(idstr: &str, version: u32, bytes: &[u8]) -> Result<(), String> {
    let mut reader = vmsd_schema::wire::Reader::new(bytes);
    let inspected = registry().inspect(idstr, &mut reader, version, None, |rest| rest.is_empty());
    inspected.map(drop).map_err(|error| error.to_string())
}

/// The devices that a word means by their section, its last part, or their description; `#N` picks an instance.
fn meant<'a, 's>(word: &str, all: &'a [Device<'s>]) -> Vec<&'a Device<'s>> {
    let (name, instance) = match word.rsplit_once('#') {
        Some((name, number)) => match number.parse::<u32>() {
            Ok(number) => (name, Some(number)),
            Err(_) => (word, None),
        },
        None => (word, None),
    };
    let ways: [&dyn Fn(&Device<'_>) -> bool; 2] = [&|device| device.idstr == name, &|device| {
        device.vmsd_name() == Some(name) || device.idstr.rsplit('/').next() == Some(name)
    }];
    for way in ways {
        let fits = |device: &&Device<'_>| {
            let number = device.item.section.instance.0;
            way(device) && instance.is_none_or(|instance| instance == number)
        };
        let found: Vec<_> = all.iter().filter(fits).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// How to say which section it is.
fn label(device: &Device<'_>) -> String {
    match device.item.section.instance.0 {
        0 => device.idstr.clone(),
        instance => format!("{}#{instance}", device.idstr),
    }
}

/// The values of a device, or why there are none.
fn values<'a, 's>(device: &'a Device<'s>) -> Result<&'a vmsd_schema::decode::Struct<'s>, String> {
    match &device.contents {
        Contents::Values(values) => Ok(values),
        Contents::Ram => Err(format!("{} is guest memory, not a device", device.idstr)),
        Contents::Live { .. } => Err(format!("{} is a live section, not a device", device.idstr)),
        Contents::Opaque { reason, .. } => Err(format!("{}: {reason}", device.idstr)),
    }
}
