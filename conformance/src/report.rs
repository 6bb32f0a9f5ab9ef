//! Reports: what was found, as text for people or JSON for programs. Nothing here reads a stream.

mod styles;

pub use styles::Styles;
