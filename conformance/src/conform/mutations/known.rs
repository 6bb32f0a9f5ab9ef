//! Where the model says `loads` and QEMU rejects, and always will: checks that only a device's own code makes.
//!
//! A class names that code. docs/differences.md says the same for people.

/// A class of rejects that no table tells.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its name in reports.
    pub id: &'static str,
    /// The code in QEMU that checks.
    pub check: &'static str,
    /// What stands in QEMU's words: all of one of these.
    words: &'static [&'static [&'static str]],
}

/// Every class.
pub const CLASSES: [Class; 3] = [
    Class {
        id: "tpr-patching",
        check: "vapic_post_load of kvm-tpr-opt: the option ROM that the stream speaks of must be in guest memory",
        words: &[&["device 'kvm-tpr-opt'"]],
    },
    Class {
        id: "ahci-commands",
        check: "ahci_state_post_load: lists of commands that an engine works on can be mapped, and hold what the port says",
        words: &[&["/ich9_ahci'"]],
    },
    Class {
        id: "ide-identity",
        check: "is_identify_set of ide_drive: a value decides whether 512 bytes follow",
        words: &[&["Missing section footer for", "/ide"]],
    },
];

/// The class whose words these are.
#[must_use]
pub fn class(words: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| {
        let mut ways = class.words.iter();
        ways.any(|all| all.iter().all(|part| words.contains(part)))
    })
}
