//! A serial port, as it is in release 5.0.0.
//!
//! | release | what changed | how |
//! |---|---|---|
//! | 1.0.0 | | version 1 |
//! | 2.0.0 | a scratch register | a field with `since`, version 2 |
//! | 3.0.0 | a receive timeout, of which most guests have none | a subsection, the version stays |
//! | 4.0.0 | `line` became `line_control` | a rename: the wire has no names |
//! | 5.0.0 | the FIFO grew from 16 to 32 bytes | a second array with `since`, version 3 |

use vmsd_schema::{Export, Timer, VmState};

/// The port.
#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart", version = 3, minimum_version = 1)]
pub struct Uart {
    /// The divisor of the clock.
    pub divider: u16,
    /// Word length, stop bits, parity.
    pub line_control: u8,
    /// How many bytes of the FIFO are filled.
    pub used: u8,
    /// The first bytes of the FIFO.
    pub fifo: [u8; 16],
    /// For the guest's own use.
    #[vmstate(since = 2)]
    pub scratch: u8,
    /// The bytes of the FIFO behind the first 16.
    #[vmstate(since = 3)]
    pub fifo_rest: [u8; 16],
    /// There while bytes wait that nobody has read.
    #[vmstate(subsection)]
    pub timeout: Option<Timeout>,
}

/// When the port tells its guest of bytes that wait.
#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart/timeout", version = 1)]
pub struct Timeout {
    /// When it does.
    pub deadline: Timer,
}

/// The schemas of this release's devices.
#[must_use]
pub fn schemas() -> String {
    Export::new().device::<Uart>().to_json()
}
