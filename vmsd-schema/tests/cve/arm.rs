//! ARM: the processor's list of system registers, a network card, a touch screen, a board's switches.

use vmsd_schema::codec::{Int32Le, Selector};
use vmsd_schema::{Timer, Unused, VmState};

/// The ends of the list of fields: what matters is the list of registers, which the destination must be able to hold.
#[derive(VmState)]
#[vmstate(name = "cpu", version = 22, default)]
pub(super) struct Cpu {
    #[vmstate(name = "env.regs")]
    regs: [u32; 16],
    #[vmstate(with = Int32Le, default = 4)]
    cpreg_vmstate_array_len: i32,
    #[vmstate(len = cpreg_vmstate_array_len)]
    cpreg_vmstate_indexes: Vec<u64>,
    #[vmstate(len = cpreg_vmstate_array_len)]
    cpreg_vmstate_values: Vec<u64>,
}

/// Received packets that wait.
const PACKETS: usize = 31;
const PACKET: usize = 2048;

#[derive(VmState)]
#[vmstate(name = "stellaris_enet", version = 2, default)]
pub(super) struct StellarisEnet {
    ris: u32,
    im: u32,
    rctl: u32,
    tctl: u32,
    thr: u32,
    mctl: u32,
    mdv: u32,
    mtxd: u32,
    mrxd: u32,
    #[vmstate(max = PACKETS)]
    np: u32,
    #[vmstate(max = len(tx_fifo))]
    tx_fifo_len: u32,
    tx_fifo: Box<[u8; PACKET]>,
    rx: Box<[RxFrame; PACKETS]>,
    #[vmstate(max = PACKET - 4)]
    rx_fifo_offset: u32,
    #[vmstate(max = PACKETS - 1)]
    next_packet: u32,
}

#[derive(VmState)]
#[vmstate(name = "stellaris_enet/rx_frame", version = 1, default)]
struct RxFrame {
    data: [u8; PACKET],
    #[vmstate(max = len(data))]
    len: u32,
}

/// What the touch screen controller may be told to measure with, as its register selects it.
#[derive(Clone, Copy, Debug, Default)]
enum Precision {
    #[default]
    Bits12,
    Bits8,
    Bits10,
    Bits12Again,
}

impl From<Precision> for u8 {
    fn from(precision: Precision) -> Self {
        precision as Self
    }
}

impl TryFrom<u8> for Precision {
    type Error = &'static str;

    fn try_from(selector: u8) -> Result<Self, Self::Error> {
        match selector {
            0 => Ok(Self::Bits12),
            1 => Ok(Self::Bits8),
            2 => Ok(Self::Bits10),
            3 => Ok(Self::Bits12Again),
            _ => Err("a precision is 0 to 3"),
        }
    }
}

/// Entries of `mode_regs`.
const FUNCTIONS: u8 = 16;

#[derive(VmState)]
#[vmstate(name = "tsc2102", version = 1, default)]
pub(super) struct Tsc2102 {
    enabled: bool,
    host_mode: bool,
    irq: bool,
    command: bool,
    pressure: bool,
    softstep: bool,
    state: bool,
    dav: u16,
    x: i32,
    y: i32,
    offset: u8,
    page: u8,
    filter: u8,
    pin_func: u8,
    r#ref: u8,
    timing: u8,
    noise: u8,
    #[vmstate(max = FUNCTIONS - 1)]
    function: u8,
    #[vmstate(max = FUNCTIONS - 1)]
    nextfunction: u8,
    #[vmstate(with = Selector<u8>)]
    precision: Precision,
    #[vmstate(with = Selector<u8>)]
    nextprecision: Precision,
    audio_ctrl1: u16,
    audio_ctrl2: u16,
    audio_ctrl3: u16,
    pll: [u16; 3],
    volume: u16,
    dac_power: u16,
    volume_change: i64,
    powerdown: i64,
    now: i64,
    filter_data: [u16; 20],
    timer: Timer,
}

/// There are sixteen lines, in words of 32 bits.
const LINES: u32 = 0xffff;

#[derive(Default, VmState)]
#[vmstate(name = "scoop", version = 1, minimum_version = 0)]
pub(super) struct Scoop {
    status: u16,
    power: u16,
    #[vmstate(max = LINES)]
    gpio_level: u32,
    #[vmstate(max = LINES)]
    gpio_dir: u32,
    #[vmstate(max = LINES)]
    prev_level: u32,
    mcr: u16,
    cdr: u16,
    ccr: u16,
    irr: u16,
    imr: u16,
    isr: u16,
    #[vmstate(exists = version_0)]
    _unused: Unused<2>,
}

fn version_0(_: &Scoop, version: u32) -> bool {
    version == 0
}
