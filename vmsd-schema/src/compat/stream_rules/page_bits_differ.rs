//! The processors' page sizes differ.

rule! {
    /// The processors' page sizes differ.
    ///
    /// ## Why
    ///
    /// Guest memory is sent in pages; QEMU compares their size before it reads any.
    ///
    /// ## Example
    ///
    /// A processor of 16 KiB pages into one of 4 KiB.
    ///
    /// ## Instead
    ///
    /// Use a processor of the same page size.
    "page-bits-differ", Break, "1.5"
}
