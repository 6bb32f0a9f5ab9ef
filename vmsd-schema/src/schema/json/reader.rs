//! A JSON tree as a set. Keys that nobody knows are skipped.

use super::{FORMAT, VERSION};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::tree::{missing, wrong, Tree};
use crate::schema::{
    Constraint, Count, Coverage, Device, Extent, Field, Host, Instance, Presence, Priority,
    RamBlock, Schema, SchemaSet, SectionId, Shape, Size,
};

pub(super) fn set(tree: &Tree<'_>) -> Result<SchemaSet> {
    match tree.number_if(FORMAT)? {
        Some(VERSION) => {}
        Some(newer) => {
            let message =
                format!("the schema is of version {newer}, this program reads version {VERSION}");
            return Err(Error::new(ErrorKind::Version, message));
        }
        None => return Err(missing(FORMAT)),
    }
    let mut coverage = Coverage::default();
    for name in texts(tree, "complete_in")?.unwrap_or_default() {
        match name.as_str() {
            "types" => coverage.types = true,
            "sections" => coverage.sections = true,
            _ => return Err(wrong("complete_in", "a list of `types` and `sections`")),
        }
    }
    Ok(SchemaSet {
        qemu: tree.text_if("qemu")?.map(str::to_owned),
        machine: tree.text_if("machine")?.map(str::to_owned),
        coverage,
        instance: tree.get("instance").map(instance).transpose()?,
        devices: each(tree, "devices", device)?,
    })
}

fn instance(tree: &Tree<'_>) -> Result<Instance> {
    let block = |tree: &Tree<'_>| {
        Ok(RamBlock {
            name: tree.text("name")?.to_owned(),
            used_len: tree.number("used_len")?,
        })
    };
    Ok(Instance {
        page_size: tree.number_if("page_size")?,
        ram_blocks: each(tree, "ram_blocks", block)?,
        capabilities: texts(tree, "capabilities")?,
        uuid: tree.text_if("uuid")?.map(str::to_owned),
    })
}

fn device(tree: &Tree<'_>) -> Result<Device> {
    let section = match tree.text_if("section")? {
        Some(idstr) => Some(SectionId {
            idstr: idstr.to_owned(),
            instance_id: tree.number_if("instance_id")?.unwrap_or(0),
        }),
        None => None,
    };
    Ok(Device {
        type_name: tree.text_if("type")?.map(str::to_owned),
        section,
        schema: schema(tree)?,
    })
}

fn schema(tree: &Tree<'_>) -> Result<Schema> {
    let name = tree.text("name")?;
    let read = || {
        Ok(Schema {
            name: name.to_owned(),
            version: tree.number_if("version")?,
            minimum_version: tree.number_if("minimum_version")?,
            fields: each(tree, "fields", field)?,
            subsections: each(tree, "subsections", schema)?,
            extent: match tree.text_if("extent")? {
                None => Extent::Unknown,
                Some("seen") => Extent::Seen,
                Some("whole") => Extent::Whole,
                Some(_) => return Err(wrong("extent", "`seen` or `whole`")),
            },
            priority: match tree.text_if("priority")? {
                Some(name) => {
                    Some(Priority::named(name).ok_or_else(|| wrong("priority", "one of QEMU's"))?)
                }
                None => None,
            },
            early_setup: tree.bool_if("early_setup")?,
            unmigratable: tree.bool_if("unmigratable")?,
            opaque: tree.bool_if("opaque")?,
        })
    };
    read().map_err(|error: Error| error.inside(name.to_owned()))
}

