//! The target's virtio serial device has other ports.

rule! {
    /// The target's virtio serial device has other ports.
    ///
    /// ## Why
    ///
    /// The device sends which numbers are taken, and one entry for each port; the target compares both with its own.
    ///
    /// ## Example
    ///
    /// `virtserialport,nr=5` into `virtserialport,nr=1`.
    ///
    /// ## Instead
    ///
    /// Give both sides the same ports under the same numbers.
    "ports-differ", Break, "4.5"
}
