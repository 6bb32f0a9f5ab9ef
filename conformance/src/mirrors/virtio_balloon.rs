//! `virtio-balloon` (hw/virtio/virtio-balloon.c): memory that the guest lends to the host.

use vmsd_schema::VmState;

use super::virtio::{behind_buses, Blob, ConfigField, DevicePart, VirtioDevice};

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-balloon", version = 1)]
pub(crate) struct VirtioBalloon {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Balloon>,
}

behind_buses!(VirtioBalloon);

/// Its own part.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-balloon-device", version = 1)]
struct Balloon {
    /// Pages that the host wants.
    num_pages: u32,
    /// Pages that it has.
    actual: u32,
    #[vmstate(subsection)]
    free_page_report: Option<FreePageReport>,
    #[vmstate(subsection)]
    page_poison: Option<PagePoison>,
    /// As QEMU 5.2 spells it. Its own loader does not find it behind its parent.
    #[vmstate(subsection, foreign_name)]
    misspelt_page_poison: Option<MisspeltPagePoison>,
}

impl DevicePart for Balloon {
    const CONFIG: &'static [ConfigField] = &[
        ConfigField::number("num_pages", 4),
        ConfigField::number("actual", 4),
        ConfigField::number("free_page_hint_cmd_id", 4),
        ConfigField::number("poison_val", 4),
    ];
}

/// The guest tells which pages are free while the host migrates.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-balloon-device/free-page-report", version = 1)]
struct FreePageReport {
    /// Which request for them is the last.
    free_page_hint_cmd_id: u32,
    /// Whether it is running.
    free_page_hint_status: u32,
}

/// Free pages hold a pattern.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-balloon-device/page-poison", version = 1)]
struct PagePoison {
    /// The pattern.
    poison_val: u32,
}

/// Free pages hold a pattern.
#[derive(Default, VmState)]
#[vmstate(name = "vitio-balloon-device/page-poison", version = 1)]
struct MisspeltPagePoison {
    /// The pattern.
    poison_val: u32,
}
