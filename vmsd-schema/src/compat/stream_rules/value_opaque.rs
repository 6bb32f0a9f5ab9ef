//! A value is as long as only QEMU's code for its type knows.

rule! {
    /// A value is as long as only QEMU's code for its type knows.
    ///
    /// ## Why
    ///
    /// Its length differs from the target's own, which may or may not matter.
    ///
    /// ## Example
    ///
    /// A field of a type without a description, from another release.
    ///
    /// ## Instead
    ///
    /// Load it for real: `vmsd preflight --live`.
    "value-opaque", Unknown, "5.1"
}
