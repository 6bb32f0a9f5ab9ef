//! The target reads beyond the end of the stream.

rule! {
    /// The target reads beyond the end of the stream.
    ///
    /// ## Why
    ///
    /// Where layouts differ, the target may take what follows for the rest of a body, and there is none.
    ///
    /// ## Example
    ///
    /// The target's last section is longer than the source's.
    ///
    /// ## Instead
    ///
    /// Compare the layouts of the section on both sides.
    "stream-ends", Break, "6.4"
}
