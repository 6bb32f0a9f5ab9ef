//! What QEMU prints when it refuses a stream, in the words of its version.
//!
//! Up to 10.x each layer prints a line of its own. 11.x prints one chain behind "load of migration failed", and some of the inmost
//! layers still a line before it. Lines are joined by " ; " here.

use crate::schema::Dialect;

/// The words of a QEMU version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    chained: bool,
}

/// The reason at the end of QEMU's last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Errno {
    /// EINVAL
    #[default]
    Invalid,
    /// ENOENT
    NoEntry,
    /// EIO
    Io,
    /// EPERM
    Permission,
    /// None: QEMU aborts.
    Aborts,
}

/// What the layers of a load say of one refusal, without the last line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Lines before the last, in versions that print a line for each layer.
    pub(super) lines: Vec<String>,
    /// Lines before the last that 11.x prints too.
    pub(super) apart: Vec<String>,
    /// Behind the reason in 11.x.
    pub(super) chain: String,
    /// The reason.
    pub(super) errno: Errno,
}

impl Wording {
    /// The words of `qemu`.
    #[must_use]
    pub fn of(qemu: Dialect) -> Self {
        Self {
            chained: qemu >= Dialect::Qemu11_1,
        }
    }

    /// All of it, as QEMU prints it.
    pub(super) fn print(self, said: &Said) -> String {
        if said.errno == Errno::Aborts {
            return said.chain.clone();
        }
        let last = format!("load of migration failed: {}", said.errno.text());
        if !self.chained {
            return [said.lines.as_slice(), &[last]].concat().join(" ; ");
        }
        let last = match said.chain.as_str() {
            "" => last,
            chain => format!("{last}: {chain}"),
        };
        [said.apart.as_slice(), &[last]].concat().join(" ; ")
    }

    /// A refusal of the configuration section.
    pub(super) fn configuration(self, sentence: &str) -> String {
        self.print(&Said {
            lines: vec![sentence.to_owned()],
            apart: Vec::new(),
            chain: sentence.to_owned(),
            errno: Errno::Invalid,
        })
    }

    /// A byte that starts no section.
    pub(super) fn section_type(self, byte: u8) -> String {
        self.print(&Said {
            lines: vec![format!("Unknown savevm section type {byte}")],
            chain: format!("Unknown section type {byte}"),
            ..Said::default()
        })
    }

    /// A section without a handler.
    pub(super) fn no_handler(self, idstr: &str, instance: u32) -> String {
        const HINT: &str =
            "Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices";
        self.print(&Said {
            lines: vec![format!(
                "Unknown savevm section or instance '{idstr}' {instance}. {HINT}"
            )],
            chain: format!("Unknown section or instance '{idstr}' {instance}. {HINT}"),
            ..Said::default()
        })
    }

    /// A section of a version above the handler's.
    pub(super) fn section_version(self, idstr: &str, version: u32, local: u32) -> String {
        let sentence = format!("unsupported version {version} for '{idstr}' v{local}");
        self.print(&Said {
            lines: vec![format!("savevm: {sentence}")],
            chain: format!("savevm: {sentence}"),
            ..Said::default()
        })
    }

    /// A section whose body does not end where its footer stands.
    pub(super) fn footer(self, idstr: &str, section_id: u32) -> String {
        let line = format!("Missing section footer for {idstr}");
        self.print(&Said {
            lines: vec![line.clone()],
            apart: vec![line],
            chain: format!("Section footer error, section_id: {section_id}"),
            errno: Errno::Invalid,
        })
    }

    /// A refusal inside the body of a section.
    pub(super) fn body(self, idstr: &str, instance: u32, said: &Said) -> String {
        let outer =
            format!("error while loading state for instance {instance:#x} of device '{idstr}'");
        if said.errno == Errno::Aborts {
            return self.print(said);
        }
        let mut said = said.clone();
        said.lines.push(outer.clone());
        said.chain = match said.chain.as_str() {
            "" => outer,
            chain => format!("{outer}: {chain}"),
        };
        self.print(&said)
    }

    /// A command that is not in the table.
    pub(super) fn command(self, number: u16) -> String {
        let sentence = format!("MIG_CMD {number:#x} unknown (len 0x0)");
        self.print(&Said {
            lines: vec![sentence.clone()],
            chain: sentence,
            ..Said::default()
        })
    }
}

impl Wording {
    /// A command of postcopy before postcopy was advised.
    pub(super) fn postcopy_state(self, command: &str) -> String {
        let sentence = format!("CMD_POSTCOPY_{command} in wrong postcopy state (0)");
        self.print(&Said {
            lines: vec![sentence.clone()],
            chain: sentence,
            errno: Errno::Permission,
            ..Said::default()
        })
    }

    /// A command that the version has no more.
    pub(super) fn retired_command(self, number: u16) -> String {
        let sentence = format!("MIG_CMD {number:#x} deprecated (len 0x0)");
        self.print(&Said {
            lines: vec![sentence.clone()],
            chain: sentence,
            ..Said::default()
        })
    }
}

impl Errno {
    fn text(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid argument",
            Self::NoEntry => "No such file or directory",
            Self::Io => "Input/output error",
            Self::Permission => "Operation not permitted",
            Self::Aborts => "Aborted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_print_lines_and_new_ones_a_chain() {
        let [old, new] = [Dialect::Qemu7_2, Dialect::Qemu11_1].map(Wording::of);
        assert_eq!(
            old.footer("dma", 3),
            "Missing section footer for dma ; load of migration failed: Invalid argument"
        );
        assert_eq!(
            new.footer("dma", 3),
            "Missing section footer for dma ; load of migration failed: Invalid argument: Section footer error, section_id: 3"
        );
        let said = Said {
            lines: vec!["inner".to_owned(), "outer".to_owned()],
            chain: "whole".to_owned(),
            ..Said::default()
        };
        assert_eq!(
            old.body("dma", 1, &said),
            "inner ; outer ; error while loading state for instance 0x1 of device 'dma' ; load of migration failed: Invalid argument"
        );
        assert_eq!(
            new.body("dma", 1, &said),
            "load of migration failed: Invalid argument: error while loading state for instance 0x1 of device 'dma': whole"
        );
    }
}
