//! The configuration section: the machine's name, which both sides compare, and the subsections with what else they do.
//!
//! Page size and capabilities also say how memory is written on the stream. So they cannot be set, and a capability that
//! memory is written by cannot go; the check that they stand for can be left out with the rest.

use vmsd_schema::wire::Writer;

use super::description::Text;
use super::{value, Patch, Plan};
use crate::reading::outline::{Outline, Settings, SettingsPart};
use crate::report::inspect::uuid_text;

/// What subsections are called, as the section of a device would be.
const SECTION: &str = "configuration";

/// Capabilities that change how RAM sections are written (`ram_save_setup`).
const OF_MEMORY: [&str; 2] = ["x-ignore-shared", "mapped-ram"];

/// The name in the configuration section: a length, and so many bytes.
pub(super) fn machine(
    name: &str,
    outline: &Outline,
    text: &mut Text,
    plan: &mut Plan,
) -> Result<(), String> {
    const MAX_LEN: usize = 255;
    let Some(configuration) = &outline.configuration else {
        return Err(
            "the stream names no machine; those of machine types before 2.4 do not".to_owned(),
        );
    };
    if name.is_empty() || name.len() > MAX_LEN || !name.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(format!(
            "`{name}` is no name of a machine: 1 to {MAX_LEN} letters without blanks"
        ));
    }
    let len = u32::try_from(name.len()).map_err(|error| error.to_string())?;
    let mut bytes = Writer::new();
    bytes.u32(len);
    bytes.bytes(name.as_bytes());
    plan.patches.push(Patch {
        at: configuration.at + 1,
        len: 4 + configuration.machine_len,
        bytes: bytes.into_bytes(),
    });
    text.machine(u64::from(len));
    plan.changes
        .push(format!("machine: {} becomes {name}", configuration.machine));
    plan.warnings.push(format!(
        "QEMU compares the machine's name and nothing else; the devices are still those of {}, as its versions and \
         properties made them",
        configuration.machine
    ));
    Ok(())
}

/// Leaves out a subsection of the configuration, if `name` is one.
pub(super) fn leave_out(
    name: &str,
    outline: &Outline,
    text: &mut Text,
    plan: &mut Plan,
) -> Result<bool, String> {
    let Some(short) = name.strip_prefix("configuration/") else {
        return Ok(false);
    };
    let (settings, part) = find(short, outline)?;
    let meaning = match short {
        "capabilities" => {
            let of_memory = |name: &&String| OF_MEMORY.contains(&name.as_str());
            if let Some(capability) = settings.capabilities.iter().find(of_memory) {
                return Err(format!(
                    "{name}: the memory in this stream is written as {capability} has it, and without that it could not be \
                     read"
                ));
            }
            format!(
                "the destination takes it that the source had none of {}",
                settings.capabilities.join(", ")
            )
        }
        "target-page-bits" => format!(
            "the destination takes it that pages have the smallest size of its target; those of this stream have {} bytes",
            1_u64 << settings.page_bits.unwrap_or_default().min(63)
        ),
        _ => "the destination does not compare the guest's UUID with its own any more".to_owned(),
    };
    plan.patches.push(Patch {
        at: part.at,
        len: part.body_at - part.at + part.body_len,
        bytes: Vec::new(),
    });
    text.leave_out_of_configuration(name);
    plan.changes
        .push(format!("{SECTION}: subsection {name} is left out"));
    plan.warnings.push(meaning);
    Ok(true)
}

/// Gives the configuration another value, if `assignment` is one for it.
pub(super) fn set(assignment: &str, outline: &Outline, plan: &mut Plan) -> Result<bool, String> {
    let place = assignment.split_once('=');
    let Some((name, text)) = place.and_then(|(place, text)| {
        let name = place.strip_prefix(SECTION)?.strip_prefix('.')?;
        Some((name.trim_start_matches("configuration/"), text))
    }) else {
        return Ok(false);
    };
    let no = |why: &str| Err(format!("{SECTION}.{name}: {why}"));
    match name {
        "uuid" | "uuid.data" => {}
        "machine" | "name" => return no("--set-machine sets it"),
        "target-page-bits" => return no("memory in this stream is written in pages of that size"),
        "capabilities" => {
            return no("they say how this stream is written; --drop configuration/capabilities leaves them out");
        }
        _ => return no("is not there; uuid can be set"),
    }
    let (settings, part) = find("uuid", outline)?;
    let digits = text.replace('-', "");
    let bytes = value::buffer(16, &digits).map_err(|_| {
        format!("{SECTION}.uuid: `{text}` is no UUID, which has 32 hexadecimal digits")
    })?;
    let old = settings.uuid.as_ref().map(uuid_text).unwrap_or_default();
    let new = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|error| error.to_string())?;
    plan.changes
        .push(format!("{SECTION}.uuid: {old} becomes {}", uuid_text(&new)));
    plan.warnings.push(
        "QEMU compares this UUID with the destination's -uuid and does nothing else with it: what the guest knows of its \
         own is not changed"
            .to_owned(),
    );
    plan.patches.push(Patch {
        at: part.body_at,
        len: part.body_len,
        bytes,
    });
    Ok(true)
}

fn find<'o>(short: &str, outline: &'o Outline) -> Result<(&'o Settings, &'o SettingsPart), String> {
    let Some(settings) = &outline.configuration else {
        return Err(
            "the stream has no configuration section; those of machine types before 2.4 have none"
                .to_owned(),
        );
    };
    let name = format!("{SECTION}/{short}");
    let mut parts = settings.subsections.iter();
    match parts.find(|part| part.name == name) {
        Some(part) => Ok((settings, part)),
        None => {
            let names: Vec<_> = settings
                .subsections
                .iter()
                .map(|part| part.name.as_str())
                .collect();
            Err(match names.as_slice() {
                [] => {
                    format!("the configuration of this stream has no subsection, and so no {name}")
                }
                _ => format!(
                    "the configuration of this stream has no {name}; it has {}",
                    names.join(", ")
                ),
            })
        }
    }
}
