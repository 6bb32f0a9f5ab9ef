//! Whether a guest's own bytes load into a target: QEMU's load loop, walked over a stream against what a target is.
//!
//! In go the stream of the source and all that is known of the target: its own stream, which shows the layout, the counts and the
//! values that are local to it, and tables that say which versions and subsections it knows beside. Out come findings in the order
//! of the stream; the first that breaks is the one that the target's QEMU would report. The walk goes on behind it.

mod align;
mod configuration;
mod counts;
mod device;
mod handler;
mod held;
mod hotplug;
mod leaf;
mod pci;
mod property;
mod ram;
mod refusal;
mod run_state;
mod section;
mod subsections;
mod value;
mod versions;
mod virtio;
mod virtio_gpu;
mod virtio_mem;
mod walk;
mod wording;

use crate::compat::{Finding, Knowledge, Severity};
use crate::decode::machine::Machine;
use crate::schema::Dialect;

pub use run_state::{is_run_state, run_state};
pub use wording::Wording;

use handler::Handlers;

/// The source: its stream, read, and the bytes it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The stream.
    pub machine: &'s Machine<'s>,
    /// Its bytes, from [`Machine::start`] on.
    pub data: &'s [u8],
}

/// The target: its own stream, and what else is known of its QEMU.
#[derive(Clone, Copy, Debug)]
pub struct Target<'t> {
    /// A stream of the target's own.
    pub machine: &'t Machine<'t>,
    /// Tables of its QEMU version.
    pub knowledge: &'t Knowledge<'t>,
    /// Its QEMU version, as far as it matters here.
    pub qemu: Dialect,
    /// How many CPUs it can have (`maxcpus` of `-smp`), if that is known: its devices need not show it.
    pub max_cpus: Option<u64>,
}

/// All that stands between `source` and `target`, in the order in which the target would come upon it.
#[must_use]
pub fn check(source: &Source<'_>, target: &Target<'_>) -> Vec<Finding> {
    let wording = Wording::of(target.qemu);
    let mut findings = Vec::new();
    configuration::check(source, target, wording, &mut findings);
    section::footers(source.machine, target.machine, wording, &mut findings);
    let handlers = Handlers::new(target.machine, target.qemu);
    for place in 0..source.machine.sections.len() {
        section::check(source, target, &handlers, place, &mut findings);
    }
    commands(source.machine, target.qemu, wording, &mut findings);
    if let Some(stopped) = &source.machine.stopped {
        findings.push(Finding {
            rule: "source-unreadable",
            severity: Severity::Unknown,
            offset: stopped.offset(),
            source: stopped.to_string(),
            message: "the source's stream could not be read beyond this place".to_owned(),
            advice: "capture the source again, with its description (suppress-vmdesc=off)"
                .to_owned(),
            ..Finding::default()
        });
    }
    findings.sort_by_key(|finding| finding.offset.unwrap_or(u64::MAX));
    findings
}

/// Commands that the target's version does not know, or no more (`loadvm_process_command`).
fn commands(machine: &Machine<'_>, qemu: Dialect, wording: Wording, findings: &mut Vec<Finding>) {
    const ENABLE_COLO: u16 = 8;
    const SWITCHOVER_START: u16 = 11;
    const POSTCOPY_ADVISE: u16 = 3;
    const POSTCOPY_LISTEN: u16 = 4;
    const POSTCOPY_RUN: u16 = 5;
    let (mut advised, mut listening) = (false, false);
    for command in &machine.commands {
        advised |= command.number == POSTCOPY_ADVISE;
        listening |= advised && command.number == POSTCOPY_LISTEN;
        let (why, said) = match command.number {
            POSTCOPY_LISTEN if !advised => (
                "was not advised that postcopy follows",
                wording.postcopy_state("LISTEN"),
            ),
            POSTCOPY_RUN if !listening => (
                "does not listen for what postcopy sends",
                wording.postcopy_state("RUN"),
            ),
            SWITCHOVER_START.. if qemu < Dialect::Qemu10_0 => (
                "does not know a command that the source sends",
                wording.command(command.number),
            ),
            ENABLE_COLO if qemu >= Dialect::Qemu11_1 => (
                "no longer has a command that the source sends",
                wording.retired_command(command.number),
            ),
            _ => continue,
        };
        findings.push(Finding {
            rule: "command-unknown",
            severity: Severity::Break,
            offset: Some(command.at),
            source: format!("command {} ({})", command.number, command.name),
            target: "a QEMU without it".to_owned(),
            message: format!("the target's QEMU {why}"),
            qemu_message: Some(said),
            advice: "use a machine type of the older QEMU: it turns the command off".to_owned(),
            ..Finding::default()
        });
    }
}
