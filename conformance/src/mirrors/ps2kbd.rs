//! `ps2kbd`: the PS/2 keyboard (QEMU: hw/input/ps2.c).

use vmsd_schema::{Result, VmState};

use super::ps2::{Ps2Common, PS2_BUFFER_SIZE};

/// The keyboard (`vmstate_ps2_keyboard`).
#[derive(Default, VmState)]
#[vmstate(name = "ps2kbd", version = 3, minimum_version = 2, post_load = Self::post_load)]
pub(crate) struct Ps2Kbd {
    #[vmstate(renamed(Qemu7_2 = "parent_obj"))]
    common: Ps2Common,
    scan_enabled: i32,
    translate: i32,
    #[vmstate(since = 3)]
    scancode_set: i32,
    #[vmstate(subsection)]
    ledstate: Option<Ps2KbdLedstate>,
    #[vmstate(subsection)]
    need_high_bit: Option<Ps2KbdNeedHighBit>,
    #[vmstate(subsection)]
    command_reply_queue: Option<Ps2KbdCommandReplyQueue>,
}

impl Ps2Kbd {
    /// Version 2 knew scancode set 2 alone (`ps2_kbd_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version == 2 {
            self.scancode_set = 2;
        }
        Ok(())
    }
}

/// Lights that are on (`vmstate_ps2_keyboard_ledstate`).
#[derive(Default, VmState)]
#[vmstate(name = "ps2kbd/ledstate", version = 3, minimum_version = 2)]
struct Ps2KbdLedstate {
    ledstate: i32,
}

/// The second half of a key code is due (`vmstate_ps2_keyboard_need_high_bit`).
#[derive(Default, VmState)]
#[vmstate(name = "ps2kbd/need_high_bit", version = 1)]
struct Ps2KbdNeedHighBit {
    need_high_bit: bool,
}

/// Where replies to commands end and key codes begin, since QEMU 6.1 (`vmstate_ps2_keyboard_cqueue`).
#[derive(VmState)]
#[vmstate(name = "ps2kbd/command_reply_queue", version = 0, default)]
struct Ps2KbdCommandReplyQueue {
    /// An index into the ring, or -1 for no replies.
    #[vmstate(name = "parent_obj.queue.cwptr", validate = Self::cwptr_is_in_the_ring, default = -1)]
    cwptr: i32,
}

impl Ps2KbdCommandReplyQueue {
    fn cwptr_is_in_the_ring(&self, _version: u32) -> bool {
        self.cwptr == -1 || usize::try_from(self.cwptr).is_ok_and(|cwptr| cwptr < PS2_BUFFER_SIZE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn version_2_has_no_scancode_set() {
        let mut sent = Ps2Kbd::default();
        let bytes = save(&mut sent, 2).unwrap();
        assert_eq!(bytes.len(), 4 * 4 + 256 + 2 * 4);

        let mut loaded = Ps2Kbd {
            scancode_set: 3,
            ..Ps2Kbd::default()
        };
        load(&mut loaded, &bytes, 2).unwrap();
        assert_eq!(loaded.scancode_set, 2);
        assert_eq!(save(&mut loaded, 2).unwrap(), bytes);
    }

    /// CVE-2017-16845.
    #[test]
    fn indices_stay_in_the_ring() {
        let quiet = save(&mut Ps2Kbd::default(), 3).unwrap();
        for (offset, name, bad) in [
            (4, "queue.rptr", 256),
            (8, "queue.wptr", -1),
            (12, "queue.count", 257_i32),
        ] {
            let mut bytes = quiet.clone();
            bytes[offset..offset + 4].copy_from_slice(&bad.to_be_bytes());
            let error = load(&mut Ps2Kbd::default(), &bytes, 3).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Bound);
            assert_eq!(error.path(), format!("common > {name}"));
        }
    }
}
