//! Devices of a PC: AHCI, HPET, a PCI Express error log, the keyboard.

use vmsd_schema::{Timer, VmState};

/// The number of ports is sent last, to be compared; the destination's own counts the ports before it.
#[derive(VmState)]
#[vmstate(name = "ahci", version = 1, default)]
pub(super) struct Ahci {
    #[vmstate(len = ports)]
    dev: Vec<AhciPort>,
    #[vmstate(name = "control_regs.cap")]
    cap: u32,
    #[vmstate(name = "control_regs.ghc")]
    ghc: u32,
    #[vmstate(name = "control_regs.irqstatus")]
    irqstatus: u32,
    #[vmstate(name = "control_regs.impl")]
    implemented: u32,
    #[vmstate(name = "control_regs.version")]
    version: u32,
    idp_index: u32,
    #[vmstate(equal, default = 2)]
    ports: u32,
}

/// The port itself, without its drives and transfers.
#[derive(Default, VmState)]
#[vmstate(name = "ahci port", version = 1)]
struct AhciPort {
    port_state: u32,
    finished: u32,
    done_first_drq: bool,
    busy_slot: i32,
    init_d2h_sent: bool,
}

/// `HPET_MAX_TIMERS`
const TIMERS: usize = 32;

#[derive(VmState)]
#[vmstate(name = "hpet", version = 2, minimum_version = 1, default)]
pub(super) struct Hpet {
    config: u64,
    isr: u64,
    hpet_counter: u64,
    #[vmstate(since = 2, default = 3)]
    num_timers_save: u8,
    #[vmstate(len = num_timers_save)]
    timer: [HpetTimer; TIMERS],
}

#[derive(Default, VmState)]
#[vmstate(name = "hpet_timer", version = 1)]
struct HpetTimer {
    tn: u8,
    config: u64,
    cmp: u64,
    fsb: u64,
    period: u64,
    wrap_flag: u8,
    qemu_timer: Timer,
}

#[derive(VmState)]
#[vmstate(name = "PCIE_AER_ERROR_LOG", version = 1, default)]
pub(super) struct AerLog {
    #[vmstate(max = self.log_max)]
    log_num: u16,
    #[vmstate(equal, default = 8)]
    log_max: u16,
    #[vmstate(len = log_num)]
    log: Vec<AerError>,
}

#[derive(Default, VmState)]
#[vmstate(name = "PCIE_AER_ERROR", version = 1)]
struct AerError {
    status: u32,
    source_id: u16,
    flags: u16,
    header: [u32; 4],
    prefix: [u32; 4],
}

/// `PS2_BUFFER_SIZE`
const PS2_BUFFER: usize = 256;

#[derive(VmState)]
#[vmstate(name = "PS2 Common State", version = 3, minimum_version = 2, default)]
struct Ps2 {
    write_cmd: i32,
    #[vmstate(name = "queue.rptr", max = PS2_BUFFER - 1)]
    rptr: i32,
    #[vmstate(name = "queue.wptr", max = PS2_BUFFER - 1)]
    wptr: i32,
    #[vmstate(name = "queue.count", max = len(data))]
    count: i32,
    #[vmstate(name = "queue.data", buffer)]
    data: [u8; PS2_BUFFER],
}

#[derive(Default, VmState)]
#[vmstate(name = "ps2kbd", version = 3, minimum_version = 2)]
pub(super) struct Ps2Keyboard {
    parent_obj: Ps2,
    scan_enabled: i32,
    translate: i32,
    #[vmstate(since = 3)]
    scancode_set: i32,
}
