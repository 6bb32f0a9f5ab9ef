//! What only one kind of virtio device has: its configuration space, and state behind that of the queues.

use crate::VmState;

use super::ConfigField;

/// A device's own part (`VirtioDeviceClass`: `save` or `vmsd`).
pub trait DevicePart: VmState + Default {
    /// The configuration space; none where nobody knows it.
    const CONFIG: Option<&'static [ConfigField]>;
    /// Whether the device writes anything.
    const SENT: bool = true;

    /// Takes over what was read before it.
    fn adopt(&mut self, guest_features: u32, queues: usize) {
        let _ = (guest_features, queues);
    }

    /// What a reader tries who has no destination, and knows where the field ends.
    #[must_use]
    fn forms() -> Vec<Self> {
        vec![Self::default()]
    }
}
