//! The configuration space of a PCI device is not the target's.

rule! {
    /// The configuration space of a PCI device is not the target's.
    ///
    /// ## Why
    ///
    /// QEMU compares vendor, device, class, header type, BAR types and capabilities with the device that the target has in
    /// that place.
    ///
    /// ## Example
    ///
    /// `virtio-net-pci,disable-legacy=on` into a transitional one; a device with `vectors=0` into one with MSI-X;
    /// `multifunction=on` on one side.
    ///
    /// ## Instead
    ///
    /// Give both sides the same device at the same address, with the same properties.
    "pci-config-differs", Break, "4.4"
}
