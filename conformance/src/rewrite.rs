//! Streams that are written anew from one that was read.

pub mod edit;
pub mod relocate;
pub mod strip;
