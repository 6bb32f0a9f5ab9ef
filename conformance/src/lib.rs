//! The conformance runner, and what the command line `vmsd` is made of: mirrors of QEMU's devices, and the checks that
//! prove them against real streams.

mod ahead;
pub mod conform;
pub mod container;
pub mod contents;
mod copies;
pub mod diagnose;
pub mod diff;
pub mod edit;
pub mod explain;
pub mod feed;
pub mod generate;
pub mod input;
pub mod judge;
pub mod leftovers;
pub mod limits;
pub mod map;
pub mod measure;
pub mod mirrors;
pub mod outline;
pub mod output;
pub mod policy;
pub mod preflight;
pub mod qemu;
pub mod ram;
pub mod releases;
pub mod relocate;
pub mod report;
pub mod select;
pub mod shortened;
pub mod side;
pub mod source;
pub mod strip;
pub mod walk;

pub use conform::Suite;
pub use releases::Releases;
