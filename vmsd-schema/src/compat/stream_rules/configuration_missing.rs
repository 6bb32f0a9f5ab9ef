//! The target expects a configuration section that the source does not send.

rule! {
    /// The target expects a configuration section that the source does not send.
    ///
    /// ## Why
    ///
    /// With `migration.send-configuration` on, the byte behind the version must start that section.
    ///
    /// ## Example
    ///
    /// The source runs with `-global migration.send-configuration=off`.
    ///
    /// ## Instead
    ///
    /// Start both sides alike.
    "configuration-missing", Break, "1.5"
}
