//! Input that wants to break something: real streams that are damaged, and files that are made to ask for too much.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod bounds;
mod commands;
mod count;
mod damage;
mod files;
mod job;
mod places;
