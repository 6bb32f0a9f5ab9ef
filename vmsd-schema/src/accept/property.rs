//! Fields that say how a device was configured, and that its load compares with how the target's is (`post_load` hooks).

use super::refusal::Refusal;
use super::walk::{Step, Walk};
use super::wording::{Errno, Said};
use crate::compat::Severity;
use crate::decode::Node;
use crate::wire::Reader;

/// A field that is compared.
#[derive(Debug)]
struct Property {
    /// The description that it stands in.
    vmsd: &'static str,
    field: &'static str,
    when: When,
    by: By,
    message: &'static str,
    advice: &'static str,
}

/// What compares it.
#[derive(Clone, Copy, Debug)]
enum By {
    /// The hook of that description: the line that it prints, and what it returns.
    Hook(&'static str, &'static str, Errno),
    /// A check among the fields.
    Validation(&'static str),
}

/// Where it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// From 11.x on.
    Chained,
    /// Unless the accelerator chose the target's value.
    Emulated,
}

const SUBSYSTEM: Property = Property {
    vmsd: "e1000e",
    field: "subsys",
    when: When::Always,
    by: By::Hook(
        "e1000e",
        "ERROR: Cannot migrate while device properties (subsys/subsys_ven) differ",
        Errno::Permission,
    ),
    message: "the target's card has another subsystem",
    advice: "give both sides the same subsys and subsys_ven",
};

const PROPERTIES: [Property; 5] = [
    SUBSYSTEM,
    Property {
        field: "subsys_ven",
        ..SUBSYSTEM
    },
    Property {
        vmsd: "cpu/tsc_khz",
        field: "env.tsc_khz",
        when: When::Emulated,
        by: By::Hook(
            "cpu",
            "Mismatch between user-specified TSC frequency and migrated TSC frequency",
            Errno::Invalid,
        ),
        message: "the target's processor was given another frequency",
        advice: "give both sides the same tsc-frequency",
    },
    TIMERS,
    Property {
        field: "num_timers_save",
        ..TIMERS
    },
];

/// Up to 10.x as many timers are loaded as came.
const TIMERS: Property = Property {
    vmsd: "hpet",
    field: "num_timers",
    when: When::Chained,
    by: By::Validation("hpet/num_timers must match version_id: 2"),
    message: "the target has another number of timers",
    advice: "give both sides the same number of timers",
};

impl Walk<'_> {
    /// Compares the field `name` of `vmsd`, which begins where `came` stands, with the target's own.
    pub(super) fn property(
        &self,
        vmsd: &str,
        name: &str,
        local: Option<&Node<'_>>,
        came: &Reader<'_>,
    ) -> Step {
        let mut all = PROPERTIES.iter();
        let found = all.find(|property| property.vmsd == vmsd && property.field == name);
        let (Some(property), Some(local)) = (found, local) else {
            return Ok(());
        };
        let at = came.offset();
        let sent = came.rest().get(..local.bytes.len()).unwrap_or_default();
        if sent == local.bytes || property.when == When::Chained && !self.chained() {
            return Ok(());
        }
        let mut refusal = Refusal::new("value-differs", at, self.said(property.by));
        if property.when == When::Emulated && self.accelerated {
            (refusal.severity, refusal.said) = (Severity::Risk, None);
        }
        let refusal = refusal.between(hex(sent), hex(local.bytes));
        let refusal = refusal.meaning(property.message, property.advice);
        Err(refusal.within(name))
    }
}

impl Walk<'_> {
    fn said(&self, by: By) -> Said {
        let (vmsd, line, errno) = match by {
            By::Hook(vmsd, line, errno) => (vmsd, line, errno),
            By::Validation(check) => {
                let chain = format!("Input validation failed: {check}");
                return Said {
                    chain,
                    ..Said::default()
                };
            }
        };
        let version = self.knowledge.version(vmsd).unwrap_or(0);
        let minimum = self.knowledge.minimum(vmsd).unwrap_or(0);
        let code = match errno {
            Errno::Permission => -1,
            _ => -22,
        };
        Said {
            lines: vec![line.to_owned()],
            apart: vec![line.to_owned()],
            chain: format!("post load hook failed for: {vmsd}, version_id: {version}, minimum_version: {minimum}, ret: {code}"),
            // 11.x has one reason for whatever a hook returns.
            errno: if self.chained() { Errno::Invalid } else { errno },
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}
