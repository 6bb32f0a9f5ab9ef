//! The conformance runner, and what the command line `vmsd` is made of.

pub mod container;
pub mod input;
pub mod map;
pub mod output;
pub mod report;
