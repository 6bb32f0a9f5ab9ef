//! The source's stream could not be read to its end.

rule! {
    /// The source's stream could not be read to its end.
    ///
    /// ## Why
    ///
    /// Sections behind that place were not looked at.
    ///
    /// ## Example
    ///
    /// A section without a description, of a device that no mirror knows.
    ///
    /// ## Instead
    ///
    /// Capture the source again with its description (`suppress-vmdesc=off`).
    "source-unreadable", Unknown, "6.1"
}
