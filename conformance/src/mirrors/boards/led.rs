//! `led` (hw/misc/led.c): a light.

use vmsd_schema::VmState;

/// How bright it is.
#[derive(Default, VmState)]
#[vmstate(name = "led", version = 1)]
pub(crate) struct Led {
    intensity_percent: u8,
}
