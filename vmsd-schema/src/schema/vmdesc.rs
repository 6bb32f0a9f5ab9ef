//! The JSON at the tail of a stream: text to [`StreamDescription`] and back, byte for byte.
//!
//! In goes what follows the length of a `VMDESCRIPTION` section, or the text inside a `debug-migration` section.
//! Whether the bytes of the stream agree with it is left to [`crate::decode`].

mod object;
mod reader;
mod writer;

use super::{ArrayKey, Body, DeviceForm, Dialect, FieldEntry, StreamDescription};
use crate::error::Result;

impl StreamDescription {
    /// Reads the JSON, which stands at `offset` in the input.
    ///
    /// Keys that nobody knows are skipped. A device of the early form, with a layout for each of its `versions`,
    /// becomes one entry for each.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Description`] if it is not JSON of this shape, [`crate::ErrorKind::Limit`] above a bound.
    pub fn from_json(text: &[u8], offset: u64) -> Result<Self> {
        reader::read(text, offset)
    }

    /// The JSON as QEMU's writer would have written it. Of the dialect only the blanks and escapes matter here: the
    /// description itself says whether the configuration is in it.
    #[must_use]
    pub fn to_json(&self, dialect: Dialect) -> String {
        writer::write(self, dialect)
    }

    /// The dialect in which `text` is written, of which this is the content. QEMU does not sign its description;
    /// where nothing tells 10.x from 11.x, the older is the answer.
    #[must_use]
    pub fn dialect(&self, text: &[u8]) -> Dialect {
        if text.starts_with(b"{ ") {
            return Dialect::Qemu5_2;
        }
        if self.configuration.is_none() {
            return Dialect::Qemu7_2;
        }
        let mut traces = Traces::default();
        for device in &self.devices {
            if let DeviceForm::Vmsd(description) = &device.form {
                traces.look(&description.fields);
            }
        }
        match traces {
            Traces {
                index: true,
                runs_of_null: true,
                ..
            }
            | Traces {
                runs_of_null: true, ..
            } => Dialect::Qemu10_0,
            Traces {
                index: true,
                last_without: true,
                ..
            } => Dialect::Qemu10_0,
            Traces { index: true, .. } => Dialect::Qemu7_2,
            Traces { markers: true, .. } | Traces { repeated: true, .. } => Dialect::Qemu11_1,
            _ => Dialect::Qemu10_0,
        }
    }
}

/// What only one family of versions writes.
#[derive(Default)]
struct Traces {
    /// An `index`: before 11.0.
    index: bool,
    /// A last element without the `index` of those before it: 10.x.
    last_without: bool,
    /// A type `nullptr`: 10.x.
    runs_of_null: bool,
    /// A type `ptr-marker`: 11.x.
    markers: bool,
    /// A name that repeats without an `index`: 11.x.
    repeated: bool,
}

impl Traces {
    fn look(&mut self, fields: &[FieldEntry]) {
        for pair in fields.windows(2) {
            if let [first, second] = pair {
                if first.name == second.name && second.array == ArrayKey::Single {
                    let indexed = matches!(first.array, ArrayKey::Index(_));
                    self.last_without |= indexed;
                    self.repeated |= !indexed && first.type_name == second.type_name;
                }
            }
        }
        for field in fields {
            self.index |= matches!(field.array, ArrayKey::Index(_));
            self.runs_of_null |= field.type_name == "nullptr";
            self.markers |= field.type_name == "ptr-marker";
            if let Body::Struct(Some(description)) = &field.body {
                self.look(&description.fields);
            }
        }
    }
}
