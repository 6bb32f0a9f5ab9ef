//! The same tables in C: VMStateDescriptions for a person to compare with a device's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::{Count, Pointers};
use super::names::{camel, in_comment, snake, stem, Taken};
use super::package::Device;
use super::pool::{Field, Kind, Pool, Struct, StructId};

/// A file for each of `devices`, by name.
#[must_use]
pub fn tables(devices: &[Device]) -> BTreeMap<String, String> {
    let mut taken = Taken::default();
    devices
        .iter()
        .map(|device| {
            let mut pool = Pool::default();
            let root = pool.add(&device.layout);
            let name = taken.take(&snake(&device.layout.name));
            (format!("{name}.c"), file(&pool, root, device))
        })
        .collect()
}

fn file(pool: &Pool, root: StructId, device: &Device) -> String {
    let mut out = format!(
        "/* `{}`, as streams describe it:\n",
        in_comment(&device.layout.name)
    );
    for source in &device.sources {
        let _ = writeln!(out, " *   {}", in_comment(source));
    }
    out.push_str(" * Versions below the one that was sent, and predicates, are not known. */\n");
    let mut names = Taken::default();
    let all = (0..pool.len()).filter_map(|id| pool.get(id));
    let names: Vec<String> = all
        .map(|content| names.take(&snake(content.alias.as_deref().unwrap_or(&content.name))))
        .collect();
    let name = |id: StructId| names.get(id).map_or("", String::as_str);
    // Those that are named stand before those that name them, as they were added.
    for id in 0..=root {
        if let Some(content) = pool.get(id) {
            table(&mut out, content, name(id), &name);
        }
    }
    out
}

fn table<'n>(out: &mut String, content: &Struct, own: &str, name: &dyn Fn(StructId) -> &'n str) {
    let Struct { version, .. } = content;
    let state = camel(own);
    let _ = write!(
        out,
        "\nstatic const VMStateDescription vmstate_{own} = {{\n    .name = {:?},\n    .version_id = {version},\n    \
         .minimum_version_id = {version},\n    .fields = (const VMStateField[]) {{\n",
        content.name
    );
    for field in &content.fields {
        if field.optional {
            out.push_str("        /* not always there */\n");
        }
        let _ = writeln!(out, "        {},", macro_of(field, &state, name));
    }
    out.push_str("        VMSTATE_END_OF_LIST()\n    },\n");
    if !content.subsections.is_empty() {
        out.push_str("    .subsections = (const VMStateDescription * const []) {\n");
        for subsection in &content.subsections {
            let _ = writeln!(out, "        &vmstate_{},", name(*subsection));
        }
        out.push_str("        NULL\n    },\n");
    }
    out.push_str("};\n");
}

/// The macro whose expansion writes such an entry.
fn macro_of<'n>(field: &Field, state: &str, name: &dyn Fn(StructId) -> &'n str) -> String {
    let text = in_comment(stem(&field.name));
    let (suffix, count) = match (field.count, field.pointers) {
        (Count::One, _) => ("", String::new()),
        (Count::Fixed(count), Pointers::None) => ("_ARRAY", format!(", {count}")),
        (Count::Varies, Pointers::None) => ("_VARRAY_UINT32", format!(", {text}_len")),
        (Count::Fixed(count), _) => ("_ARRAY_OF_POINTER", format!(", {count}")),
        (Count::Varies, _) => ("_VARRAY_OF_POINTER_UINT32", format!(", {text}_len")),
    };
    match &field.kind {
        Kind::Leaf(type_name, size) => {
            let size = size.map_or_else(|| "?".to_owned(), |size| size.to_string());
            match (type_name.as_str(), scalar(type_name)) {
                (_, Some(word)) => format!("VMSTATE_{word}{suffix}({text}, {state}{count})"),
                ("buffer", _) => format!("VMSTATE_BUFFER({text}, {state}) /* {size} bytes */"),
                ("unused_buffer", _) => format!("VMSTATE_UNUSED({size})"),
                ("bitmap", _) => format!("VMSTATE_BITMAP({text}, {state}, 0, {text}_bits)"),
                _ => format!(
                    "/* {}, {size} bytes */ VMSTATE_SINGLE({text}, {state}, 0, vmstate_info_{}, ?)",
                    in_comment(type_name),
                    snake(type_name)
                ),
            }
        }
        Kind::Struct(id) => {
            format!(
                "VMSTATE_STRUCT{suffix}({text}, {state}{count}, 0, vmstate_{0}, {1})",
                name(*id),
                camel(name(*id))
            )
        }
        Kind::VStruct(id, version) => {
            format!(
                "VMSTATE_VSTRUCT{suffix}({text}, {state}{count}, vmstate_{0}, {1}, {version})",
                name(*id),
                camel(name(*id))
            )
        }
        Kind::Tmp(id) => format!(
            "VMSTATE_WITH_TMP({state}, {}, vmstate_{})",
            camel(name(*id)),
            name(*id)
        ),
        Kind::List(list, id) => {
            let word = if list == "qlist" {
                "QLIST_V"
            } else {
                "QTAILQ_V"
            };
            format!(
                "VMSTATE_{word}({text}, {state}, 0, vmstate_{0}, {1}, next)",
                name(*id),
                camel(name(*id))
            )
        }
        Kind::Tree(None, value) => {
            format!(
                "VMSTATE_GTREE_DIRECT_KEY_V({text}, {state}, 0, &vmstate_{0}, {1})",
                name(*value),
                camel(name(*value))
            )
        }
        Kind::Tree(Some(key), value) => format!(
            "VMSTATE_GTREE_V({text}, {state}, 0, vmstate_{{{1}, {0}}}, {2}, {3})",
            name(*key),
            name(*value),
            camel(name(*key)),
            camel(name(*value))
        ),
        Kind::Undescribed { .. } => {
            format!("/* what it points to is not said */ VMSTATE_STRUCT{suffix}({text}, {state}{count}, 0, ?, ?)")
        }
    }
}

fn scalar(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "bool" => "BOOL",
        "int8" => "INT8",
        "int16" => "INT16",
        "int32" => "INT32",
        "int64" => "INT64",
        "uint8" => "UINT8",
        "uint16" => "UINT16",
        "uint32" => "UINT32",
        "uint64" => "UINT64",
        "int32 equal" => "INT32_EQUAL",
        "uint8 equal" => "UINT8_EQUAL",
        "uint16 equal" => "UINT16_EQUAL",
        "uint32 equal" => "UINT32_EQUAL",
        "int64 equal" => "UINT64_EQUAL",
        "int32 le" => "INT32_POSITIVE_LE",
        "timer" => "TIMER",
        "CPU_Double_U" => "CPUDOUBLE",
        _ => return None,
    })
}
