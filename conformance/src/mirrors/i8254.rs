//! The interval timer of the PC.

use vmsd_schema::VmState;

/// The timer (`hw/timer/i8254_common.c`).
#[derive(Default, VmState)]
#[vmstate(name = "i8254", version = 3, minimum_version = 2)]
pub(crate) struct I8254 {
    #[vmstate(name = "channels[0].irq_disabled", since = 3)]
    irq_disabled: u32,
    #[vmstate(since = 2)]
    channels: [Channel; 3],
    /// Channel 0's, once more: here stood a timer.
    #[vmstate(name = "channels[0].next_transition_time")]
    next_transition_time: i64,
}

#[derive(Default, VmState)]
#[vmstate(name = "pit channel", version = 2)]
struct Channel {
    count: i32,
    latched_count: u16,
    count_latched: u8,
    status_latched: u8,
    status: u8,
    read_state: u8,
    write_state: u8,
    write_latch: u8,
    rw_mode: u8,
    mode: u8,
    bcd: u8,
    gate: u8,
    count_load_time: i64,
    next_transition_time: i64,
}
