//! What a device's bytes mean: the static table of a device, and the description of one value of it.
//!
//! Nothing here sees stream bytes.

pub mod description;
pub mod dialect;
pub mod model;
pub mod set;
mod vmdesc;

pub use description::{
    ArrayKey, Body, Description, DeviceEntry, DeviceForm, FieldEntry, StreamDescription,
};
pub use dialect::Dialect;
pub use model::{Constraint, Count, Extent, Field, Host, Presence, Priority, Schema, Shape, Size};
pub use set::{Coverage, Device, Instance, RamBlock, SchemaSet, SectionId};
