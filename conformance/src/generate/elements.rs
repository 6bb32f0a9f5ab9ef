//! The type of a field, by how many elements it has: one value, an array, or a vector with its length beside it.

use super::encoding::Encoding;
use super::layout::{Count, Pointers};
use super::names::Taken;
use super::pool::Field;

/// Bytes above which a field lives on the heap, and above which it is no array.
pub(super) const BOXED: u64 = 4096;
const COUNTED: u64 = 1 << 16;

/// A field in the making.
#[derive(Default)]
pub(super) struct Line {
    pub(super) docs: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) ty: String,
    /// Facts that are never sent: the field's name, type and default.
    pub(super) facts: Vec<(String, &'static str, Option<u64>)>,
    pub(super) needs_default: bool,
}

/// One value, an array, or as many as a fact tells; `width` is what one takes.
pub(super) fn elements(
    line: &mut Line,
    field: &Field,
    encoding: &Encoding,
    width: u64,
    ident: &str,
    taken: &mut Taken,
) {
    let (mut ty, word, mut codec, whole) = match encoding {
        Encoding::Plain(ty) => (ty.clone(), None, None, false),
        Encoding::Word(ty, word) => (ty.clone(), Some(*word), None, false),
        Encoding::List(ty, word, codec) => (ty.clone(), Some(*word), Some(codec.clone()), true),
        Encoding::With(ty, codec) | Encoding::Sized(ty, codec) => {
            (ty.clone(), None, Some(codec.clone()), false)
        }
        Encoding::Buffer | Encoding::Bitmap | Encoding::Opaque => return,
    };
    let nested = ty.starts_with('[') && width > 32;
    line.needs_default |= nested;
    if field.pointers != Pointers::None {
        ty = format!("Option<Box<{ty}>>");
        codec = codec.map(|codec| format!("codec::Nullable<{codec}>"));
    }
    let single = field.count == Count::One;
    let codec = if whole && single { None } else { codec };
    if let (Some(word), true) = (word, !whole || single) {
        line.words.push(word.to_owned());
    }
    let mut codec = codec;
    match field.count {
        Count::One => {}
        Count::Fixed(count) if width.saturating_mul(count) <= COUNTED => {
            let boxed = width.saturating_mul(count) > BOXED;
            codec = codec.map(|codec| format!("codec::Each<{codec}>"));
            ty = format!("[{ty}; {count}]");
            if boxed {
                ty = format!("Box<{ty}>");
                codec = codec.map(|codec| format!("codec::Boxed<{codec}>"));
            }
            line.needs_default |= count > 32 || boxed;
        }
        Count::Fixed(_) | Count::Varies => {
            let default = match field.count {
                Count::Fixed(count) => Some(count),
                _ => None,
            };
            let fact = taken.take(&format!("{ident}_len"));
            codec = codec.map(|codec| format!("codec::Each<{codec}>"));
            ty = format!("Vec<{ty}>");
            line.words.push(format!("len = {fact}"));
            line.needs_default |= default.is_some();
            line.facts.push((fact, "u32", default));
        }
    }
    if field.pointers == Pointers::Marked {
        line.words.push("marked".to_owned());
    }
    if let Some(codec) = codec {
        line.words.insert(0, format!("with = {codec}"));
    }
    line.ty = ty;
}

pub(super) fn buffer(
    line: &mut Line,
    field: &Field,
    size: Option<u64>,
    ident: &str,
    taken: &mut Taken,
) {
    match (size, field.count) {
        (Some(size), Count::One) if size <= COUNTED => {
            line.words.push("buffer".to_owned());
            let array = format!("[u8; {size}]");
            line.ty = if size > BOXED {
                format!("Box<{array}>")
            } else {
                array
            };
            line.needs_default |= size > 32;
        }
        (Some(size), Count::Fixed(count)) => {
            line.words
                .push("with = codec::Each<codec::Buffer>".to_owned());
            line.ty = format!("[[u8; {size}]; {count}]");
            line.needs_default = true;
        }
        (size, _) => {
            let fact = taken.take(&format!("{ident}_size"));
            line.words.push(format!("buffer, len = {fact}"));
            line.ty = "Vec<u8>".to_owned();
            line.needs_default |= size.is_some();
            line.facts.push((fact, "u32", size));
        }
    }
}
