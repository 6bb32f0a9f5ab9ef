//! The conformance runner, and what the command line `vmsd` is made of: mirrors of QEMU's devices, and the checks that
//! prove them against real streams.

pub mod conform;
pub mod diagnose;
pub mod diff;
pub mod files;
pub mod generate;
pub mod limits;
pub mod migration;
pub mod mirrors;
pub mod qemu;
pub mod ram;
pub mod reading;
pub mod releases;
pub mod report;
pub mod rewrite;

pub use conform::Suite;
pub use releases::Releases;
