//! What is in a stream: its outline, its sections' lengths, its values; in one pass, whatever its size.

pub mod contents;
pub mod lay_open;
pub mod measure;
pub mod outline;
pub mod select;
pub mod walk;
