//! `HIDPointerDevice` and `HIDKeyboardDevice` (hw/input/hid.c): what the guest has not fetched yet from a keyboard,
//! mouse or tablet.

use vmsd_schema::VmState;

/// Events that a queue holds.
const QUEUE_LENGTH: usize = 16;
/// Keys that a keyboard can hold down.
const KEYS: usize = 16;

/// A mouse or tablet (`vmstate_hid_ptr_device`).
#[derive(Default, VmState)]
#[vmstate(name = "HIDPointerDevice", version = 1)]
pub(crate) struct HidPointer {
    #[vmstate(name = "ptr.queue")]
    queue: [HidPointerEvent; QUEUE_LENGTH],
    /// The oldest event.
    #[vmstate(max = QUEUE_LENGTH - 1)]
    head: u32,
    #[vmstate(max = QUEUE_LENGTH)]
    n: u32,
    protocol: i32,
    idle: u8,
}

/// One movement (`vmstate_hid_ptr_queue`).
#[derive(Default, VmState)]
#[vmstate(name = "HIDPointerEventQueue", version = 1)]
struct HidPointerEvent {
    /// A distance of a mouse, a place of a tablet.
    xdx: i32,
    ydy: i32,
    dz: i32,
    buttons_state: i32,
}

/// A keyboard (`vmstate_hid_keyboard_device`).
#[derive(Default, VmState)]
#[vmstate(name = "HIDKeyboardDevice", version = 1)]
pub(crate) struct HidKeyboard {
    #[vmstate(name = "kbd.keycodes")]
    keycodes: [u32; QUEUE_LENGTH],
    /// The oldest code. QEMU reads there before it wraps (`hid_keyboard_process_keycode`).
    #[vmstate(max = QUEUE_LENGTH - 1)]
    head: u32,
    #[vmstate(max = QUEUE_LENGTH)]
    n: u32,
    #[vmstate(name = "kbd.modifiers")]
    modifiers: u16,
    #[vmstate(name = "kbd.leds")]
    leds: u8,
    #[vmstate(name = "kbd.key")]
    key: [u8; KEYS],
    /// How many are down.
    #[vmstate(name = "kbd.keys", max = KEYS)]
    keys: i32,
    protocol: i32,
    idle: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn cursors_stay_in_the_queue() {
        let quiet = save(&mut HidKeyboard::default(), 1).unwrap();
        let (head, n, keys) = (64 + 3, 68 + 3, 64 + 4 + 4 + 2 + 1 + 16);
        for (offset, bad) in [(head, 16), (n, 17), (keys, 0xff), (keys + 3, 17)] {
            let mut bytes = quiet.clone();
            bytes[offset] = bad;
            let error = load(&mut HidKeyboard::default(), &bytes, 1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Bound, "offset {offset}");
        }
    }
}
