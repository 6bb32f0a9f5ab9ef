//! A subsection belongs to an object that the target does not have.

rule! {
    /// A subsection belongs to an object that the target does not have.
    ///
    /// ## Why
    ///
    /// Some subsections are the contents of a pointer, and sent if it is set. Where it is NULL, QEMU aborts rather than load
    /// them.
    ///
    /// ## Example
    ///
    /// `-icount shift=auto` on the source only.
    ///
    /// ## Instead
    ///
    /// Start both sides with the same properties.
    "pointer-missing", Break, "4.2"
}
