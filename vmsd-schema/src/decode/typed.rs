//! Devices of any type behind one face, found by a section's name.
//!
//! A [`Mirror`] is a device state whose type is forgotten, a [`Registry`] holds many and picks those that a section's
//! idstr may mean. Where a section ends is left to the caller: the body itself does not say.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_ASSUMED, MAX_UNTOLD};
use crate::schema::{Description, Dialect, Field, FieldEntry, Presence, Schema, Shape, Size};
use crate::vmstate::{Described, Describer, Inspection, Loader, Note, VmState};
use crate::wire::{Reader, Writer};

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

    /// As [`Self::describe`], with a description that also shows what QEMU's leaves out: see [`Describer::explaining`].
    fn explain(&mut self, dialect: Dialect, version: u32) -> Result<Described>;
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

    fn explain(&mut self, dialect: Dialect, version: u32) -> Result<Described> {
        Describer::new(dialect).explaining().describe(self, version)
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

/// Mirrors by name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    mirrors: Vec<Mirror>,
}

impl Registry {
    /// A registry of `mirrors`. Several of one name are tried in their order here.
    #[must_use]
    pub fn new(mirrors: impl IntoIterator<Item = Mirror>) -> Self {
        Self {
            mirrors: mirrors.into_iter().collect(),
        }
    }

    /// All mirrors.
    #[must_use]
    pub fn mirrors(&self) -> &[Mirror] {
        &self.mirrors
    }

    /// The mirrors that `idstr` may mean: those of that name, or else of the longest part behind a `/`.
    pub fn candidates<'r>(&'r self, idstr: &str) -> impl Iterator<Item = &'r Mirror> {
        let name = self.known_part(idstr);
        self.mirrors
            .iter()
            .filter(move |mirror| Some(mirror.name) == name)
    }

    /// Reads the section `idstr` that comes next with the first candidate that fits: one that loads, and behind which
    /// `ends` agrees that a section ends.
    ///
    /// # Errors
    /// [`ErrorKind::Unknown`] without a candidate, else why the first one of this version did not fit.
    pub fn inspect<'a>(
        &self,
        idstr: &str,
        reader: &mut Reader<'a>,
        version: u32,
        hint: Option<&Description>,
        ends: impl Fn(&Reader<'a>) -> bool,
    ) -> Result<Inspected> {
        let mut first: Option<Error> = None;
        for mirror in self.candidates(idstr) {
            let error = match mirror.fitted(reader, version, hint, &ends) {
                Ok(inspected) => return Ok(inspected),
                Err(error) => error,
            };
            // Architectures share names. One that has another version says less than any that has this one.
            match &first {
                Some(known) if known.kind() != ErrorKind::Version => {}
                Some(_) if error.kind() == ErrorKind::Version => {}
                _ => first = Some(error),
            }
        }
        let unknown = || {
            let error = reader.error(ErrorKind::Unknown, "no mirror knows this device");
            error.cite("6.8")
        };
        Err(first.unwrap_or_else(unknown).inside(idstr.to_owned()))
    }

    fn known_part(&self, idstr: &str) -> Option<&'static str> {
        let starts = std::iter::once(0).chain(idstr.match_indices('/').map(|(at, _)| at + 1));
        starts
            .filter_map(|start| idstr.get(start..))
            .find_map(|part| self.mirrors.iter().find(|mirror| mirror.name == part))
            .map(|mirror| mirror.name)
    }
}

