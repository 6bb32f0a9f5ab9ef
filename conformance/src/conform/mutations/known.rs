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
pub const CLASSES: [Class; 0] = [];

/// The class whose words these are.
#[must_use]
pub fn class(words: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| {
        let mut ways = class.words.iter();
        ways.any(|all| all.iter().all(|part| words.contains(part)))
    })
}
