//! One JSON object of the description, whatever its level: serde's side of the reader.
//!
//! The keys of all levels are one set, and no key means two things. An object is gathered first and judged after, so
//! that the order of keys does not matter and duplicate keys stay apart.

use std::cell::Cell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::limits::MAX_DESCRIPTION_NODES;
use crate::schema::{Description, DeviceEntry, FieldEntry};

/// What the keys of one object said.
#[derive(Default)]
pub(super) struct Object {
    pub(super) name: Option<String>,
    pub(super) instance_id: Option<Number>,
    pub(super) array_len: Option<Number>,
    pub(super) index: Option<Number>,
    pub(super) type_name: Option<String>,
    pub(super) size: Option<Number>,
    pub(super) page_size: Option<Number>,
    pub(super) structure: Option<Box<Self>>,
    pub(super) configuration: Option<Box<Self>>,
    pub(super) devices: Option<Vec<DeviceEntry>>,
    /// The early form: a layout for each version.
    pub(super) versions: Vec<(u32, Self)>,
    /// Runs of description keys; a key that a run has already opens the next.
    pub(super) bodies: Vec<Partial>,
    /// The run that the next key belongs to.
    open: Partial,
}

/// The keys of one description.
#[derive(Default)]
pub(super) struct Partial {
    pub(super) vmsd_name: Option<String>,
    pub(super) version: Option<u32>,
    pub(super) fields: Option<Vec<FieldEntry>>,
    pub(super) subsections: Option<Vec<Description>>,
}

/// What is counted over the whole text.
#[derive(Default)]
pub(super) struct Bounds {
    nodes: Cell<usize>,
    /// The bound that was passed, for the error's kind.
    pub(super) passed: Cell<bool>,
}

/// Reads one object. How deep objects nest is bounded by serde_json itself, to 128.
#[derive(Clone, Copy)]
pub(super) struct ObjectSeed<'b> {
    pub(super) bounds: &'b Bounds,
}

impl ObjectSeed<'_> {
    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let nodes = self.bounds.nodes.get() + 1;
        self.bounds.nodes.set(nodes);
        if nodes > MAX_DESCRIPTION_NODES {
            self.bounds.passed.set(true);
            return Err(E::custom(format_args!(
                "more than {MAX_DESCRIPTION_NODES} objects"
            )));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        self.count()?;
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match key {
                Key::Name => object.name = Some(map.next_value()?),
                Key::InstanceId => object.instance_id = Some(map.next_value()?),
                Key::ArrayLen => object.array_len = Some(map.next_value()?),
                Key::Index => object.index = Some(map.next_value()?),
                Key::Type => object.type_name = Some(map.next_value()?),
                Key::Size => object.size = Some(map.next_value()?),
                Key::PageSize => object.page_size = Some(map.next_value()?),
                Key::Struct => object.structure = Some(Box::new(map.next_value_seed(self)?)),
                Key::Configuration => {
                    object.configuration = Some(Box::new(map.next_value_seed(self)?))
                }
                Key::Devices => {
                    object.devices = Some(map.next_value_seed(self.list(Object::push_devices))?)
                }
                Key::Versions => object.versions = map.next_value_seed(VersionsSeed(self))?,
                Key::VmsdName => {
                    object.body(|body| body.vmsd_name.is_some()).vmsd_name = Some(map.next_value()?)
                }
                Key::Version => {
                    object.body(|body| body.version.is_some()).version = Some(map.next_value()?)
                }
                Key::Fields => {
                    let fields = map.next_value_seed(self.list(Object::push_field))?;
                    object.body(|body| body.fields.is_some()).fields = Some(fields);
                }
                Key::Subsections => {
                    let subsections = map.next_value_seed(self.list(Object::push_description))?;
                    object.body(|body| body.subsections.is_some()).subsections = Some(subsections);
                }
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(object.finish())
    }
}

impl<'b> ObjectSeed<'b> {
    fn list<T>(self, push: Push<T>) -> ListSeed<'b, T> {
        ListSeed { object: self, push }
    }
}

impl Object {
    fn body(&mut self, has: impl Fn(&Partial) -> bool) -> &mut Partial {
        if has(&self.open) {
            self.bodies.push(std::mem::take(&mut self.open));
        }
        &mut self.open
    }

    fn finish(mut self) -> Self {
        let Partial {
            vmsd_name,
            version,
            fields,
            subsections,
        } = &self.open;
        if vmsd_name.is_some() || version.is_some() || fields.is_some() || subsections.is_some() {
            self.bodies.push(std::mem::take(&mut self.open));
        }
        self
    }
}

/// An integer of either sign.
#[derive(Clone, Copy)]
pub(super) struct Number(pub(super) i128);

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
        Ok(Number(i128::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
        Ok(Number(i128::from(value)))
    }
}

type Push<T> = fn(Object, &mut Vec<T>) -> Result<(), String>;

/// A list of objects, each turned into what the list holds as soon as it was read.
struct ListSeed<'b, T> {
    object: ObjectSeed<'b>,
    push: Push<T>,
}

impl<'de, T> DeserializeSeed<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T> Visitor<'de> for ListSeed<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(object) = list.next_element_seed(self.object)? {
            (self.push)(object, &mut items).map_err(A::Error::custom)?;
        }
        Ok(items)
    }
}

/// `"versions": {"3": {…}}`.
struct VersionsSeed<'b>(ObjectSeed<'b>);

impl<'de> DeserializeSeed<'de> for VersionsSeed<'_> {
    type Value = Vec<(u32, Object)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for VersionsSeed<'_> {
    type Value = Vec<(u32, Object)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a layout for each version")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut versions = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let version = key.parse().map_err(|_| {
                A::Error::custom(format_args!("`{key}` among the versions is not a number"))
            })?;
            versions.push((version, map.next_value_seed(self.0)?));
        }
        Ok(versions)
    }
}

enum Key {
    ArrayLen,
    Configuration,
    Devices,
    Fields,
    Index,
    InstanceId,
    Name,
    Other,
    PageSize,
    Size,
    Struct,
    Subsections,
    Type,
    Version,
    Versions,
    VmsdName,
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "array_len" => Key::ArrayLen,
            "configuration" => Key::Configuration,
            "devices" => Key::Devices,
            "fields" => Key::Fields,
            "index" => Key::Index,
            "instance_id" => Key::InstanceId,
            "name" => Key::Name,
            "page_size" => Key::PageSize,
            "size" => Key::Size,
            "struct" => Key::Struct,
            "subsections" => Key::Subsections,
            "type" => Key::Type,
            "version" | "version_id" => Key::Version,
            "versions" => Key::Versions,
            "vmsd_name" => Key::VmsdName,
            _ => Key::Other,
        })
    }
}
