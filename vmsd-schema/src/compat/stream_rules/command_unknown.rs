//! The source sends a command that the target does not know.

rule! {
    /// The source sends a command that the target does not know.
    ///
    /// ## Why
    ///
    /// A command's number that is not in the target's table ends the load.
    ///
    /// ## Example
    ///
    /// QEMU 10.0 sends SWITCHOVER_START; 7.2 stops there.
    ///
    /// ## Instead
    ///
    /// Use a machine type of the older QEMU: it turns the command off (`migration.send-switchover-start`).
    "command-unknown", Break, "1.6"
}
