//! Whether the device state of one machine loads into another, by their schemas alone.
//!
//! In go two [`crate::schema::SchemaSet`]s, out come [`Finding`]s and the [`Verdict`] that follows from them. Nothing here sees
//! bytes or files.

mod finding;

pub use finding::{Finding, Severity, Verdict};
