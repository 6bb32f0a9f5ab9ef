//! Layouts that no QEMU writes any more, from hand-made bytes: versions below the current one.
//!
//! Each vector follows QEMU's table, not our writer. QEMU 7.2 itself loads sections of these versions and lengths.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use conformance::mirrors;
use vmsd_schema::wire::Reader;
use vmsd_schema::{Dialect, Value};

/// Reads `bytes` as `device` at `version`, checks that they are written again, and returns the values by name.
fn read(device: &str, version: u32, bytes: &[u8]) -> Value {
    let registry = mirrors::registry();
    let mut reader = Reader::new(bytes);
    let mut read = registry
        .inspect(device, &mut reader, version, None, Reader::is_empty)
        .unwrap();
    let described = read.state.describe(Dialect::Qemu7_2, version).unwrap();
    assert_eq!(described.bytes, bytes, "{device} at {version}");
    assert_eq!(
        read.state.save(version).unwrap(),
        bytes,
        "{device} at {version}"
    );
    described.value
}

fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}

/// `len` bytes that count up from 1, so that each place has its own value.
fn counting(len: u8) -> Vec<u8> {
    (1..=len).collect()
}

#[test]
fn timer_1_has_no_clock_offset() {
    let mut bytes = counting(8);
    bytes.extend([0; 8]);
    let value = read("timer", 1, &bytes);
    assert_eq!(
        number(&value, "cpu_ticks_offset"),
        Some(0x0102_0304_0506_0708)
    );
    assert_eq!(value.get("cpu_clock_offset"), None);
}

#[test]
fn ioapic_1_goes_from_registers_to_table() {
    let value = read("ioapic", 1, &counting(2 + 24 * 8));
    assert_eq!(number(&value, "ioregsel"), Some(2));
    assert_eq!(value.get("irr"), None);
    let Some(Value::List(table)) = value.get("ioredtbl") else {
        panic!("no table")
    };
    assert_eq!(table.first().unwrap().as_u64(), Some(0x0304_0506_0708_090a));
}

#[test]
fn ioapic_2_is_ioapic_3() {
    let mut bytes = vec![1, 2];
    bytes.extend([0; 8]);
    bytes.extend(counting(4 + 24 * 8 - 1));
    bytes.push(0xff);
    assert_eq!(number(&read("ioapic", 2, &bytes), "irr"), Some(0x0102_0304));
    assert_eq!(number(&read("ioapic", 3, &bytes), "irr"), Some(0x0102_0304));
}

#[test]
fn hpet_1_has_three_timers_and_no_count() {
    let value = read("hpet", 1, &counting(24 + 3 * 42));
    assert_eq!(value.get("num_timers"), None);
    let Some(Value::List(timers)) = value.get("timer") else {
        panic!("no timers")
    };
    assert_eq!(timers.len(), 3);
    assert_eq!(number(timers.last().unwrap(), "tn"), Some(24 + 2 * 42 + 1));
}

#[test]
fn i8254_2_has_no_irq_disabled() {
    let value = read("i8254", 2, &counting(3 * 32 + 8));
    assert_eq!(value.get("channels[0].irq_disabled"), None);
    assert_eq!(
        number(&value, "channels[0].next_transition_time"),
        Some(0x6162_6364_6566_6768)
    );
}

#[test]
fn mc146818rtc_1_and_2_end_early() {
    let mut bytes = counting(128);
    bytes.push(0x0d);
    bytes.extend([0; 28]);
    bytes.extend(counting(16));
    bytes.extend([0; 24]);
    let value = read("mc146818rtc", 1, &bytes);
    assert_eq!(number(&value, "cmos_index"), Some(0x0d));
    assert_eq!(
        number(&value, "next_periodic_time"),
        Some(0x090a_0b0c_0d0e_0f10)
    );
    assert_eq!(value.get("irq_coalesced"), None);
    bytes.extend([0, 0, 0, 7, 0, 0, 0x80, 0]);
    let value = read("mc146818rtc", 2, &bytes);
    assert_eq!(number(&value, "irq_coalesced"), Some(7));
    assert_eq!(number(&value, "period"), Some(0x8000));
    assert_eq!(value.get("base_rtc"), None);
}

#[test]
fn fw_cfg_1_has_an_offset_of_16_bits() {
    let value = read("fw_cfg", 1, &[0x00, 0x19, 0x12, 0x34]);
    assert_eq!(number(&value, "cur_entry"), Some(0x19));
    assert_eq!(number(&value, "cur_offset[0]"), Some(0x1234));
}

#[test]
fn cpu_11_has_no_xsave_state() {
    // The fields of version 12 take 1817 bytes; two words and the halves of 16 registers came last.
    let mut bytes = vec![0x11; 1817 - 2 * 8 - 16 * 16];
    // `fpregs_format_vmstate` behind the general registers, flags and three words of the FPU.
    let format = 16 * 8 + 8 + 8 + 4 + 3 * 2;
    bytes.splice(format..format + 2, [0, 0]);
    let value = read("cpu", 11, &bytes);
    assert_eq!(
        number(&value, "env.wall_clock_msr"),
        Some(0x1111_1111_1111_1111)
    );
    assert_eq!(value.get("env.xcr0"), None);
}
