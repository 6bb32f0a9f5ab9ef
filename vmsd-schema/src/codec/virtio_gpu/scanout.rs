//! What the screens of a `virtio-gpu` card show (`vmstate_virtio_gpu_scanouts`).

#![expect(missing_docs, reason = "places and sizes, named as in QEMU's structs")]

use crate::{Unused, VmState};

/// The screens. Machine types from 9.0 on migrate what a screen shows (`x-scanout-vmstate-version`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screens {
    /// They do.
    WithFramebuffer(Scanouts<true>),
    /// Older ones.
    Plain(Scanouts<false>),
}

impl Default for Screens {
    fn default() -> Self {
        Self::WithFramebuffer(Scanouts::default())
    }
}

/// What the screens show.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(
    name = "virtio-gpu-scanouts",
    version = 1,
    minimum_version = 0,
    prefix = "parent_obj.",
    default
)]
pub struct Scanouts<const FRAMEBUFFER: bool> {
    /// Whether the driver is at work.
    pub enable: i32,
    /// Screens that the card has.
    #[vmstate(name = "parent_obj.conf.max_outputs", equal, validate = Self::are_possible, default = 1)]
    pub max_outputs: u32,
    /// They.
    #[vmstate(len = max_outputs, since = 1)]
    pub scanout: Vec<Scanout<FRAMEBUFFER>>,
}

impl<const FRAMEBUFFER: bool> Scanouts<FRAMEBUFFER> {
    /// `VIRTIO_GPU_MAX_SCANOUTS`.
    fn are_possible(&self, _version: u32) -> bool {
        self.max_outputs <= 16
    }
}

/// A screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-gpu-one-scanout", version = 1)]
pub struct Scanout<const FRAMEBUFFER: bool> {
    pub resource_id: u32,
    pub width: u32,
    pub height: u32,
    pub x: i32,
    pub y: i32,
    #[vmstate(name = "cursor.resource_id")]
    pub cursor_resource_id: u32,
    #[vmstate(name = "cursor.hot_x")]
    pub cursor_hot_x: u32,
    #[vmstate(name = "cursor.hot_y")]
    pub cursor_hot_y: u32,
    #[vmstate(name = "cursor.pos.x")]
    pub cursor_pos_x: u32,
    #[vmstate(name = "cursor.pos.y")]
    pub cursor_pos_y: u32,
    #[vmstate(name = "fb.format", exists = Self::has_framebuffer)]
    pub fb_format: u32,
    /// Bytes of a pixel.
    #[vmstate(exists = Self::has_framebuffer)]
    pub fb_bytes_pp: Unused<4>,
    #[vmstate(name = "fb.width", exists = Self::has_framebuffer)]
    pub fb_width: u32,
    #[vmstate(name = "fb.height", exists = Self::has_framebuffer)]
    pub fb_height: u32,
    #[vmstate(name = "fb.stride", exists = Self::has_framebuffer)]
    pub fb_stride: u32,
    #[vmstate(name = "fb.offset", exists = Self::has_framebuffer)]
    pub fb_offset: u32,
}

impl<const FRAMEBUFFER: bool> Scanout<FRAMEBUFFER> {
    fn has_framebuffer(&self, _version: u32) -> bool {
        FRAMEBUFFER
    }
}
