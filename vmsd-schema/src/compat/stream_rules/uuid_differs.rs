//! The UUIDs differ.

rule! {
    /// The UUIDs differ.
    ///
    /// ## Why
    ///
    /// With the capability `validate-uuid`, the stream has the guest's UUID, and a target that has one compares it.
    ///
    /// ## Example
    ///
    /// The target was started with another `-uuid`.
    ///
    /// ## Instead
    ///
    /// Start the target with the source's UUID.
    "uuid-differs", Break, "1.5"
}
