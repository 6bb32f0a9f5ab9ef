//! What a device's bytes mean: the static table of a device, and the description of one value of it.
//!
//! Nothing here sees stream bytes.

pub mod description;
pub mod dialect;
mod dump;
mod from_description;
mod json;
pub mod merge;
pub mod model;
pub(crate) mod sequence;
pub mod set;
mod text;
mod tree;
mod vmdesc;

pub use description::{
    ArrayKey, Body, Description, DeviceEntry, DeviceForm, FieldEntry, StreamDescription,
};
pub use dialect::Dialect;
pub use merge::Clash;
pub use model::{Constraint, Count, Extent, Field, Host, Presence, Priority, Schema, Shape, Size};
pub use set::{Coverage, Device, Instance, RamBlock, SchemaSet, SectionId};
