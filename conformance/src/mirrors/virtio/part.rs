//! What only one kind of virtio device has: its configuration space, and state behind that of the queues.

use vmsd_schema::VmState;

use super::ConfigField;

/// A device's own part (`VirtioDeviceClass`: `save` or `vmsd`).
pub(crate) trait DevicePart: VmState + Default {
    /// The configuration space.
    const CONFIG: &'static [ConfigField];
    /// Whether the device writes anything.
    const SENT: bool = true;

    /// Takes over what was read before it.
    fn adopt(&mut self, guest_features: u32, queues: usize) {
        let _ = (guest_features, queues);
    }
}

/// Defines a device that migrates what every virtio device has, and its configuration space.
macro_rules! plain_device {
    ($part:ident, $config:expr) => {
        /// Nothing but the configuration space.
        #[derive(Default, vmsd_schema::VmState)]
        #[vmstate(name = "nothing", version = 0)]
        pub(crate) struct $part {}

        impl crate::mirrors::virtio::DevicePart for $part {
            const CONFIG: &'static [crate::mirrors::virtio::ConfigField] = &$config;
            const SENT: bool = false;
        }
    };
}
pub(crate) use plain_device;

/// Gives a device its constructors: one for each bus, behind PCI by default.
macro_rules! behind_buses {
    ($device:ident) => {
        impl Default for $device {
            fn default() -> Self {
                Self::behind(crate::mirrors::virtio::Bus::default())
            }
        }

        impl $device {
            /// Behind `bus`.
            pub(crate) fn behind(bus: crate::mirrors::virtio::Bus) -> Self {
                Self {
                    virtio: crate::mirrors::virtio::VirtioDevice::behind(bus, Default::default()),
                }
            }
        }
    };
}
pub(crate) use behind_buses;
