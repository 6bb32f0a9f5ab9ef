//! A set as a JSON tree.

use super::{FORMAT, VERSION};
use crate::schema::tree::Tree;
use crate::schema::{
    Constraint, Count, Device, Extent, Field, Host, Instance, Presence, Schema, SchemaSet, Shape,
    Size,
};

pub(super) fn set(set: &SchemaSet) -> Tree<'_> {
    let mut object = Object::default();
    object.put(FORMAT, number(VERSION));
    object.text("qemu", set.qemu.as_deref());
    object.text("machine", set.machine.as_deref());
    let coverage = [
        ("types", set.coverage.types),
        ("sections", set.coverage.sections),
    ];
    let covered = coverage.into_iter().filter(|(_, is)| *is);
    object.list("complete_in", covered.map(|(name, _)| text(name)).collect());
    if let Some(instance) = &set.instance {
        object.put("instance", self::instance(instance));
    }
    object.put(
        "devices",
        Tree::List(set.devices.iter().map(device).collect()),
    );
    object.finish()
}

fn instance(instance: &Instance) -> Tree<'_> {
    let mut object = Object::default();
    object.number("page_size", instance.page_size);
    let blocks = instance.ram_blocks.iter().map(|block| {
        let mut object = Object::default();
        object.put("name", text(&block.name));
        object.put("used_len", number(block.used_len));
        object.finish()
    });
    object.list("ram_blocks", blocks.collect());
    if let Some(capabilities) = &instance.capabilities {
        let names = capabilities.iter().map(|name| text(name)).collect();
        object.put("capabilities", Tree::List(names));
    }
    object.text("uuid", instance.uuid.as_deref());
    object.finish()
}

fn device(device: &Device) -> Tree<'_> {
    let mut object = Object::default();
    object.text("type", device.type_name.as_deref());
    if let Some(section) = &device.section {
        object.put("section", text(&section.idstr));
        object.put("instance_id", number(section.instance_id));
    }
    schema(&device.schema, &mut object);
    object.finish()
}

fn schema<'s>(schema: &'s Schema, object: &mut Object<'s>) {
    object.put("name", text(&schema.name));
    object.number("version", schema.version);
    object.number("minimum_version", schema.minimum_version);
    object.text(
        "priority",
        schema.priority.map(crate::schema::Priority::name),
    );
    object.bool("early_setup", schema.early_setup);
    object.bool("unmigratable", schema.unmigratable);
    object.bool("opaque", schema.opaque);
    match schema.extent {
        Extent::Unknown => {}
        Extent::Seen => object.put("extent", text("seen")),
        Extent::Whole => object.put("extent", text("whole")),
    }
    object.list("fields", schema.fields.iter().map(field).collect());
    object.list(
        "subsections",
        schema.subsections.iter().map(table).collect(),
    );
}

fn table(inner: &Schema) -> Tree<'_> {
    let mut object = Object::default();
    schema(inner, &mut object);
    object.finish()
}

fn field(field: &Field) -> Tree<'_> {
    let mut object = Object::default();
    object.put("name", text(&field.name));
    object.list(
        "aliases",
        field.aliases.iter().map(|alias| text(alias)).collect(),
    );
    match field.presence {
        Presence::Since(version) => object.put("since", number(version)),
        Presence::Conditional => object.put("conditional", Tree::Bool(true)),
        Presence::Unknown => {}
    }
    match &field.count {
        Count::One => object.put("count", text("one")),
        Count::Fixed(count) => object.put("count", number(*count)),
        Count::Seen(count) => object.put("count", seen(*count)),
        Count::Field { name, times } => {
            let mut by = Object::default();
            by.put("field", text(name));
            by.put("times", number(*times));
            object.put("count", by.finish());
        }
        Count::Unknown => {}
    }
    object.text("range", field.range.as_deref());
    let constraints = field.constraints.iter().map(|constraint| {
        let mut object = Object::default();
        match constraint {
            Constraint::Max(bound) => object.put("max", text(bound)),
            Constraint::Validate(check) => object.put("validate", text(check)),
        }
        object.finish()
    });
    object.list("constraints", constraints.collect());
    if let Some(Host {
        version_id,
        num,
        size,
    }) = &field.host
    {
        let mut host = Object::default();
        host.put("version_id", number(*version_id));
        host.number("num", *num);
        host.put("size", number(*size));
        object.put("host", host.finish());
    }
    shape(&field.shape, &mut object);
    object.finish()
}

fn shape<'s>(shape: &'s Shape, object: &mut Object<'s>) {
    match shape {
        Shape::Leaf { type_name, size } => {
            object.put("type", text(type_name));
            match size {
                Size::Fixed(size) => object.put("size", number(*size)),
                Size::Seen(size) => object.put("size", seen(*size)),
                Size::ByValue => object.put("size", text("by value")),
                Size::Unknown => {}
            }
        }
        Shape::Struct(inner) => object.put("struct", table(inner)),
        Shape::VStruct(inner, version) => {
            object.put("struct_version", number(*version));
            object.put("struct", table(inner));
        }
        Shape::List { type_name, entry } => {
            object.put("list", text(type_name));
            object.put("entry", Tree::List(entry.iter().map(table).collect()));
        }
        Shape::Nested(inner) => object.put("nested", table(inner)),
        Shape::Pointer { marked, to } => {
            let mut pointer = Object::default();
            pointer.put("marked", Tree::Bool(*marked));
            self::shape(to, &mut pointer);
            object.put("pointer", pointer.finish());
        }
        Shape::Unknown => {}
    }
}

fn seen(count: u64) -> Tree<'static> {
    let mut object = Object::default();
    object.put("seen", number(count));
    object.finish()
}

fn text(text: &str) -> Tree<'_> {
    Tree::Text(text.into())
}

fn number(number: impl Into<i128>) -> Tree<'static> {
    Tree::Number(number.into())
}

/// The entries of an object; what is unknown or empty is left out.
#[derive(Default)]
struct Object<'a>(Vec<(std::borrow::Cow<'a, str>, Tree<'a>)>);

impl<'a> Object<'a> {
    fn put(&mut self, key: &'static str, value: Tree<'a>) {
        self.0.push((key.into(), value));
    }

    fn text(&mut self, key: &'static str, value: Option<&'a str>) {
        if let Some(value) = value {
            self.put(key, text(value));
        }
    }

    fn number(&mut self, key: &'static str, value: Option<impl Into<i128>>) {
        if let Some(value) = value {
            self.put(key, number(value));
        }
    }

    fn bool(&mut self, key: &'static str, value: Option<bool>) {
        if let Some(value) = value {
            self.put(key, Tree::Bool(value));
        }
    }

    fn list(&mut self, key: &'static str, items: Vec<Tree<'a>>) {
        if !items.is_empty() {
            self.put(key, Tree::List(items));
        }
    }

    fn finish(self) -> Tree<'a> {
        Tree::Object(self.0)
    }
}
