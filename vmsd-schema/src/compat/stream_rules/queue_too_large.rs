//! A virtqueue is longer than the target's, or one too many.

rule! {
    /// A virtqueue is longer than the target's, or one too many.
    ///
    /// ## Why
    ///
    /// The source sends the length of each of its queues. QEMU 11.x refuses one that is longer than the target has allocated.
    ///
    /// ## Example
    ///
    /// `virtio-blk-pci,num-queues=4` into `num-queues=2`.
    ///
    /// ## Instead
    ///
    /// Give both sides the same number and size of queues.
    "queue-too-large", Break, "4.5"
}
