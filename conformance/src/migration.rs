//! Whether a guest can move: sources, sides, the verdict and what a CI makes of it.

pub mod judge;
pub mod policy;
mod possible_cpus;
pub mod preflight;
pub mod side;
pub mod source;
