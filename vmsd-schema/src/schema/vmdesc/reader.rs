//! Objects of the JSON to a description: which keys an object must have at its level.

use serde::de::DeserializeSeed;

use super::object::{Bounds, Number, Object, ObjectSeed, Partial};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_DESCRIPTION_LEN;
use crate::schema::{
    ArrayKey, Body, Description, DeviceEntry, DeviceForm, FieldEntry, StreamDescription,
};

pub(super) fn read(text: &[u8], offset: u64) -> Result<StreamDescription> {
    json(text, offset).map_err(|error| error.inside("description"))
}

fn json(text: &[u8], offset: u64) -> Result<StreamDescription> {
    if text.len() > MAX_DESCRIPTION_LEN {
        let message = format!(
            "a description of {} bytes, the limit is {MAX_DESCRIPTION_LEN}",
            text.len()
        );
        return Err(Error::at(ErrorKind::Limit, offset, message));
    }
    let bounds = Bounds::default();
    let padding = text.iter().rev().take_while(|byte| **byte == 0).count(); // `debug-migration` has a C string
    let text = text.get(..text.len() - padding).unwrap_or_default();
    let mut json = serde_json::Deserializer::from_slice(text);
    ObjectSeed { bounds: &bounds }
        .deserialize(&mut json)
        .and_then(|object| json.end().map(|()| object))
        .map_err(|error| place(&error, &bounds, text, offset))
        .and_then(|object| {
            stream(object).map_err(|message| Error::at(ErrorKind::Description, offset, message))
        })
}

/// serde's line and column as an offset in the input.
#[cold]
fn place(error: &serde_json::Error, bounds: &Bounds, text: &[u8], offset: u64) -> Error {
    let before: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let at = before + error.column().saturating_sub(1);
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    let kind = match message {
        "recursion limit exceeded" => ErrorKind::Limit,
        _ if bounds.passed.get() => ErrorKind::Limit,
        _ => ErrorKind::Description,
    };
    Error::at(
        kind,
        offset + at as u64,
        format!("the description is not what QEMU writes: {message}"),
    )
}

type Parsed<T> = Result<T, String>;

fn stream(object: Object) -> Parsed<StreamDescription> {
    let devices = object.devices.ok_or("the description has no `devices`")?;
    let page_size = match object.page_size {
        Some(size) => unsigned(size, "page_size")?,
        None => 0, // the early form has none
    };
    let configuration = match object.configuration {
        Some(object) => Some(description(*object)?),
        None => None,
    };
    Ok(StreamDescription {
        configuration,
        page_size,
        devices,
    })
}

impl Object {
    pub(super) fn push_devices(self, devices: &mut Vec<DeviceEntry>) -> Parsed<()> {
        let name = self.name.clone().ok_or("a device without `name`")?;
        let instance_id = self.instance_id.map_or(Ok(0), |id| instance(&name, id))?;
        let vmsd_name = self.bodies.first().and_then(|body| body.vmsd_name.clone());
        let opaque = vmsd_name.is_none() && self.versions.is_empty();
        if let (true, Some(size)) = (opaque, self.size) {
            let size = unsigned(size, "size")?;
            devices.push(DeviceEntry {
                name,
                instance_id,
                form: DeviceForm::Opaque { size },
            });
            return Ok(());
        }
        if self.versions.is_empty() {
            let form = DeviceForm::Vmsd(
                description(self).map_err(|error| format!("{error}, in device `{name}`"))?,
            );
            devices.push(DeviceEntry {
                name,
                instance_id,
                form,
            });
            return Ok(());
        }
        for (version, object) in self.versions {
            let mut layout =
                description(object).map_err(|error| format!("{error}, in device `{name}`"))?;
            layout.vmsd_name = vmsd_name.clone().unwrap_or_default();
            layout.version = version;
            sizes_on_the_wire(&mut layout);
            devices.push(DeviceEntry {
                name: name.clone(),
                instance_id,
                form: DeviceForm::Vmsd(layout),
            });
        }
        Ok(())
    }

    pub(super) fn push_description(self, descriptions: &mut Vec<Description>) -> Parsed<()> {
        descriptions.push(description(self)?);
        Ok(())
    }

    pub(super) fn push_field(self, fields: &mut Vec<FieldEntry>) -> Parsed<()> {
        let name = self.name.ok_or("a field without `name`")?;
        let type_name = self
            .type_name
            .ok_or_else(|| format!("the field `{name}` has no `type`"))?;
        let size = self
            .size
            .ok_or_else(|| format!("the field `{name}` has no `size`"))?;
        let array = match (self.array_len, self.index) {
            (Some(len), _) => ArrayKey::Len(unsigned(len, "array_len")?),
            (None, Some(index)) => ArrayKey::Index(unsigned(index, "index")?),
            (None, None) => ArrayKey::Single,
        };
        let body = match self.structure {
            Some(object) if object.bodies.is_empty() => Body::Struct(None),
            Some(object) => Body::Struct(Some(Box::new(description(*object)?))),
            None if self.bodies.is_empty() && !inlines(&type_name) => Body::Leaf,
            None => Body::Inline(self.bodies.into_iter().map(complete).collect()),
        };
        fields.push(FieldEntry {
            name,
            array,
            type_name,
            body,
            size: unsigned(size, "size")?,
        });
        Ok(())
    }
}

/// Types that put descriptions into their own object; an empty list puts none.
fn inlines(type_name: &str) -> bool {
    matches!(type_name, "gtree" | "qlist" | "qtailq" | "tmp" | "vstruct")
}

fn description(object: Object) -> Parsed<Description> {
    let mut bodies = object.bodies.into_iter();
    let first = bodies.next().ok_or("a description without `fields`")?;
    match (bodies.next(), first.fields.is_some()) {
        (Some(_), _) => Err("a description that has one key twice".to_owned()),
        (None, false) => Err("a description without `fields`".to_owned()),
        (None, true) => Ok(complete(first)),
    }
}

fn complete(body: Partial) -> Description {
    Description {
        vmsd_name: body.vmsd_name.unwrap_or_default(),
        version: body.version.unwrap_or_default(),
        fields: body.fields.unwrap_or_default(),
        subsections: body.subsections.unwrap_or_default(),
    }
}

/// An instance is an unsigned number; old writers took it for a C `int`.
fn instance(name: &str, Number(id): Number) -> Parsed<u32> {
    u32::try_from(id)
        .or_else(|_| i32::try_from(id).map(|id| u32::from_ne_bytes(id.to_ne_bytes())))
        .map_err(|_| format!("`{name}` has instance_id {id}"))
}

fn unsigned(Number(value): Number, key: &str) -> Parsed<u64> {
    u64::try_from(value).map_err(|_| format!("`{key}` is {value}"))
}

/// The early form states the size of a struct in memory. What counts on the wire is the sum of its fields.
fn sizes_on_the_wire(description: &mut Description) -> u64 {
    let mut sum: u64 = 0;
    for field in &mut description.fields {
        if let Body::Struct(Some(inner)) = &mut field.body {
            field.size = sizes_on_the_wire(inner);
        }
        sum = sum.saturating_add(field.size.saturating_mul(field.count()));
    }
    sum
}
