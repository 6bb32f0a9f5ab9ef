//! QEMU's migration format: the stream, the devices in it, and their descriptions.
//!
//! ```text
//!  bytes ─▶ wire::Reader ─▶ stream ─▶ sections ─┬▶ typed load  ─▶ T: VmState ─┐
//!                                               └▶ described   ─▶ Node        ─┴▶ report
//!  #[derive(VmState)] ─▶ schema::Schema, schema::Description, bytes
//! ```
//!
//! A device is a struct; the derive makes its encoder, decoder, static schema and description:
//!
//! ```
//! use vmsd_schema::{Dialect, VmState};
//!
//! #[derive(Default, VmState)]
//! #[vmstate(name = "pckbd", version = 3)]
//! struct Pckbd {
//!     write_cmd: u8,
//!     status: u8,
//!     mode: u8,
//!     pending: u8,
//! }
//!
//! let mut keyboard = Pckbd::default();
//! vmsd_schema::load(&mut keyboard, &[0x00, 0x1c, 0x43, 0x00], 3)?;
//! assert_eq!(keyboard.status, 0x1c);
//! assert_eq!(vmsd_schema::save(&mut keyboard, 3)?, [0x00, 0x1c, 0x43, 0x00]);
//! let described = vmsd_schema::describe(&mut keyboard, Dialect::Qemu10_0, 3)?;
//! assert_eq!(described.description.fields[1].name, "status");
//! # Ok::<(), vmsd_schema::Error>(())
//! ```

#![forbid(unsafe_code)]

extern crate self as vmsd_schema;

pub mod accept;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
pub mod codec;
pub mod compat;
pub mod decode;
pub mod error;
pub mod limits;
pub mod schema;
pub mod stream;
mod value;
pub mod vmstate;
pub mod wire;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use codec::{Timer, Unused};
pub use error::{Error, ErrorKind, Result};
pub use schema::Dialect;
pub use value::Value;
#[cfg(feature = "derive")]
pub use vmsd_derive::VmState;
pub use vmstate::{
    describe, inspect, load, save, Codec, Described, Elements, Export, Field, Inspection, Layout,
    Loader, Mode, VmState,
};
