//! The part of `virtio-balloon` (hw/virtio/virtio-balloon.c): memory that the guest lends to the host.

use crate::codec::virtio::{ConfigField, DevicePart};
use crate::VmState;

/// Its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-balloon-device", version = 1)]
pub struct Balloon {
    /// Pages that the host wants.
    pub num_pages: u32,
    /// Pages that it has.
    pub actual: u32,
    /// The guest tells which pages are free.
    #[vmstate(subsection)]
    pub free_page_report: Option<FreePageReport>,
    /// Free pages hold a pattern.
    #[vmstate(subsection)]
    pub page_poison: Option<PagePoison>,
    /// As QEMU 5.2 spells it. Its own loader does not find it behind its parent.
    #[vmstate(subsection, foreign_name)]
    pub misspelt_page_poison: Option<MisspeltPagePoison>,
}

impl DevicePart for Balloon {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("num_pages", 4),
        ConfigField::number("actual", 4),
        ConfigField::number("free_page_hint_cmd_id", 4),
        ConfigField::number("poison_val", 4),
    ]);
}

/// The guest tells which pages are free while the host migrates.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-balloon-device/free-page-report", version = 1)]
pub struct FreePageReport {
    /// Which request for them is the last.
    pub free_page_hint_cmd_id: u32,
    /// Whether it is running.
    pub free_page_hint_status: u32,
}

/// Free pages hold a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-balloon-device/page-poison", version = 1)]
pub struct PagePoison {
    /// The pattern.
    pub poison_val: u32,
}

/// Free pages hold a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "vitio-balloon-device/page-poison", version = 1)]
pub struct MisspeltPagePoison {
    /// The pattern.
    pub poison_val: u32,
}
