//! The conformance runner, and what the command line `vmsd` is made of: mirrors of QEMU's devices, and the checks that
//! prove them against real streams.

pub mod conform;
pub mod feed;
pub mod input;
pub mod map;
pub mod mirrors;
pub mod output;
pub mod qemu;
pub mod report;

pub use conform::Suite;
