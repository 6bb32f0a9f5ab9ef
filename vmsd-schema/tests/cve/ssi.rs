//! Synchronous serial buses of ARM boards: two controllers, a card reader, a display.

use vmsd_schema::VmState;

/// Entries of each of the PL022's queues, which are sent entry by entry, in turn.
const PL022_FIFO: usize = 8;

#[derive(Default, VmState)]
#[vmstate(name = "pl022_ssp", version = 1)]
pub(super) struct Pl022 {
    cr0: u32,
    cr1: u32,
    bitmask: u32,
    sr: u32,
    cpsr: u32,
    is: u32,
    im: u32,
    #[vmstate(max = PL022_FIFO - 1)]
    tx_fifo_head: i32,
    #[vmstate(max = PL022_FIFO - 1)]
    rx_fifo_head: i32,
    #[vmstate(max = PL022_FIFO)]
    tx_fifo_len: i32,
    #[vmstate(max = PL022_FIFO)]
    rx_fifo_len: i32,
    /// `tx_fifo[0]`, `rx_fifo[0]`, `tx_fifo[1]` …
    fifos: [[u16; 2]; PL022_FIFO],
}

#[derive(Default, VmState)]
#[vmstate(name = "pxa2xx-ssp", version = 1)]
pub(super) struct Pxa2xxSsp {
    enable: u32,
    sscr: [u32; 2],
    sspsp: u32,
    ssto: u32,
    ssitr: u32,
    sssr: u32,
    sstsa: u8,
    ssrsa: u8,
    ssacd: u8,
    #[vmstate(max = len(rx_fifo))]
    rx_level: u32,
    #[vmstate(max = self.rx_fifo.len() - 1)]
    rx_start: u32,
    rx_fifo: [u32; 16],
}

/// `SSI_SD_CMDARG`: the argument of a command is being collected.
const CMDARG: u32 = 1;
/// `SSI_SD_SKIP_CRC16`, the last mode.
const SKIP_CRC16: u32 = 9;

#[derive(Default, VmState)]
#[vmstate(name = "ssi_sd", version = 7)]
pub(super) struct SsiSd {
    #[vmstate(max = SKIP_CRC16)]
    mode: u32,
    cmd: i32,
    cmdarg: [u8; 4],
    response: [u8; 5],
    crc16: u16,
    read_bytes: i32,
    write_bytes: i32,
    #[vmstate(max = self.last_arglen())]
    arglen: i32,
    #[vmstate(max = self.response.len() - 1)]
    response_pos: i32,
    stopping: i32,
    ssidev: SsiPeripheral,
}

impl SsiSd {
    /// It counts the bytes of the argument, and later those of the response.
    fn last_arglen(&self) -> usize {
        match self.mode {
            CMDARG => self.cmdarg.len() - 1,
            _ => self.response.len(),
        }
    }
}

#[derive(Default, VmState)]
#[vmstate(name = "SSISlave", version = 1)]
struct SsiPeripheral {
    cs: bool,
}

const ROWS: i32 = 80;
/// Of two dots each.
const COLUMNS: i32 = 64;

#[derive(VmState)]
#[vmstate(name = "ssd0323_oled", version = 2, default)]
pub(super) struct Ssd0323 {
    #[vmstate(max = len(cmd_data))]
    cmd_len: u32,
    cmd: i32,
    cmd_data: [i32; 8],
    #[vmstate(max = ROWS - 1)]
    row: i32,
    #[vmstate(max = ROWS - 1)]
    row_start: i32,
    #[vmstate(max = ROWS - 1)]
    row_end: i32,
    #[vmstate(max = COLUMNS - 1)]
    col: i32,
    #[vmstate(max = COLUMNS - 1)]
    col_start: i32,
    #[vmstate(max = COLUMNS - 1)]
    col_end: i32,
    redraw: i32,
    remap: i32,
    /// Commands or data.
    #[vmstate(max = 1)]
    mode: u32,
    #[vmstate(buffer)]
    framebuffer: Box<[u8; 128 * 80 / 2]>,
    ssidev: SsiPeripheral,
}
