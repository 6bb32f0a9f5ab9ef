//! Many mirrors, and which of them a section's idstr means.

use super::{Inspected, Mirror};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Description;
use crate::wire::Reader;

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
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{ErrorKind, Inspected, Mirror, Reader, Registry, Result};
    use crate::decode::typed::State;
    use crate::schema::Dialect;
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
