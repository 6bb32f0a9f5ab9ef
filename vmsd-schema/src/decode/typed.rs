//! Devices of any type behind one face, found by a section's name.
//!
//! A [`Mirror`] is a device state whose type is forgotten, a [`Registry`] holds many and picks those that a section's
//! idstr may mean. Where a section ends is left to the caller: the body itself does not say.

mod registry;

use crate::error::{ErrorKind, Result};
use crate::limits::{MAX_ASSUMED, MAX_UNTOLD};
use crate::schema::{Description, Dialect, Field, FieldEntry, Presence, Schema, Shape, Size};
use crate::vmstate::{Described, Describer, Inspection, Layout, Loader, Note, VmState};
use crate::wire::{Reader, Writer};

pub use registry::Registry;

/// A device state of some type: [`VmState`] without its consts.
pub trait State {
    /// The description's name.
    fn name(&self) -> &'static str;

    /// The body at `version`.
    fn save(&mut self, version: u32) -> Result<Vec<u8>>;

    /// Loads a body of `version` into this value.
    fn load(&mut self, loader: &mut Loader<'_>, version: u32) -> Result<()>;

    /// The body at `version`, its description in `dialect`, and its values by name.
    fn describe(&mut self, dialect: Dialect, version: u32) -> Result<Described>;

    /// As [`Self::describe`], without the values.
    fn layout(&mut self, dialect: Dialect, version: u32) -> Result<Layout>;

    /// As [`Self::layout`], with a description that also shows what QEMU's leaves out: see [`Describer::explaining`].
    fn explain(&mut self, dialect: Dialect, version: u32) -> Result<Layout>;
}

impl<S: VmState> State for S {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn save(&mut self, version: u32) -> Result<Vec<u8>> {
        let mut writer = Writer::new();
        VmState::save(self, &mut writer, version)?;
        Ok(writer.into_bytes())
    }

    fn load(&mut self, loader: &mut Loader<'_>, version: u32) -> Result<()> {
        VmState::load(self, loader, version)
    }

    fn describe(&mut self, dialect: Dialect, version: u32) -> Result<Described> {
        Describer::new(dialect).describe(self, version)
    }

    fn layout(&mut self, dialect: Dialect, version: u32) -> Result<Layout> {
        Describer::new(dialect).layout(self, version)
    }

    fn explain(&mut self, dialect: Dialect, version: u32) -> Result<Layout> {
        Describer::new(dialect).explaining().layout(self, version)
    }
}

/// A device that can be read: a [`VmState`] whose type is forgotten, with a destination to load it into.
#[derive(Clone, Copy, Debug)]
pub struct Mirror {
    /// The description's name.
    pub name: &'static str,
    /// The version that is written, and the newest that loads.
    pub version: u32,
    /// The oldest version that loads.
    pub minimum_version: u32,
    /// What is special about the destination; nothing for the default one.
    pub preset: &'static str,
    make: fn() -> Box<dyn State>,
    schema: fn() -> Schema,
}

/// A state that was read, and what QEMU would have compared with its own.
pub struct Inspected {
    /// The state.
    pub state: Box<dyn State>,
    /// What was adopted instead.
    pub notes: Vec<Note>,
}

impl Mirror {
    /// The mirror of `S`, loaded into its default.
    #[must_use]
    pub fn of<S: VmState + Default + 'static>() -> Self {
        Self {
            name: S::NAME,
            version: S::VERSION,
            minimum_version: S::MINIMUM_VERSION,
            preset: "",
            make: || Box::new(S::default()),
            schema: S::schema,
        }
    }

    /// This mirror, loaded into what `make` returns: a destination that differs in what is never sent. `preset` names it.
    #[must_use]
    pub fn preset(self, preset: &'static str, make: fn() -> Box<dyn State>) -> Self {
        Self {
            preset,
            make,
            ..self
        }
    }

    /// A destination.
    #[must_use]
    pub fn make(&self) -> Box<dyn State> {
        (self.make)()
    }

    /// The static table.
    #[must_use]
    pub fn schema(&self) -> Schema {
        (self.schema)()
    }

