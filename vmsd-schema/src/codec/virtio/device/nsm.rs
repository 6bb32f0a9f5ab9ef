//! The part of `virtio-nsm` (hw/virtio/virtio-nsm.c): the security module of a Nitro enclave.

use crate::codec::virtio::{ConfigField, DevicePart};
use crate::VmState;

/// The module.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-nsm-device", version = 1)]
pub struct Nsm {
    /// Its registers.
    pub pcrs: [PcrInfo; 32],
}

impl DevicePart for Nsm {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[]);
}

/// A platform configuration register.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "pcr_info_entry", version = 1, default)]
pub struct PcrInfo {
    /// Whether it can no longer be extended.
    pub locked: bool,
    /// A SHA-384.
    pub data: [u8; 48],
}
