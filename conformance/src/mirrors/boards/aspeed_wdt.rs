//! `vmstate_aspeed_wdt` (hw/watchdog/wdt_aspeed.c): Aspeed's watchdog.

use vmsd_schema::{Timer, VmState};

/// The watchdog.
#[derive(Default, VmState)]
#[vmstate(name = "vmstate_aspeed_wdt", version = 0)]
pub(crate) struct AspeedWdt {
    timer: Timer,
    regs: [u32; 32],
}
