//! Blocks of guest memory: names and lengths (`parse_ramblocks`, `qemu_ram_resize`).

use super::wording::Said;
use super::Wording;
use crate::compat::{Finding, Severity};
use crate::decode::machine::{BlockSummary, Machine};

/// How far firmware tables may grow, whatever length they have at the start (`rom_set_mr`, `acpi_add_rom_blob`).
const GROWING: [(&str, u64); 3] = [
    ("/rom@etc/acpi/tables", 0x20_0000),
    ("/rom@etc/table-loader", 0x1_0000),
    ("/rom@etc/acpi/rsdp", 0x1000),
];

pub(super) fn check(
    source: &Machine<'_>,
    target: &Machine<'_>,
    at: u64,
    wording: Wording,
    findings: &mut Vec<Finding>,
) {
    for block in &source.ram.blocks {
        let local = target
            .ram
            .blocks
            .iter()
            .find(|local| local.name == block.name);
        let Some(refused) = refuse(block, local) else {
            continue;
        };
        let said = Said {
            lines: vec![refused.sentence.clone()],
            apart: vec![refused.sentence],
            chain: "Failed to load vmstate version_id: 4, ret: -22".to_owned(),
            ..Said::default()
        };
        findings.push(Finding {
            rule: refused.rule,
            severity: Severity::Break,
            section: "ram".to_owned(),
            path: block.name.clone(),
            offset: Some(at),
            source: format!("{:#x} bytes", block.used_length),
            target: local.map_or("no such block".to_owned(), |local| {
                format!("{:#x} bytes", local.used_length)
            }),
            message: refused.message.to_owned(),
            qemu_message: Some(wording.body("ram", 0, &said)),
            advice: refused.advice.to_owned(),
        });
    }
}

/// How far a block may grow, if it may.
pub(super) fn limit(block: &str) -> Option<u64> {
    let mut growing = GROWING.iter();
    let found = growing.find(|(name, _)| *name == block)?;
    Some(found.1)
}

struct Refused {
    rule: &'static str,
    sentence: String,
    message: &'static str,
    advice: &'static str,
}

fn refuse(block: &BlockSummary, local: Option<&BlockSummary>) -> Option<Refused> {
    let name = &block.name;
    let Some(local) = local else {
        return Some(Refused {
            rule: "ram-block-missing",
            sentence: format!("Unknown ramblock \"{name}\", cannot accept migration"),
            message: "the target has no block of guest memory of this name",
            advice: "give the target the same devices at the same addresses, with the same ROM files and memory backends",
        });
    };
    let (sent, own) = (block.used_length, local.used_length);
    match limit(name) {
        _ if sent == own => None,
        Some(limit) if sent <= limit.max(own) => None,
        Some(limit) => Some(Refused {
            rule: "ram-size-differs",
            sentence: format!("Size too large: {name}: {sent:#x} > {limit:#x}: Invalid argument"),
            message: "the block is longer than it may grow to on the target",
            advice: "start the target with the source's memory, devices and machine type",
        }),
        None => Some(Refused {
            rule: "ram-size-differs",
            sentence: format!("Size mismatch: {name}: {sent:#x} != {own:#x}: Invalid argument"),
            message: "the lengths of a block of guest memory differ",
            advice: "start the target with the same -m, ROM files and video memory",
        }),
    }
}
