//! Bytes of a stream to named values: by the description that the stream carries, or by the types that know the device.
//!
//! In go body bytes and a [`crate::schema::Description`], out come [`Node`]s that borrow from both; or a body and a
//! [`typed::Registry`], and out comes a device. Printing is left to others.

pub mod body;
mod described;
pub(crate) mod group;
mod kind;
pub mod machine;
mod node;
mod pointee;
pub mod typed;

pub use body::Mirrors;
pub use described::{decode, measure, End};
pub use kind::{Kind, Scalar, ScalarKind};
pub use machine::Machine;
pub use node::{Branch, Content, Key, Node, Reason, Struct, Subsection};
