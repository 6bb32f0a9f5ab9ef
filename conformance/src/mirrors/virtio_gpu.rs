//! `virtio-gpu` (hw/display/virtio-gpu.c): a graphics card.

mod resource;

use vmsd_schema::{Unused, VmState};

use self::resource::{ResourceBlob, Resources};
use super::virtio::{plain_device, Blob, Bus, ConfigField, VirtioDevice};

/// The card. `FRAMEBUFFER`: machine types from 9.0 on migrate what a scanout shows (`x-scanout-vmstate-version`).
#[derive(VmState)]
#[vmstate(name = "virtio-gpu", version = 1)]
pub(crate) struct VirtioGpu<const FRAMEBUFFER: bool> {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Part>,
    #[vmstate(name = "virtio-gpu", with = ResourceBlob)]
    gpu: Resources<false, Scanouts<FRAMEBUFFER>>,
    #[vmstate(subsection)]
    blob: Option<GpuBlob>,
}

impl<const FRAMEBUFFER: bool> Default for VirtioGpu<FRAMEBUFFER> {
    fn default() -> Self {
        Self::behind(Bus::default())
    }
}

impl<const FRAMEBUFFER: bool> VirtioGpu<FRAMEBUFFER> {
    /// Behind `bus`.
    pub(crate) fn behind(bus: Bus) -> Self {
        Self {
            virtio: VirtioDevice::behind(bus, Part::default()),
            gpu: Resources::default(),
            blob: None,
        }
    }
}

plain_device!(
    Part,
    [
        ConfigField::number("events_read", 4),
        ConfigField::number("events_clear", 4),
        ConfigField::number("num_scanouts", 4),
        ConfigField::number("num_capsets", 4),
        ConfigField::number("blob_alignment", 4),
    ]
);

/// Resources in the guest's own memory.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-gpu/blob", version = 1)]
struct GpuBlob {
    #[vmstate(name = "virtio-gpu/blob", with = ResourceBlob)]
    resources: Resources<true, NoScanouts>,
}

/// Nothing stands behind them.
#[derive(Default, VmState)]
#[vmstate(name = "nothing", version = 0)]
struct NoScanouts {}

/// What the screens show.
#[derive(VmState)]
#[vmstate(
    name = "virtio-gpu-scanouts",
    version = 1,
    minimum_version = 0,
    prefix = "parent_obj.",
    default
)]
struct Scanouts<const FRAMEBUFFER: bool> {
    /// Whether the driver is at work.
    enable: i32,
    /// Screens that the card has.
    #[vmstate(name = "parent_obj.conf.max_outputs", equal, validate = Self::are_possible, default = 1)]
    max_outputs: u32,
    /// They.
    #[vmstate(len = max_outputs, since = 1)]
    scanout: Vec<Scanout<FRAMEBUFFER>>,
}

impl<const FRAMEBUFFER: bool> Scanouts<FRAMEBUFFER> {
    /// `VIRTIO_GPU_MAX_SCANOUTS`.
    fn are_possible(&self, _version: u32) -> bool {
        self.max_outputs <= 16
    }
}

/// A screen.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-gpu-one-scanout", version = 1)]
struct Scanout<const FRAMEBUFFER: bool> {
    resource_id: u32,
    width: u32,
    height: u32,
    x: i32,
    y: i32,
    #[vmstate(name = "cursor.resource_id")]
    cursor_resource_id: u32,
    #[vmstate(name = "cursor.hot_x")]
    cursor_hot_x: u32,
    #[vmstate(name = "cursor.hot_y")]
    cursor_hot_y: u32,
    #[vmstate(name = "cursor.pos.x")]
    cursor_pos_x: u32,
    #[vmstate(name = "cursor.pos.y")]
    cursor_pos_y: u32,
    #[vmstate(name = "fb.format", exists = Self::has_framebuffer)]
    fb_format: u32,
    /// Bytes of a pixel.
    #[vmstate(exists = Self::has_framebuffer)]
    fb_bytes_pp: Unused<4>,
    #[vmstate(name = "fb.width", exists = Self::has_framebuffer)]
    fb_width: u32,
    #[vmstate(name = "fb.height", exists = Self::has_framebuffer)]
    fb_height: u32,
    #[vmstate(name = "fb.stride", exists = Self::has_framebuffer)]
    fb_stride: u32,
    #[vmstate(name = "fb.offset", exists = Self::has_framebuffer)]
    fb_offset: u32,
}

impl<const FRAMEBUFFER: bool> Scanout<FRAMEBUFFER> {
    fn has_framebuffer(&self, _version: u32) -> bool {
        FRAMEBUFFER
    }
}
