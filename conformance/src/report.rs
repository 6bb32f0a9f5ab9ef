//! Reports: what was found, as text for people or JSON for programs. Nothing here reads a stream.

pub mod analyze;
pub mod channel;
pub mod check;
pub mod conform;
pub mod decode;
pub mod decode_json;
pub mod diff;
pub mod hexdump;
pub mod inspect;
pub mod inspect_json;
pub mod json;
pub mod matrix;
pub mod mutations;
pub mod passes;
pub mod ram;
pub mod scalar;
mod styles;
pub mod subject;
pub mod tree;
pub mod tree_json;

pub use styles::Styles;
