//! Which of the target's handlers a section finds (`find_se`).

use crate::decode::machine::{Layout, Machine, MachineSection};
use crate::decode::Reason;
use crate::schema::Dialect;

/// Instance of a handler without an alias, as the stream would have to name it.
const ANY: u32 = u32::MAX;

/// Handlers with an alias of their own: the I/O base under which old versions registered them, and the instance that it means.
const ALIASES: [(&str, u32, u32); 10] = [
    ("i8259", 0x20, 0),
    ("i8259", 0xa0, 1),
    ("mc146818rtc", 0x70, 0),
    ("i8254", 0x40, 0),
    ("fdc", 0x3f0, 0),
    ("serial", 0x3f8, 0),
    ("serial", 0x2f8, 1),
    ("serial", 0x3e8, 2),
    ("serial", 0x2e8, 3),
    ("ram", 0, 0),
];

/// A handler whose alias 11.x no longer sets; there it has the one that all others have.
const ONCE_ALIASED: &str = "mc146818rtc";

/// Handlers that every QEMU has, and that send only what is needed (`globalstate_needed`, `replay_vmstate_need`).
const ALWAYS: [&str; 2] = ["globalstate", "replay"];

/// Whether the target loads a section that its own stream need not show.
pub(super) fn is_silent(idstr: &str, instance: u32) -> bool {
    instance == 0 && ALWAYS.contains(&idstr)
}

/// The target's handlers, as far as its stream shows them.
#[derive(Debug)]
pub(super) struct Handlers<'t> {
    sections: &'t [MachineSection<'t>],
    qemu: Dialect,
}

impl<'t> Handlers<'t> {
    pub(super) fn new(target: &'t Machine<'t>, qemu: Dialect) -> Self {
        Self {
            sections: &target.sections,
            qemu,
        }
    }

    /// The handler of a section: the name and the instance or its alias, or else the name that an old version registered.
    pub(super) fn find(&self, idstr: &str, instance: u32) -> Option<&'t MachineSection<'t>> {
        let exact = self
            .sections
            .iter()
            .find(|section| section.name == idstr && self.answers(section, instance));
        exact.or_else(|| self.by_old_name(idstr, instance))
    }

    /// Devices behind a path also answer to their description's name, counted.
    fn by_old_name(&self, idstr: &str, instance: u32) -> Option<&'t MachineSection<'t>> {
        let mut old = self.sections.iter().filter(|section| {
            section
                .name
                .rsplit_once('/')
                .is_some_and(|(_, name)| name == idstr)
        });
        // Their alias is -1 as well, which the first of them has.
        old.nth(match instance {
            ANY => 0,
            counted => usize::try_from(counted).ok()?,
        })
    }

    fn answers(&self, section: &MachineSection<'_>, instance: u32) -> bool {
        let own = section.header.instance.0;
        if own == instance {
            return true;
        }
        let unset = |name| name == ONCE_ALIASED && self.qemu >= Dialect::Qemu11_1;
        let mut aliases = ALIASES
            .iter()
            .filter(|(name, ..)| *name == section.name && !unset(*name))
            .peekable();
        if aliases.peek().is_none() {
            // An old-style handler has alias 0, and is registered as 0 itself (`register_savevm_live`).
            return instance == ANY && section.layout != Layout::Unknown(Reason::Handler);
        }
        aliases.any(|(_, alias, meant)| *alias == instance && *meant == own)
    }
}
