//! `DEVICE.FIELD=VALUE`: the field that is meant, and the bytes that it gets.
//!
//! Names of sections and of fields have dots themselves, so every way to split the text is tried, and exactly one must
//! lead to a field.

use vmsd_schema::decode::{Branch, Content, Kind, Node, ScalarKind, Struct};

use super::{label, meant, value, values, Patch, Plan};
use crate::reading::contents::Device;

/// A field whose bytes can be replaced.
enum Target<'s> {
    Scalar(ScalarKind, &'s str, u64, &'s [u8]),
    Buffer(u64, &'s [u8]),
    /// It is there, and cannot be set.
    No(String),
}

pub(super) fn set(assignment: &str, all: &[Device<'_>], plan: &mut Plan) -> Result<(), String> {
    let Some((place, text)) = assignment.rsplit_once('=') else {
        return Err(format!("`{assignment}` is not DEVICE.FIELD=VALUE"));
    };
    let (device, path, target) = find(place, all)?;
    let inside = |sentence: String| format!("{}.{path}: {sentence}", label(device));
    let (at, old, bytes, shown) = match target {
        Target::Scalar(kind, type_name, at, old) => {
            let bytes = value::scalar(kind, type_name, text).map_err(inside)?;
            let shown = [kind.value(old), kind.value(&bytes)].map(value::text);
            (at, old, bytes, shown)
        }
        Target::Buffer(at, old) => {
            let bytes = value::buffer(old.len(), text).map_err(inside)?;
            let shown = [
                "what it held".to_owned(),
                format!("{} other bytes", old.len()),
            ];
            (at, old, bytes, shown)
        }
        Target::No(why) => return Err(inside(why)),
    };
    let [was, is] = shown;
    plan.changes.push(inside(format!("{was} becomes {is}")));
    plan.patches.push(Patch {
        at,
        len: old.len() as u64,
        bytes,
    });
    Ok(())
}

fn find<'a, 's, 'p>(
    place: &'p str,
    all: &'a [Device<'s>],
) -> Result<(&'a Device<'s>, &'p str, Target<'a>), String> {
    let mut found = Vec::new();
    let mut why = None;
    for (dot, _) in place.match_indices('.') {
        let (word, path) = (place.get(..dot), place.get(dot + 1..));
        let (Some(word), Some(path)) = (word, path) else {
            continue;
        };
        for device in meant(word, all) {
            match values(device) {
                Err(sentence) => why = Some(sentence),
                Ok(body) => match in_struct(body, path) {
                    Some(target) => found.push((device, path, target)),
                    None => {
                        why.get_or_insert_with(|| no_field(device, body, path));
                    }
                },
            }
        }
    }
    match found.len() {
        0 => Err(why.unwrap_or_else(|| {
            format!(
                "`{place}` is not DEVICE.FIELD of a device in this stream; vmsd decode shows them"
            )
        })),
        1 => found.pop().ok_or_else(String::new),
        _ => {
            let devices: Vec<_> = found
                .iter()
                .map(|(device, path, _)| format!("{}.{path}", label(device)))
                .collect();
            Err(format!("`{place}` may be {}", devices.join(" or ")))
        }
    }
}

fn no_field(device: &Device<'_>, body: &Struct<'_>, path: &str) -> String {
    let fields = body.fields.iter().map(|field| field.name);
    let subsections = body
        .subsections
        .iter()
        .map(|subsection| subsection.body.vmsd_name);
    let names: Vec<_> = fields.chain(subsections).collect();
    format!(
        "{} has no field `{path}`; it has {}",
        label(device),
        names.join(", ")
    )
}

fn in_struct<'a>(body: &'a Struct<'_>, path: &str) -> Option<Target<'a>> {
    let in_fields = body.fields.iter().find_map(|field| {
        let rest = path.strip_prefix(field.name)?;
        in_node(field, rest)
    });
    in_fields.or_else(|| {
        body.subsections.iter().find_map(|subsection| {
            let rest = path.strip_prefix(subsection.body.vmsd_name)?;
            in_struct(&subsection.body, rest.strip_prefix('.')?)
        })
    })
}

/// What is behind a field's name: nothing, an index, or a field of the struct in it.
fn in_node<'a>(node: &'a Node<'_>, rest: &str) -> Option<Target<'a>> {
    if let Some((index, rest)) = index(rest) {
        return in_element(node, index, rest);
    }
    match (&node.content, rest.strip_prefix('.')) {
        (Content::Struct(inner), Some(path)) => in_struct(inner, path),
        (_, None) if rest.is_empty() => Some(whole(node)),
        _ => None,
    }
}

fn in_element<'a>(node: &'a Node<'_>, index: usize, rest: &str) -> Option<Target<'a>> {
    let inner = match &node.content {
        Content::Scalars(kind) if rest.is_empty() => {
            return piece(node, *kind, index, node.type_name);
        }
        Content::Bytes(_) if rest.is_empty() => {
            return piece(node, ScalarKind::Uint(1), index, "uint8");
        }
        Content::Elements(elements) => {
            let there = |node: &&Node<'_>| !matches!(node.content, Content::Marker);
            return in_node(elements.iter().filter(there).nth(index)?, rest);
        }
        Content::List(elements) => elements.get(index)?,
        Content::Tree(branches) => branches.get(index).map(|Branch { value, .. }| value)?,
        _ => return None,
    };
    in_struct(inner, rest.strip_prefix('.')?)
}

fn piece<'a>(
    node: &'a Node<'_>,
    kind: ScalarKind,
    index: usize,
    type_name: &'a str,
) -> Option<Target<'a>> {
    let start = index.checked_mul(kind.width())?;
    let bytes = node.bytes.get(start..start.checked_add(kind.width())?)?;
    Some(Target::Scalar(
        kind,
        type_name,
        node.offset + start as u64,
        bytes,
    ))
}

fn whole<'a>(node: &'a Node<'_>) -> Target<'a> {
    let no = |why: &str| Target::No(why.to_owned());
    match &node.content {
        Content::Scalar(_) => {
            let kind = match Kind::of(node.type_name) {
                Kind::Scalar(kind) => Some(kind),
                _ => ScalarKind::word(node.bytes.len()),
            };
            match kind {
                Some(kind) => Target::Scalar(kind, node.type_name, node.offset, node.bytes),
                None => no("its width is not known"),
            }
        }
        // A length that stands before the bytes stays.
        Content::Bytes(bytes) => {
            let before = node.bytes.len() - bytes.len();
            Target::Buffer(node.offset + before as u64, bytes)
        }
        Content::Scalars(_) | Content::Elements(_) => {
            no("is an array: name an element, as in field[0]")
        }
        Content::Struct(_) => no("is a struct: name a field of it, as in field.inner"),
        Content::List(_) | Content::Tree(_) => {
            no("is a list: name a field of an element, as in field[0].inner")
        }
        Content::Null | Content::Marker => no("is a pointer that is NULL"),
        Content::Opaque(reason) => no(reason.as_str()),
    }
}

/// `[3]` and what is behind it.
fn index(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok()?, rest))
}
