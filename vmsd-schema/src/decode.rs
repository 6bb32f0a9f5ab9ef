//! Bytes of a stream to named values.
//!
//! In go body bytes, out come devices as [`typed`] mirrors know them. Printing is left to others.

pub mod typed;
