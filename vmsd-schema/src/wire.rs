//! Bytes: one cursor that reads, one buffer that writes, and the numbers of the format.
//!
//! Everything on a migration stream is big-endian. Nothing here knows a schema.

pub mod marker;
mod reader;
mod writer;

pub use reader::Reader;
pub use writer::Writer;
