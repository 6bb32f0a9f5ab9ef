//! Bytes from files and pipes, out of whatever they are wrapped in, and files that are complete or not there.

mod ahead;
pub mod container;
mod copies;
pub mod feed;
pub mod input;
pub mod leftovers;
pub mod map;
pub mod output;
pub mod shortened;
