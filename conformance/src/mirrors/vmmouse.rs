//! `vmmouse`: the absolute pointer behind VMware's backdoor port (QEMU: hw/i386/vmmouse.c).

use vmsd_schema::VmState;

/// Words of the queue.
const VMMOUSE_QUEUE_SIZE: usize = 1024;

/// The pointer (`vmstate_vmmouse`).
#[derive(VmState)]
#[vmstate(name = "vmmouse", version = 0, default)]
pub(crate) struct Vmmouse {
    #[vmstate(equal, default = 1024)]
    queue_size: i32,
    queue: [u32; VMMOUSE_QUEUE_SIZE],
    /// Words in the queue: the index at which QEMU puts the next one.
    #[vmstate(max = len(queue))]
    nb_queue: u16,
    status: u16,
    absolute: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn the_queue_is_not_overrun() {
        let mut bytes = save(&mut Vmmouse::default(), 0).unwrap();
        let nb_queue = 4 + 4 * VMMOUSE_QUEUE_SIZE;
        bytes[nb_queue..nb_queue + 2].copy_from_slice(&1025_u16.to_be_bytes());
        let error = load(&mut Vmmouse::default(), &bytes, 0).unwrap_err();
        assert_eq!(
            (error.kind(), error.path().as_str()),
            (ErrorKind::Bound, "nb_queue")
        );
    }
}
