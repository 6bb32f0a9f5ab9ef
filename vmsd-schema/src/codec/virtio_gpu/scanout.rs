//! What the screens of a `virtio-gpu` card show (`vmstate_virtio_gpu_scanouts`).

#![expect(missing_docs, reason = "places and sizes, named as in QEMU's structs")]

use crate::{Unused, VmState};

/// What the screens show.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(
    name = "virtio-gpu-scanouts",
    version = 1,
    minimum_version = 0,
    prefix = "parent_obj.",
    default
)]
pub struct Scanouts {
    /// Whether the driver is at work.
    pub enable: i32,
    /// Screens that the card has.
    #[vmstate(name = "parent_obj.conf.max_outputs", equal, validate = Self::are_possible, default = 1)]
    pub max_outputs: u32,
    /// They.
    #[vmstate(len = max_outputs, since = 1)]
    pub scanout: Vec<Scanout>,
}

/// `VIRTIO_GPU_MAX_SCANOUTS`.
const MOST: usize = 16;

impl Scanouts {
    fn are_possible(&self, _version: u32) -> bool {
        usize::try_from(self.max_outputs).is_ok_and(|outputs| outputs <= MOST)
    }

    /// The first `count` screens migrate what they show.
    pub(super) fn with_framebuffers(count: usize) -> Self {
        let screen = |index| Scanout {
            framebuffer: index < count,
            ..Scanout::default()
        };
        Self {
            scanout: (0..MOST).map(screen).collect(),
            ..Self::default()
        }
    }

    /// What was sent may be any of these, whose lengths differ.
    pub(super) fn forms() -> impl Iterator<Item = Self> {
        (0..=MOST).rev().map(Self::with_framebuffers)
    }
}

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-gpu-one-scanout", version = 1, default)]
pub struct Scanout {
    /// Whether what it shows migrates, as machine types from 9.0 on have it (`x-scanout-vmstate-version`). QEMU's predicate is given
    /// the screen and looks beside it for the card's version, which only the first screen has there: what it finds
    /// beside the others is chance.
    #[vmstate(skip, default = true)]
    pub framebuffer: bool,
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
    #[vmstate(name = "fb.format", exists = framebuffer)]
    pub fb_format: u32,
    /// Bytes of a pixel.
    #[vmstate(exists = framebuffer)]
    pub fb_bytes_pp: Unused<4>,
    #[vmstate(name = "fb.width", exists = framebuffer)]
    pub fb_width: u32,
    #[vmstate(name = "fb.height", exists = framebuffer)]
    pub fb_height: u32,
    #[vmstate(name = "fb.stride", exists = framebuffer)]
    pub fb_stride: u32,
    #[vmstate(name = "fb.offset", exists = framebuffer)]
    pub fb_offset: u32,
}
