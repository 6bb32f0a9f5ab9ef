//! Proof that typed device state and QEMU's own streams agree: mirrors of QEMU's devices, and the checks over them.

#![forbid(unsafe_code)]

pub mod mirrors;
