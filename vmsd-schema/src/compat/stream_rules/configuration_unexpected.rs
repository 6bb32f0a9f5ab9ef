//! The source sends a configuration section that the target does not read.

rule! {
    /// The source sends a configuration section that the target does not read.
    ///
    /// ## Why
    ///
    /// With `migration.send-configuration` off, its first byte is a section type that the target does not know.
    ///
    /// ## Example
    ///
    /// The target runs with `-global migration.send-configuration=off`.
    ///
    /// ## Instead
    ///
    /// Start both sides alike.
    "configuration-unexpected", Break, "1.5"
}
