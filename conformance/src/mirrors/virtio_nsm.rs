//! `virtio-nsm` (hw/virtio/virtio-nsm.c): the security module of a Nitro enclave.

use vmsd_schema::codec::virtio::Nsm;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The module.
#[derive(VmState)]
#[vmstate(name = "virtio-nsm", version = 1)]
pub(crate) struct VirtioNsm {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Nsm>,
}

behind_buses!(VirtioNsm);
