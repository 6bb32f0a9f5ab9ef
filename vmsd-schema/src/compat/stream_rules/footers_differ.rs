//! Sections have footers on one side only.

rule! {
    /// Sections have footers on one side only.
    ///
    /// ## Why
    ///
    /// A target that expects footers takes the next section's first byte for one; a target that expects none takes the footer
    /// for a section.
    ///
    /// ## Example
    ///
    /// `-global migration.send-section-footer=off` on one side.
    ///
    /// ## Instead
    ///
    /// Start both sides alike.
    "footers-differ", Break, "1.4"
}
