//! The target compares a value with its own, and refuses it.

rule! {
    /// The target compares a value with its own, and refuses it.
    ///
    /// ## Why
    ///
    /// Some fields say how the machine was built rather than what it did: QEMU loads them only if they are what the target
    /// has.
    ///
    /// ## Example
    ///
    /// An HPET of four timers into one of three; `max_ports=4` into 31.
    ///
    /// ## Instead
    ///
    /// Give both sides the same device with the same properties.
    "value-differs", Break, "4.1"
}