fn field(tree: &Tree<'_>) -> Result<Field> {
    let name = tree.text("name")?;
    let read = || {
        let host = |tree: &Tree<'_>| {
            Ok::<_, Error>(Host {
                version_id: tree.number("version_id")?,
                num: tree.number_if("num")?,
                size: tree.number("size")?,
            })
        };
        Ok(Field {
            name: name.to_owned(),
            aliases: texts(tree, "aliases")?.unwrap_or_default(),
            presence: match (tree.bool_if("conditional")?, tree.number_if("since")?) {
                (Some(true), _) => Presence::Conditional,
                (_, Some(since)) => Presence::Since(since),
                _ => Presence::Unknown,
            },
            count: count(tree)?,
            shape: shape(tree)?,
            range: tree.text_if("range")?.map(str::to_owned),
            constraints: each(tree, "constraints", constraint)?,
            host: tree.get("host").map(host).transpose()?,
        })
    };
    read().map_err(|error: Error| error.inside(name.to_owned()))
}

fn count(tree: &Tree<'_>) -> Result<Count> {
    Ok(match tree.get("count") {
        None | Some(Tree::Null) => Count::Unknown,
        Some(Tree::Text(one)) if one == "one" => Count::One,
        Some(Tree::Number(_)) => Count::Fixed(tree.number("count")?),
        Some(by @ Tree::Object(_)) => match (by.number_if("seen")?, by.text_if("field")?) {
            (Some(count), _) => Count::Seen(count),
            (None, Some(name)) => Count::Field {
                name: name.to_owned(),
                times: by.number_if("times")?.unwrap_or(1),
            },
            (None, None) => return Err(wrong("count", "a count")),
        },
        Some(_) => return Err(wrong("count", "a count")),
    })
}

fn constraint(tree: &Tree<'_>) -> Result<Constraint> {
    match (tree.text_if("max")?, tree.text_if("validate")?) {
        (Some(bound), None) => Ok(Constraint::Max(bound.to_owned())),
        (None, Some(check)) => Ok(Constraint::Validate(check.to_owned())),
        _ => Err(wrong("constraints", "a list of `max` and `validate`")),
    }
}

fn shape(tree: &Tree<'_>) -> Result<Shape> {
    if let Some(type_name) = tree.text_if("type")? {
        return Ok(Shape::Leaf {
            type_name: type_name.to_owned(),
            size: size(tree)?,
        });
    }
    if let Some(inner) = tree.get("struct") {
        let inner = Box::new(schema(inner)?);
        return Ok(match tree.number_if("struct_version")? {
            Some(version) => Shape::VStruct(inner, version),
            None => Shape::Struct(inner),
        });
    }
    if let Some(type_name) = tree.text_if("list")? {
        return Ok(Shape::List {
            type_name: type_name.to_owned(),
            entry: each(tree, "entry", schema)?,
        });
    }
    if let Some(inner) = tree.get("nested") {
        return Ok(Shape::Nested(Box::new(schema(inner)?)));
    }
    match tree.get("pointer") {
        Some(pointer) => Ok(Shape::Pointer {
            marked: pointer.bool_if("marked")?.unwrap_or(false),
            to: Box::new(shape(pointer)?),
        }),
        None => Ok(Shape::Unknown),
    }
}

fn size(tree: &Tree<'_>) -> Result<Size> {
    Ok(match tree.get("size") {
        None | Some(Tree::Null) => Size::Unknown,
        Some(Tree::Number(_)) => Size::Fixed(tree.number("size")?),
        Some(Tree::Text(by)) if by == "by value" => Size::ByValue,
        Some(by @ Tree::Object(_)) => Size::Seen(by.number("seen")?),
        Some(_) => return Err(wrong("size", "a size")),
    })
}

fn each<T>(tree: &Tree<'_>, key: &str, read: impl Fn(&Tree<'_>) -> Result<T>) -> Result<Vec<T>> {
    tree.list_if(key)?
        .unwrap_or_default()
        .iter()
        .map(read)
        .collect()
}

fn texts(tree: &Tree<'_>, key: &str) -> Result<Option<Vec<String>>> {
    let text = |item: &Tree<'_>| match item {
        Tree::Text(text) => Ok(text.clone().into_owned()),
        _ => Err(wrong(key, "a list of texts")),
    };
    tree.list_if(key)?
        .map(|items| items.iter().map(text).collect())
        .transpose()
}
