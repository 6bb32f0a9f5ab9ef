//! The parts of the devices that QEMU has: one file a device, and one for those that migrate nothing of their own.

mod balloon;
mod blk;
mod console;
mod iommu;
mod mem;
mod net;
mod net_pairs;
mod nsm;
mod plain;
mod unknown;

pub use balloon::{Balloon, FreePageReport, MisspeltPagePoison, PagePoison};
pub use blk::{Blk, Request, RequestList, Requests};
pub use console::{Console, Port};
pub use iommu::{Domain, Endpoint, Interval, Iommu, Mapping};
pub use mem::{Mem, SanityChecks};
pub use net::{Net, NetBackEndState, Rss, Ufo, Vnet};
pub use net_pairs::{NetQueue, Pairs};
pub use nsm::{Nsm, PcrInfo};
pub use plain::{Fs, Gpu, Input, NineP, Rng, Rtc, Scsi, VhostUserBlk, Vsock};
pub use unknown::{Rest, Unknown};

/// The part of a device, by the name of its VMStateDescription.
pub const BY_NAME: &[(&str, &str)] = &[
    ("vhost-user-blk", "VhostUserBlk"),
    ("vhost-user-fs", "Fs"),
    ("virtio-9p", "NineP"),
    ("virtio-balloon", "Balloon"),
    ("virtio-blk", "Blk"),
    ("virtio-console", "Console"),
    ("virtio-gpu", "Gpu"),
    ("virtio-input", "Input"),
    ("virtio-iommu", "Iommu"),
    ("virtio-mem", "Mem"),
    ("virtio-net", "Net"),
    ("virtio-nsm", "Nsm"),
    ("virtio-rng", "Rng"),
    ("virtio-rtc", "Rtc"),
    ("virtio-scsi", "Scsi"),
    ("virtio-vhost_scsi", "Scsi"),
    ("virtio-vhost_vsock", "Vsock"),
];
