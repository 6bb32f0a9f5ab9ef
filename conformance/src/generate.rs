//! The schema compiler the other way: from streams to Rust structs with the derive.
//!
//! ```text
//!  descriptions ─▶ layout ─▶ merge ─▶ pool ─▶ rust, package ─▶ files
//! ```
//!
//! In go descriptions of sections, out comes the text of a crate. Reading streams and writing files is left to
//! [`crate::files::input`] and to the command.

pub mod batch;
pub mod c;
mod elements;
pub mod encoding;
pub mod facts;
pub mod layout;
mod merge;
pub mod names;
pub mod package;
pub mod pool;
pub mod project;
pub mod prove;
mod rust;
pub mod sample;
pub mod trim;
pub mod write;
