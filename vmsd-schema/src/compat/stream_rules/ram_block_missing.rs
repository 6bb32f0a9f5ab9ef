//! The target has no block of guest memory of this name.

rule! {
    /// The target has no block of guest memory of this name.
    ///
    /// ## Why
    ///
    /// The stream lists its blocks of memory; each must be there on the target.
    ///
    /// ## Example
    ///
    /// A PCI card with a ROM into the same card with `romfile=`; a memory backend of another id.
    ///
    /// ## Instead
    ///
    /// Give both sides the same memory backends, devices and ROM files, at the same addresses.
    "ram-block-missing", Break, "2.2"
}
