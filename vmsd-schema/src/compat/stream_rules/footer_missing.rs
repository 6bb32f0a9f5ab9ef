//! The target does not stop where the section ends.

rule! {
    /// The target does not stop where the section ends.
    ///
    /// ## Why
    ///
    /// Nothing on the wire says how long a body is. QEMU notices a misreading at the section's footer: it is not where the
    /// target looks for it.
    ///
    /// ## Example
    ///
    /// A property of the device decides whether a field is sent, and is set on one side only.
    ///
    /// ## Instead
    ///
    /// Start both sides with the same properties of the device.
    "footer-missing", Break, "1.4"
}
