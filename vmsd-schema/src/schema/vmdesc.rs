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
                runs_of_null: true, ..
            }
            | Traces {
                last_without: true, ..
            } => Dialect::Qemu10_0,
            Traces { index: true, .. } => Dialect::Qemu7_2,
            Traces { markers: true, .. }
            | Traces { repeated: true, .. }
            | Traces { grown: true, .. } => Dialect::Qemu11_1,
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
    /// ARM's list of registers grows on load, and its count is compared with none: 11.x.
    grown: bool,
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
            self.grown |= field.type_name == "int32" && field.name == "cpreg_vmstate_array_len";
            if let Body::Struct(Some(description)) = &field.body {
                self.look(&description.fields);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::schema::{Description, DeviceEntry};

    fn list(elements: usize) -> StreamDescription {
        let element = |name: &str| Description {
            vmsd_name: name.to_owned(),
            ..Description::default()
        };
        let field = FieldEntry {
            name: "tail \"q\" é\u{1f980}\n".to_owned(),
            array: ArrayKey::Single,
            type_name: "qtailq".to_owned(),
            body: Body::Inline((0..elements).map(|_| element("el")).collect()),
            size: 1,
        };
        let vmsd = Description {
            vmsd_name: "d".to_owned(),
            version: 2,
            fields: vec![field],
            subsections: vec![element("d/s")],
        };
        StreamDescription {
            configuration: Some(element("configuration")),
            page_size: 1024,
            devices: vec![
                DeviceEntry {
                    name: "0/d".to_owned(),
                    instance_id: 0x8000_0000,
                    form: DeviceForm::Vmsd(vmsd),
                },
                DeviceEntry {
                    name: "slirp".to_owned(),
                    instance_id: 0,
                    form: DeviceForm::Opaque { size: 131 },
                },
            ],
        }
    }

    #[test]
    fn what_was_written_reads_as_it_was() {
        for elements in 0..3 {
            for dialect in Dialect::ALL {
                let stream = list(elements);
                let json = stream.to_json(dialect);
                assert_eq!(
                    StreamDescription::from_json(json.as_bytes(), 0).unwrap(),
                    stream
                );
            }
        }
        let json = list(2).to_json(Dialect::Qemu11_1);
        let field = r#"{"name": "tail \"q\" \u00E9\uD83E\uDD80\n", "type": "qtailq", "vmsd_name": "el", "version": 0, "fields": [], "vmsd_name": "el", "version": 0, "fields": [], "size": 1}"#;
        assert!(json.contains(field), "{json}");
        let json = list(0).to_json(Dialect::Qemu5_2);
        assert!(json.starts_with(r#"{ "configuration" : { "vmsd_name" : "configuration", "version" : 0, "fields" : [  ] }, "#));
    }

    #[test]
    fn unknown_keys_and_padding_do_not_matter() {
        let json = b"{\"new\": [{\"fields\": 1}], \"page_size\": 4096,\n \"devices\": [], \"x\": null}\n\0\0";
        let stream = StreamDescription::from_json(json, 0).unwrap();
        assert_eq!(
            stream,
            StreamDescription {
                page_size: 4096,
                ..StreamDescription::default()
            }
        );
    }

    #[test]
    fn an_error_has_its_place_in_the_input() {
        let error = |json: &str| StreamDescription::from_json(json.as_bytes(), 0x100).unwrap_err();
        let broken = error("{\"devices\": [\n{\"name\": 7}]}");
        assert_eq!(
            (broken.kind(), broken.offset()),
            (ErrorKind::Description, Some(0x100 + 14 + 9)),
            "{broken}"
        );
        let cut = error("{\"devices\": [");
        assert_eq!(cut.kind(), ErrorKind::Description);
        let size = error(
            r#"{"devices": [{"name": "d", "vmsd_name": "d", "fields": [{"name": "f", "type": "uint8", "size": -1}]}]}"#,
        );
        assert!(size.message().ends_with("`size` is -1"), "{size}");
        let twice =
            error(r#"{"devices": [{"name": "d", "vmsd_name": "d", "fields": [], "fields": []}]}"#);
        assert!(
            twice.message().ends_with("one key twice, in device `d`"),
            "{twice}"
        );
        let deep = format!("{{\"devices\": {}", "[{\"devices\": ".repeat(100));
        assert_eq!(error(&deep).kind(), ErrorKind::Limit);
    }
}