#[cfg(all(test, feature = "derive"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Dialect, ErrorKind, Inspected, Mirror, Reader, Registry, Result, State};
    use crate::VmState;

    #[derive(Default, VmState)]
    #[vmstate(name = "timer", version = 2, minimum_version = 1)]
    struct Clock {
        ticks: u8,
        #[vmstate(since = 2)]
        offset: u8,
    }

    /// Another architecture's.
    #[derive(Default, VmState)]
    #[vmstate(name = "timer", version = 2)]
    struct WideClock {
        ticks: u32,
    }

    /// Two lengths that are never sent, and one that is.
    #[derive(Default, VmState)]
    #[vmstate(name = "slots", version = 1)]
    struct Slots {
        #[vmstate(skip)]
        cpus: u32,
        #[vmstate(len = cpus)]
        of_cpus: Vec<u16>,
        #[vmstate(skip)]
        dimms: u32,
        #[vmstate(len = dimms)]
        of_dimms: Vec<u32>,
    }

    #[derive(Default, VmState)]
    #[vmstate(name = "a/timer", version = 1)]
    struct Slashed {
        #[vmstate(renamed(Qemu10_0 = "state_now"))]
        state: u8,
    }

    fn registry() -> Registry {
        Registry::new([
            Mirror::of::<Clock>(),
            Mirror::of::<WideClock>(),
            Mirror::of::<Slashed>(),
            Mirror::of::<Slots>(),
        ])
    }

    fn read(idstr: &str, bytes: &[u8], version: u32) -> Result<Inspected> {
        let mut reader = Reader::new(bytes);
        registry().inspect(idstr, &mut reader, version, None, Reader::is_empty)
    }

    #[test]
    fn the_longest_known_part_of_an_idstr_names_the_device() {
        let names = |idstr: &str| {
            let registry = registry();
            let names: Vec<_> = registry
                .candidates(idstr)
                .map(|mirror| mirror.name)
                .collect();
            names.join(" ")
        };
        assert_eq!(names("timer"), "timer timer");
        assert_eq!(names("0000:00:02.0/1/timer"), "timer timer");
        assert_eq!(names("0000:00:02.0/a/timer"), "a/timer");
        assert_eq!(names("0000:00:02.0/timers"), "");
    }

    #[test]
    fn a_length_that_nobody_tells_is_the_one_that_fits() {
        for len in [0, 6, 8, 288] {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
            let mut state = read("slots", &bytes, 1).unwrap().state;
            assert_eq!(state.save(1).unwrap(), bytes);
        }
        // Neither alone fits.
        assert!(read("slots", &[0; 7], 1).is_err());
    }

    #[test]
    fn candidates_are_tried_until_the_section_ends_where_the_device_does() {
        assert_eq!(
            read("x/timer", &[1, 2], 2).unwrap().state.save(2).unwrap(),
            [1, 2]
        );
        assert_eq!(
            read("x/timer", &[1, 2, 3, 4], 2)
                .unwrap()
                .state
                .save(2)
                .unwrap(),
            [1, 2, 3, 4]
        );
        let error = |bytes, version| read("x/timer", bytes, version).err().unwrap();
        assert_eq!(error(&[1, 2, 3], 2).kind(), ErrorKind::Framing);
        assert_eq!(error(&[1], 3).kind(), ErrorKind::Version);
        assert_eq!(error(&[1], 3).path(), "x/timer");
        assert_eq!(
            read("unheard of", &[], 1).err().unwrap().kind(),
            ErrorKind::Unknown
        );
    }

    #[test]
    fn a_description_is_of_the_device_whose_table_starts_like_it() {
        let [clock, wide] = [Mirror::of::<Clock>(), Mirror::of::<WideClock>()];
        let describe = |state: &mut dyn State, version| {
            let described = state.describe(Dialect::Qemu10_0, version);
            described.unwrap().description
        };
        for version in [1, 2] {
            assert!(clock.is_of(&describe(&mut Clock::default(), version)));
        }
        assert!(wide.is_of(&describe(&mut WideClock::default(), 2)));
        let mut other = describe(&mut WideClock::default(), 2);
        assert!(!clock.is_of(&other), "the field is wider");
        other.fields.first_mut().unwrap().name = "psw".to_owned();
        assert!(!clock.is_of(&other) && !wide.is_of(&other));
        other.fields.clear();
        assert!(!clock.is_of(&other));
        let slashed = Mirror::of::<Slashed>();
        assert!(slashed.is_of(&describe(&mut Slashed::default(), 1)));
    }

    #[test]
    fn a_renamed_field_has_the_name_of_the_dialect() {
        let name = |dialect| {
            let described = State::describe(&mut Slashed::default(), dialect, 1).unwrap();
            described
                .description
                .fields
                .first()
                .map(|field| field.name.clone())
                .unwrap()
        };
        assert_eq!(
            Dialect::ALL.map(name),
            ["state", "state", "state_now", "state_now"]
        );
    }
}
