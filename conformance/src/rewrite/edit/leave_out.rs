//! Sections and subsections that are left out.

use vmsd_schema::decode::{decode, Content, End, Node, Struct};
use vmsd_schema::stream::Grammar;
use vmsd_schema::wire::Reader;

use super::description::Text;
use super::{label, meant, Patch, Plan};
use crate::reading::contents::{Contents, Device};
use crate::reading::measure::Measured;
use crate::reading::outline::Outline;
use crate::reading::walk::Walk;

/// A subsection that goes: where it is, and what was in it.
struct Gone {
    at: u64,
    len: u64,
    fields: Vec<String>,
}

pub(super) fn leave_out(
    word: &str,
    walk: &Walk,
    outline: &Outline,
    all: &[Device<'_>],
    text: &mut Text,
    plan: &mut Plan,
) -> Result<(), String> {
    match meant(word, all).as_slice() {
        [] => {}
        [device] => return section(device, outline, text, plan),
        several => {
            let mut names: Vec<_> = several.iter().map(|device| label(device)).collect();
            names.dedup();
            if let [_] = names.as_slice() {
                return section(
                    several.first().ok_or_else(String::new)?,
                    outline,
                    text,
                    plan,
                );
            }
            return Err(format!("`{word}` may be {}", names.join(" or ")));
        }
    }
    // Of one device, or wherever it stands. Names of sections have dots themselves.
    for (dot, _) in word.match_indices('.') {
        if let (Some(device), Some(name)) = (word.get(..dot), word.get(dot + 1..)) {
            let devices = meant(device, all);
            if subsections(name, &devices, walk, text, plan)? {
                return Ok(());
            }
        }
    }
    let everywhere: Vec<_> = all.iter().collect();
    if subsections(word, &everywhere, walk, text, plan)? {
        return Ok(());
    }
    Err(format!(
        "there is no section and no subsection `{word}` in this stream; vmsd decode shows them"
    ))
}

fn section(
    device: &Device<'_>,
    outline: &Outline,
    text: &mut Text,
    plan: &mut Plan,
) -> Result<(), String> {
    if device.item.grammar != Grammar::Device {
        return Err(format!(
            "{} is no device: without it the stream is none",
            label(device)
        ));
    }
    let id = device.item.section.id;
    for item in outline.sections().filter(|item| item.section.id == id) {
        plan.patches.push(Patch {
            at: item.at,
            len: item.len,
            bytes: Vec::new(),
        });
        if let Some(Measured::Description(index)) = item.measured {
            text.leave_out_device(index);
        }
    }
    plan.changes
        .push(format!("section {} is left out", label(device)));
    plan.warnings.push(format!(
        "the destination loads nothing into {}: it stays as it was reset, and the guest's driver does not know that",
        label(device)
    ));
    Ok(())
}

/// Leaves out each subsection of that name, and says whether there was one.
fn subsections(
    name: &str,
    devices: &[&Device<'_>],
    walk: &Walk,
    text: &mut Text,
    plan: &mut Plan,
) -> Result<bool, String> {
    let mut any = false;
    for device in devices {
        let Contents::Values(values) = &device.contents else {
            continue;
        };
        let mut gone = in_own_description(name, device, walk, text);
        let own = !gone.is_empty();
        if !own {
            in_struct(name, values, &mut gone);
        }
        if gone.is_empty() {
            continue;
        }
        any = true;
        if let Some(Measured::Description(index)) = device.item.measured {
            let places = gone
                .iter()
                .map(|gone| (gone.at - device.item.body_at, gone.len));
            let places: Vec<_> = places.collect();
            match own {
                true => text.leave_out_subsections(index, name, &places),
                false => text.shrink(index, &places),
            }
            .map_err(|sentence| format!("{}: {sentence}", label(device)))?;
        }
        for gone in gone {
            plan.changes
                .push(format!("{}: subsection {name} is left out", label(device)));
            plan.warnings.push(format!(
                "{} loses {}: the destination takes what its own reset sets instead, and nothing tells whether the guest \
                 is content with it",
                label(device),
                gone.fields.join(", ")
            ));
            plan.patches.push(Patch {
                at: gone.at,
                len: gone.len,
                bytes: Vec::new(),
            });
        }
    }
    Ok(any)
}

/// By the stream's own description: what it only names, a `virtio`, is not laid open there.
fn in_own_description(name: &str, device: &Device<'_>, walk: &Walk, text: &Text) -> Vec<Gone> {
    let mut gone = Vec::new();
    let item = device.item;
    let Some(Measured::Description(index)) = item.measured else {
        return gone;
    };
    let len = usize::try_from(item.body_len).unwrap_or(usize::MAX);
    let described = text.device(index).zip(walk.slice(item.body_at, len));
    let body = described.and_then(|(layout, body)| {
        let mut reader = Reader::with_base(body, item.body_at);
        decode(layout, &mut reader, End::Known).ok()
    });
    if let Some(body) = body {
        in_struct(name, &body, &mut gone);
    }
    gone
}

/// In the order of the wire.
fn in_struct(name: &str, body: &Struct<'_>, gone: &mut Vec<Gone>) {
    for field in &body.fields {
        in_node(name, field, gone);
    }
    for subsection in &body.subsections {
        if subsection.body.vmsd_name == name {
            let fields = subsection
                .body
                .fields
                .iter()
                .map(|field| field.name.to_owned());
            gone.push(Gone {
                at: subsection.offset,
                len: (subsection.header.len() + subsection.body.bytes.len()) as u64,
                fields: fields.collect(),
            });
        } else {
            in_struct(name, &subsection.body, gone);
        }
    }
}

fn in_node(name: &str, node: &Node<'_>, gone: &mut Vec<Gone>) {
    match &node.content {
        Content::Struct(inner) => in_struct(name, inner, gone),
        Content::Elements(elements) => elements
            .iter()
            .for_each(|element| in_node(name, element, gone)),
        Content::List(elements) => elements
            .iter()
            .for_each(|element| in_struct(name, element, gone)),
        Content::Tree(branches) => branches
            .iter()
            .for_each(|branch| in_struct(name, &branch.value, gone)),
        _ => {}
    }
}
