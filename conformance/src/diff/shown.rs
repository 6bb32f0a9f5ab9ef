//! What a change shows of a value.

use vmsd_schema::decode::{Content, Key, Node, Struct};

use crate::report::scalar::Shown;

pub(super) fn key_text(key: &Key<'_>) -> String {
    match key {
        Key::Direct { value, .. } => format!("{value:#x}"),
        Key::Struct(body) => whole_struct(body),
    }
}

pub(super) fn whole_struct(body: &Struct<'_>) -> String {
    format!("{}, {} bytes", body.vmsd_name, body.bytes.len())
}

/// A field that only one side has.
pub(super) fn whole_node(node: &Node<'_>) -> String {
    match &node.content {
        Content::Scalar(scalar) => Shown(*scalar).to_string(),
        Content::Null => "NULL".to_owned(),
        Content::Struct(body) => whole_struct(body),
        _ => format!("{}, {} bytes", node.type_name, node.bytes.len()),
    }
}

/// Bytes of a change, cut where they are many.
pub(super) fn hex(bytes: Option<&[u8]>) -> Option<String> {
    const SHOWN: usize = 32;
    let bytes = bytes?;
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let more = if bytes.len() > SHOWN {
        format!(" … {} more", bytes.len() - SHOWN)
    } else {
        String::new()
    };
    Some(format!("{}{more}", crate::report::scalar::Hex(shown)))
}
