//! A block of guest memory has another length.

rule! {
    /// A block of guest memory has another length.
    ///
    /// ## Why
    ///
    /// Only blocks of firmware tables can be resized, up to a limit; any other must have the length that was sent.
    ///
    /// ## Example
    ///
    /// `-m 96` into `-m 64`; `vgamem_mb=8` into `16`; a ROM file of a newer release.
    ///
    /// ## Instead
    ///
    /// Start the target with the same memory, ROM files and video memory.
    "ram-size-differs", Break, "2.2"
}
