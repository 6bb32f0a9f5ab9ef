//! Reports: what was found, as text for people or JSON for programs. Nothing here reads a stream.

pub mod analyze;
pub mod json;
mod styles;

pub use styles::Styles;
