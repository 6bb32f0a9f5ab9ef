//! Checks that a device's own code makes behind its fields (`post_load`), as far as they follow from the values that came.
//!
//! What follows from the guest's memory as well is not among them.

use super::held::Held;
use super::ram;
use super::refusal::Refusal;
use super::run_state::{is_run_state, run_state};
use super::walk::Step;
use super::wording::{Errno, Said};
use crate::schema::Dialect;

/// Whether the device of a QEMU `qemu` takes what it read; `subsections` are those that came with it, `at` is where they end.
pub(super) fn check(
    vmsd: &str,
    held: &Held<'_, '_>,
    subsections: &[String],
    qemu: Dialect,
    at: u64,
) -> Step {
    if vmsd == "fw_cfg/acpi_mr" {
        return tables(held, at);
    }
    if vmsd == "xhci" && qemu >= Dialect::Qemu7_2 {
        return vectors(held, at);
    }
    let sentence = match vmsd {
        "globalstate" => unknown_state(held, qemu),
        _ => sentence(vmsd, held, subsections).map(str::to_owned),
    };
    let Some(sentence) = sentence else {
        return Ok(());
    };
    let said = Said {
        lines: sentence.lines().map(str::to_owned).collect(),
        apart: sentence.lines().map(str::to_owned).collect(),
        ..Said::default()
    };
    Err(Refusal::new("value-differs", at, said).meaning(
        "the device's own code refuses what it read",
        "capture the source again: no QEMU writes these values together",
    ))
}

/// What QEMU says where the values that came contradict each other.
fn sentence(vmsd: &str, held: &Held<'_, '_>, subsections: &[String]) -> Option<&'static str> {
    let came = |name: &str| subsections.iter().any(|subsection| subsection == name);
    match vmsd {
        "cpu" => x87(held),
        "serial" if !came("serial/tsr") => transmitter(held),
        "ide_drive/pio_state" => transfer_end(held),
        "ahci port" => engines(held),
        "ncq state" => queued(held),
        "e1000e" => subsystem(held),
        _ => None,
    }
}

/// Firmware tables grow to the lengths that came, or QEMU aborts (`fw_cfg_acpi_mr_restore_post_load`).
fn tables(held: &Held<'_, '_>, at: u64) -> Step {
    const PAGE: u64 = 4096;
    for (field, block) in [
        ("table_mr_size", "/rom@etc/acpi/tables"),
        ("linker_mr_size", "/rom@etc/table-loader"),
        ("rsdp_mr_size", "/rom@etc/acpi/rsdp"),
    ] {
        let (Some(size), Some(limit)) = (held.number(field), ram::limit(block)) else {
            continue;
        };
        // As QEMU rounds: a length in the last page of all wraps to nothing, which fits, and is then too long for an entry.
        let rounded = size.wrapping_add(PAGE - 1) & !(PAGE - 1);
        let chain = if rounded > limit {
            format!("Size too large: {block}: {rounded:#x} > {limit:#x}: Invalid argument")
        } else if rounded < size {
            "fw_cfg_modify_bytes_read: Assertion `key < fw_cfg_max_entry(s) && len < UINT32_MAX' failed.".to_owned()
        } else {
            continue;
        };
        let said = Said {
            chain,
            errno: Errno::Aborts,
            ..Said::default()
        };
        let refusal = Refusal::new("value-differs", at, said);
        return Err(refusal
            .between(format!("{size:#x}"), format!("at most {limit:#x}"))
            .within(field)
            .meaning(
                "the target aborts: a firmware table cannot become so long",
                "capture the source again: no QEMU writes this length",
            ));
    }
    Ok(())
}

