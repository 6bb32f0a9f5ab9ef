//! A description to JSON, as QEMU prints it: `JSONWriter` since 6.0, `QJSON` before.

use std::fmt::Write as _;

use crate::schema::{
    ArrayKey, Body, Description, DeviceEntry, DeviceForm, Dialect, FieldEntry, StreamDescription,
};

pub(super) fn write(stream: &StreamDescription, dialect: Dialect) -> String {
    let mut json = Json::new(dialect.spaced());
    json.object(None, |json| {
        if let Some(configuration) = &stream.configuration {
            json.object(Some("configuration"), |json| {
                description(json, configuration)
            });
        }
        json.number("page_size", stream.page_size);
        json.array("devices", |json| {
            for entry in &stream.devices {
                json.object(None, |json| device(json, entry));
            }
        });
    });
    json.text
}

fn device(json: &mut Json, entry: &DeviceEntry) {
    json.string("name", &entry.name);
    json.number("instance_id", u64::from(entry.instance_id));
    match &entry.form {
        DeviceForm::Vmsd(inner) => description(json, inner),
        DeviceForm::Opaque { size } => {
            json.number("size", *size);
            json.array("fields", |json| {
                json.object(None, |json| {
                    json.string("name", "data");
                    json.number("size", *size);
                    json.string("type", "buffer");
                });
            });
        }
    }
}

fn description(json: &mut Json, description: &Description) {
    json.string("vmsd_name", &description.vmsd_name);
    json.number("version", u64::from(description.version));
    json.array("fields", |json| {
        for entry in &description.fields {
            json.object(None, |json| field(json, entry));
        }
    });
    if description.subsections.is_empty() {
        return;
    }
    json.array("subsections", |json| {
        for subsection in &description.subsections {
            json.object(None, |json| self::description(json, subsection));
        }
    });
}

fn field(json: &mut Json, entry: &FieldEntry) {
    json.string("name", &entry.name);
    match entry.array {
        ArrayKey::Single => {}
        ArrayKey::Len(len) => json.number("array_len", len),
        ArrayKey::Index(index) => json.number("index", index),
    }
    json.string("type", &entry.type_name);
    match &entry.body {
        Body::Leaf => {}
        Body::Struct(inner) => json.object(Some("struct"), |json| {
            if let Some(inner) = inner {
                description(json, inner);
            }
        }),
        Body::Inline(descriptions) => {
            for inner in descriptions {
                description(json, inner);
            }
        }
    }
    json.number("size", entry.size);
}

/// Punctuation and blanks.
struct Json {
    text: String,
    spaced: bool,
    comma: bool,
}

impl Json {
    fn new(spaced: bool) -> Self {
        Self {
            text: String::new(),
            spaced,
            comma: false,
        }
    }

    fn object(&mut self, key: Option<&str>, fill: impl FnOnce(&mut Self)) {
        self.container(key, "{", "}", fill);
    }

    fn array(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        self.container(Some(key), "[", "]", fill);
    }

    fn container(
        &mut self,
        key: Option<&str>,
        open: &str,
        close: &str,
        fill: impl FnOnce(&mut Self),
    ) {
        let blank = if self.spaced { " " } else { "" };
        self.key(key);
        self.text.push_str(open);
        self.text.push_str(blank);
        self.comma = false;
        fill(self);
        self.text.push_str(blank);
        self.text.push_str(close);
        self.comma = true;
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(Some(key));
        let _ = write!(self.text, "{value}");
    }

    fn string(&mut self, key: &str, value: &str) {
        self.key(Some(key));
        self.quoted(value);
    }

    fn key(&mut self, key: Option<&str>) {
        if self.comma {
            self.text.push_str(", ");
        }
        self.comma = true;
        if let Some(key) = key {
            self.text.push('"');
            self.text.push_str(key);
            self.text
                .push_str(if self.spaced { "\" : " } else { "\": " });
        }
    }

    /// As `quoted_str`: everything beyond printable ASCII is escaped, in capital hex. The old writer passed strings
    /// through; what would not be JSON then is escaped here.
    fn quoted(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                ' '..='~' => self.text.push(character),
                '\u{7f}'.. if self.spaced => self.text.push(character),
                _ => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.text, "\\u{unit:04X}");
                    }
                }
            }
        }
        self.text.push('"');
    }
}
