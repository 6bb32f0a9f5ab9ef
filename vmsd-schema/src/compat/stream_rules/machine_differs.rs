//! The machine types differ.

rule! {
    /// The machine types differ.
    ///
    /// ## Why
    ///
    /// The stream begins with the name of the machine type, and QEMU compares it as far as it was sent.
    ///
    /// ## Example
    ///
    /// `pc-i440fx-7.1` into `pc-i440fx-7.2`; or `pc`, which means another type in each release.
    ///
    /// ## Instead
    ///
    /// Name the versioned machine type on both sides.
    "machine-differs", Break, "1.5"
}