/// A controller without MSI-X gives back a vector that it does not have, since 7.2 asserted (`usb_xhci_pci_post_load`,
/// `msix_vector_unuse`): it loads no stream, not even its own.
fn vectors(held: &Held<'_, '_>, at: u64) -> Step {
    // Two fields of one name, told apart by an index in 10.0 and later: the PCI device, and MSI-X of which nothing is sent if there is none.
    let msix = held.last_own("parent_obj");
    if msix.is_none_or(|own| !own.is_empty()) {
        return Ok(());
    }
    let said = Said {
        chain: "msix_vector_unuse: Assertion `vector < dev->msix_entries_nr' failed.".to_owned(),
        errno: Errno::Aborts,
        ..Said::default()
    };
    let refusal = Refusal::new("value-differs", at, said);
    Err(refusal.within("parent_obj").meaning(
        "the target aborts: its xhci has no MSI-X, and QEMU 7.2 and later cannot load that",
        "start both sides without msix=off on the xhci",
    ))
}

/// The run state has a name that this QEMU knows (`global_state_post_load`).
fn unknown_state(held: &Held<'_, '_>, qemu: Dialect) -> Option<String> {
    let name = run_state(held.bytes("runstate")?);
    let words = || format!("invalid parameter value: {}", String::from_utf8_lossy(name));
    (!is_run_state(name, Some(qemu))).then(words)
}

/// Registers of the floating-point unit in the form of before 2008 (`cpu_post_load`).
fn x87(held: &Held<'_, '_>) -> Option<&'static str> {
    (held.number("env.fpregs_format_vmstate")? != 0)
        .then_some("Unsupported old non-softfloat CPU state")
}

/// A transmitter that is not empty must be trying to send (`serial_post_load`); without the subsection that says so it is not.
fn transmitter(held: &Held<'_, '_>) -> Option<&'static str> {
    const EMPTY: u64 = 0x40;
    (held.number("lsr")? & EMPTY == 0)
        .then_some("inconsistent state in serial device (tsr not empty, tsr_retry=0")
}

/// The function that ends a transfer is one of seven (`ide_drive_pio_post_load`).
fn transfer_end(held: &Held<'_, '_>) -> Option<&'static str> {
    const FUNCTIONS: u64 = 7;
    (held.number("end_transfer_fn_idx")? >= FUNCTIONS).then_some("")
}

/// An engine that was never started does not run, and a command that is worked on has a slot (`ahci_state_post_load`).
fn engines(held: &Held<'_, '_>) -> Option<&'static str> {
    const START: u64 = 1 << 0;
    const FIS_RX: u64 = 1 << 4;
    const FIS_ON: u64 = 1 << 14;
    const LIST_ON: u64 = 1 << 15;
    const SLOTS: u64 = 32;
    const NONE: u64 = u32::MAX as u64;
    let command = held.number("port_regs.cmd")?;
    let slot = held.number("busy_slot")?;
    let stopped = |start, running| command & start == 0 && command & running != 0;
    if stopped(START, LIST_ON) {
        return Some(
            "AHCI: DMA engine should be off, but status bit indicates it is still running.",
        );
    }
    if stopped(FIS_RX, FIS_ON) {
        return Some(
            "AHCI: FIS RX engine should be off, but status bit indicates it is still running.",
        );
    }
    (slot >= SLOTS && slot != NONE).then_some("")
}

/// A queued command that is in use waits to be started again, and is a queued one in its own slot (`ahci_state_post_load`).
fn queued(held: &Held<'_, '_>) -> Option<&'static str> {
    let [used, halt, command, slot, tag] =
        ["used", "halt", "cmd", "slot", "tag"].map(|name| held.number(name));
    if used != halt {
        return Some("");
    }
    let is_queued = matches!(command?, 0x60 | 0x61 | 0x63..=0x65);
    (halt? != 0 && (!is_queued || slot != tag)).then_some("")
}

/// The subsystem is a property of the device (`e1000e_post_load`).
fn subsystem(held: &Held<'_, '_>) -> Option<&'static str> {
    let differs =
        |name| matches!((held.bytes(name), held.own(name)), (Some(came), Some(own)) if came != own);
    (differs("subsys") || differs("subsys_ven"))
        .then_some("ERROR: Cannot migrate while device properties (subsys/subsys_ven) differ")
}
