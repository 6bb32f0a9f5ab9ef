//! What all virtio devices have in common is one field, whose layout is that of [`vmsd_schema::codec::virtio`].

/// Gives a device its constructors: one for each bus, behind PCI by default.
macro_rules! behind_buses {
    ($device:ident) => {
        impl Default for $device {
            fn default() -> Self {
                Self::behind(vmsd_schema::codec::virtio::Bus::default())
            }
        }

        impl $device {
            /// Behind `bus`.
            pub(crate) fn behind(bus: vmsd_schema::codec::virtio::Bus) -> Self {
                Self {
                    virtio: vmsd_schema::codec::VirtioDevice::behind(bus, Default::default()),
                }
            }
        }
    };
}
pub(crate) use behind_buses;