    /// Whether `description` is of this device: it starts as the table does. Architectures share section names (`cpu`
    /// above all), and versions, but not tables.
    #[must_use]
    pub fn is_of(&self, description: &Description) -> bool {
        let schema = self.schema();
        let is_sure = |field: &Field| matches!(field.presence, Presence::Since(since) if since <= description.version);
        let sure = schema.fields.iter().position(is_sure);
        match description.fields.first() {
            Some(first) => {
                let starts = schema
                    .fields
                    .iter()
                    .take(sure.map_or(usize::MAX, |at| at + 1));
                starts.into_iter().any(|field| is_same(field, first))
            }
            None => sure.is_none(),
        }
    }

    /// Reads the body of `version` that comes next, as QEMU would.
    ///
    /// # Errors
    /// As [`VmState::load`].
    pub fn load(&self, reader: &mut Reader<'_>, version: u32) -> Result<Box<dyn State>> {
        let mut state = self.make();
        let mut loader = Loader::new(reader.clone());
        state.load(&mut loader, version)?;
        reader.skip(loader.consumed() - reader.consumed())?;
        Ok(state)
    }

    /// Reads the body of `version` that comes next for its own sake, with the help of the stream's description of it.
    ///
    /// # Errors
    /// As [`VmState::load`].
    pub fn inspect(
        &self,
        reader: &mut Reader<'_>,
        version: u32,
        hint: Option<&Description>,
    ) -> Result<Inspected> {
        self.attempt(reader, version, hint, None).0
    }

    /// Reads the body that comes next if `ends` agrees that it ends there. A length that is never sent (how many CPUs there can be) and
    /// that nobody tells is the one with which it does.
    fn fitted<'a>(
        &self,
        reader: &mut Reader<'a>,
        version: u32,
        hint: Option<&Description>,
        ends: impl Fn(&Reader<'a>) -> bool,
    ) -> Result<Inspected> {
        let mut ahead = reader.clone();
        let (inspected, untold) = self.attempt(&mut ahead, version, hint, None);
        let lengths = (0..untold.min(MAX_UNTOLD))
            .flat_map(|place| (0..=MAX_ASSUMED).map(move |length| (place, length)));
        let first = match inspected {
            Ok(inspected) if ends(&ahead) => {
                *reader = ahead;
                return Ok(inspected);
            }
            Ok(_) => ahead
                .error(
                    ErrorKind::Framing,
                    "the section does not end where its device does",
                )
                .cite("1.4"),
            Err(error) => error,
        };
        for (place, length) in lengths {
            let mut ahead = reader.clone();
            if let (Ok(inspected), _) =
                self.attempt(&mut ahead, version, None, Some((place, length)))
            {
                if ends(&ahead) {
                    *reader = ahead;
                    return Ok(inspected);
                }
            }
        }
        Err(first)
    }

    /// What a reader that knows this much makes of the body, and how many lengths it lacked.
    fn attempt(
        &self,
        reader: &mut Reader<'_>,
        version: u32,
        hint: Option<&Description>,
        assumed: Option<(usize, u64)>,
    ) -> (Result<Inspected>, usize) {
        let mut state = self.make();
        let mut inspection = Inspection::of(hint).assuming(assumed);
        let mut loader = Loader::inspect(reader.clone(), &mut inspection);
        let loaded = state.load(&mut loader, version);
        let untold = loader.untold_lengths();
        let passed = loaded.and_then(|()| reader.skip(loader.consumed() - reader.consumed()));
        let notes = loader.notes().to_vec();
        (passed.map(|()| Inspected { state, notes }), untold)
    }
}

/// Whether a stream's field is that of a table: the name, how wide it is or what is nested in it.
fn is_same(field: &Field, entry: &FieldEntry) -> bool {
    let (name, _) = entry.name.rsplit_once('[').unwrap_or((&entry.name, ""));
    let content = match (&field.shape, entry.structure()) {
        (Shape::Struct(ours) | Shape::VStruct(ours, _), Some(theirs)) => {
            ours.name == theirs.vmsd_name
        }
        (
            Shape::Leaf {
                size: Size::Fixed(size),
                ..
            },
            None,
        ) => *size == entry.size,
        _ => true,
    };
    (field.is_called(&entry.name) || field.is_called(name)) && content
}
