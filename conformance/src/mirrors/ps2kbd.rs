//! `ps2kbd`: the PS/2 keyboard (QEMU: hw/input/ps2.c).

use vmsd_schema::{Result, VmState};

use super::ps2::{Ps2Common, PS2_BUFFER_SIZE};

/// The keyboard (`vmstate_ps2_keyboard`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ps2kbd", version = 3, minimum_version = 2, post_load = Self::post_load, default)]
pub struct Ps2Kbd {
    #[vmstate(exists = has_parent_obj)]
    pub parent_obj: Ps2Common,
    /// What `parent_obj` was called up to QEMU 7.0; the bytes are the same.
    #[vmstate(exists = Self::has_common)]
    pub common: Ps2Common,
    pub scan_enabled: i32,
    pub translate: i32,
    #[vmstate(since = 3)]
    pub scancode_set: i32,
    #[vmstate(subsection)]
    pub ledstate: Option<Ps2KbdLedstate>,
    #[vmstate(subsection)]
    pub need_high_bit: Option<Ps2KbdNeedHighBit>,
    #[vmstate(subsection)]
    pub command_reply_queue: Option<Ps2KbdCommandReplyQueue>,
    #[vmstate(skip, default = true)]
    pub has_parent_obj: bool,
}

impl Ps2Kbd {
    fn has_common(&self, _version: u32) -> bool {
        !self.has_parent_obj
    }

    /// Version 2 knew scancode set 2 alone (`ps2_kbd_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version == 2 {
            self.scancode_set = 2;
        }
        Ok(())
    }
}

/// Lights that are on (`vmstate_ps2_keyboard_ledstate`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ps2kbd/ledstate", version = 3, minimum_version = 2)]
pub struct Ps2KbdLedstate {
    pub ledstate: i32,
}

/// The second half of a key code is due (`vmstate_ps2_keyboard_need_high_bit`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ps2kbd/need_high_bit", version = 1)]
pub struct Ps2KbdNeedHighBit {
    pub need_high_bit: bool,
}

/// Where replies to commands end and key codes begin, since QEMU 6.1 (`vmstate_ps2_keyboard_cqueue`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ps2kbd/command_reply_queue", version = 0, default)]
pub struct Ps2KbdCommandReplyQueue {
    /// An index into the ring, or -1 for no replies.
    #[vmstate(name = "parent_obj.queue.cwptr", validate = Self::cwptr_is_in_the_ring, default = -1)]
    pub cwptr: i32,
}

impl Ps2KbdCommandReplyQueue {
    fn cwptr_is_in_the_ring(&self, _version: u32) -> bool {
        self.cwptr == -1 || usize::try_from(self.cwptr).is_ok_and(|cwptr| cwptr < PS2_BUFFER_SIZE)
    }
}
