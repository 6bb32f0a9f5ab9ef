//! A migration capability is on on one side and off on the other.

rule! {
    /// A migration capability is on on one side and off on the other.
    ///
    /// ## Why
    ///
    /// The stream names the capabilities that change what is in it. QEMU compares those of them that it must have alike
    /// before it reads any device.
    ///
    /// ## Example
    ///
    /// `x-ignore-shared` is set on the source only: its pages are not in the stream.
    ///
    /// ## Instead
    ///
    /// Set the capability on both sides, or on neither.
    "capability-differs", Break, "1.5"
}
