//! `slirp`: the user-mode network, which libslirp saves by itself (QEMU: net/slirp.c).

use vmsd_schema::VmState;

/// Bytes that only libslirp understands (`savevm_slirp_state`); QEMU describes them as one buffer.
#[derive(VmState)]
#[vmstate(name = "slirp", version = 4, opaque, default)]
pub(crate) struct Slirp {
    #[vmstate(buffer, len = size)]
    data: Vec<u8>,
    /// Never sent: 131 without connections, and more for each.
    #[vmstate(skip, default = 131)]
    size: u32,
}
