//! What `qemu-system-… -dump-vmstate` writes: JSON to [`SchemaSet`] and back, byte for byte (`dump_vmstate_json_to_file`).
//!
//! A dump knows every device type of a binary with version floors, predicates and absent subsections. It knows no encodings
//! and no wire sizes: its `size` is `sizeof`, and goes to [`Host`].

use std::fmt::Write as _;

use super::model::{Count, Extent, Field, Host, Presence, Schema, Shape};
use super::set::{Coverage, Device, SchemaSet};
use super::tree::{wrong, Tree};
use crate::error::Result;

/// The first key of a dump.
pub(super) const MACHINE_KEY: &str = "vmschkmachine";

impl SchemaSet {
    /// Reads a dump.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Description`] if it is not JSON of this shape, [`crate::ErrorKind::Limit`] above a bound.
    pub fn from_dump(text: &[u8]) -> Result<Self> {
        let read = Tree::read(text).and_then(|tree| read(&tree));
        read.map_err(|error| error.cite("10.1"))
    }

    /// The set as a dump. What a dump's source would know and this set does not is written as 0.
    #[must_use]
    pub fn to_dump(&self) -> String {
        let mut dump = Dump::default();
        dump.open("", '{');
        if let Some(machine) = &self.machine {
            dump.open(MACHINE_KEY, '{');
            dump.text("Name", machine);
            dump.close('}');
        }
        for device in &self.devices {
            dump.device(device);
        }
        dump.close('}');
        dump.text.push('\n');
        dump.text
    }
}

pub(super) fn read(tree: &Tree<'_>) -> Result<SchemaSet> {
    let Tree::Object(entries) = tree else {
        return Err(wrong("the dump", "an object"));
    };
    let mut set = SchemaSet {
        coverage: Coverage {
            types: true,
            sections: false,
        },
        ..SchemaSet::default()
    };
    for (key, value) in entries {
        if key == MACHINE_KEY {
            set.machine = value.text_if("Name")?.map(str::to_owned);
            continue;
        }
        let device = device(key, value).map_err(|error| error.inside(key.clone().into_owned()))?;
        set.devices.push(device);
    }
    Ok(set)
}

fn device(key: &str, tree: &Tree<'_>) -> Result<Device> {
    let schema = match tree.get("Description") {
        Some(description) => schema(description)?,
        None => Schema {
            version: tree.number_if("version_id")?,
            minimum_version: tree.number_if("minimum_version_id")?,
            ..Schema::default()
        },
    };
    Ok(Device {
        type_name: Some(tree.text_if("Name")?.unwrap_or(key).to_owned()),
        section: None,
        schema,
    })
}

fn schema(tree: &Tree<'_>) -> Result<Schema> {
    let name = tree.text("name")?;
    let read = || -> Result<Schema> {
        let fields = tree.list_if("Fields")?;
        let subsections = tree.list_if("Subsections")?.unwrap_or_default();
        Ok(Schema {
            name: name.to_owned(),
            version: Some(tree.number("version_id")?),
            minimum_version: Some(tree.number("minimum_version_id")?),
            extent: match fields {
                Some(_) => Extent::Whole,
                None => Extent::Unknown,
            },
            fields: fields
                .unwrap_or_default()
                .iter()
                .map(field)
                .collect::<Result<_>>()?,
            subsections: subsections.iter().map(schema).collect::<Result<_>>()?,
            ..Schema::default()
        })
    };
    read().map_err(|error| error.inside(name.to_owned()))
}

fn field(tree: &Tree<'_>) -> Result<Field> {
    let name = tree.text("field")?;
    let read = || -> Result<Field> {
        let host = Host {
            version_id: tree.number("version_id")?,
            num: tree.number_if("num")?,
            size: tree.number("size")?,
        };
        Ok(Field {
            name: name.to_owned(),
            presence: match tree.bool_if("field_exists")? {
                Some(true) => Presence::Conditional,
                _ => Presence::Since(host.version_id),
            },
            count: host.num.map_or(Count::Unknown, Count::Fixed),
            shape: match tree.get("Description") {
                Some(description) => Shape::Nested(Box::new(schema(description)?)),
                None => Shape::Unknown,
            },
            host: Some(host),
            ..Field::default()
        })
    };
    read().map_err(|error| error.inside(name.to_owned()))
}

/// The text of a dump, and where it stands.
#[derive(Default)]
struct Dump {
    text: String,
    level: usize,
    comma: bool,
}

impl Dump {
    fn device(&mut self, device: &Device) {
        let schema = &device.schema;
        let name = device.type_name.as_ref().unwrap_or(&schema.name);
        self.open(name, '{');
        self.text("Name", name);
        self.versions(schema);
        if !schema.name.is_empty() {
            self.open("Description", '{');
            self.schema(schema);
            self.close('}');
        }
        self.close('}');
    }

    fn schema(&mut self, schema: &Schema) {
        self.text("name", &schema.name);
        self.versions(schema);
        if schema.extent != Extent::Unknown {
            self.open("Fields", '[');
            for field in &schema.fields {
                self.open("", '{');
                self.field(field);
                self.close('}');
            }
            self.close(']');
        }
        if !schema.subsections.is_empty() {
            self.open("Subsections", '[');
            for subsection in &schema.subsections {
                self.open("", '{');
                self.schema(subsection);
                self.close('}');
            }
            self.close(']');
        }
    }

    fn versions(&mut self, schema: &Schema) {
        self.value("version_id", schema.version.unwrap_or(0));
        self.value("minimum_version_id", schema.minimum_version.unwrap_or(0));
    }

    fn field(&mut self, field: &Field) {
        let since = match field.presence {
            Presence::Since(since) => since,
            Presence::Conditional | Presence::Unknown => 0,
        };
        let host = field.host.unwrap_or(Host {
            version_id: since,
            num: match field.count {
                Count::Fixed(num) => Some(num),
                _ => None,
            },
            size: 0,
        });
        self.text("field", &field.name);
        self.value("version_id", host.version_id);
        self.value("field_exists", field.presence == Presence::Conditional);
        if let Some(num) = host.num {
            self.value("num", num);
        }
        self.value("size", host.size);
        if let Some(nested) = field.shape.described() {
            self.open("Description", '{');
            self.schema(nested);
            self.close('}');
        }
    }

    fn key(&mut self, key: &str) {
        if self.comma {
            self.text.push(',');
        }
        if self.level > 0 {
            let _ = write!(self.text, "\n{:1$}", "", 2 * self.level);
        }
        if !key.is_empty() {
            let _ = write!(self.text, "\"{key}\": ");
        }
    }

    fn open(&mut self, key: &str, bracket: char) {
        self.key(key);
        self.text.push(bracket);
        self.level += 1;
        self.comma = false;
    }

    fn close(&mut self, bracket: char) {
        self.level -= 1;
        if !self.comma {
            self.text.push('\n'); // an empty list
        }
        let _ = write!(self.text, "\n{:1$}{bracket}", "", 2 * self.level);
        self.comma = true;
    }

    /// QEMU escapes nothing here.
    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        let _ = write!(self.text, "\"{value}\"");
        self.comma = true;
    }

    fn value(&mut self, key: &str, value: impl std::fmt::Display) {
        self.key(key);
        let _ = write!(self.text, "{value}");
        self.comma = true;
    }
}
