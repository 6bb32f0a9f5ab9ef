//! Words that the format consists of, for a fuzzer that joins bytes: magic numbers, section types, names.

/// Words, each with a name for a dictionary file.
pub const WORDS: [(&str, &[u8]); 40] = [
    ("magic", b"QEVM\x00\x00\x00\x03"),
    ("old_version", b"QEVM\x00\x00\x00\x02"),
    ("start", b"\x01\x00\x00\x00\x02"),
    ("part", b"\x02\x00\x00\x00\x02"),
    ("end", b"\x03\x00\x00\x00\x02"),
    ("full", b"\x04\x00\x00\x00\x02"),
    ("subsection", b"\x05"),
    ("description", b"\x06\x00\x00"),
    ("configuration", b"\x07\x00\x00\x00"),
    ("command", b"\x08\x00\x01\x00\x00"),
    ("packaged", b"\x08\x00\x07\x00\x04\x00\x00\x00\x10"),
    ("advise", b"\x08\x00\x03\x00\x10"),
    ("footer", b"\x7e\x00\x00\x00\x02"),
    ("ram", b"\x03ram\x00\x00\x00\x00\x00\x00\x00\x04"),
    ("ram_block", b"\x06pc.ram"),
    ("mem_size", b"\x00\x00\x00\x00\x00\x00\x10\x04"),
    ("zero_page", b"\x00\x00\x00\x00\x00\x00\x00\x02"),
    ("page", b"\x00\x00\x00\x00\x00\x00\x00\x08"),
    ("eos", b"\x00\x00\x00\x00\x00\x00\x00\x10"),
    ("continued", b"\x00\x00\x00\x00\x00\x00\x10\x22"),
    ("xbzrle", b"\x00\x00\x00\x00\x00\x00\x00\x60\x01"),
    ("compressed", b"\x00\x00\x00\x00\x00\x00\x01\x20"),
    ("multifd_flush", b"\x00\x00\x00\x00\x00\x00\x02\x00"),
    ("null_pointer", b"0"),
    ("valid_pointer", b"1"),
    ("timer_unarmed", b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    ("count_31", b"\x7f\xff\xff\xff"),
    ("count_32", b"\xff\xff\xff\xff"),
    (
        "page_bits",
        b"\x1econfiguration/target-page-bits\x00\x00\x00\x01",
    ),
    (
        "capabilities",
        b"\x1aconfiguration/capabilities\x00\x00\x00\x01",
    ),
    (
        "dirty_bitmap",
        b"\x0cdirty-bitmap\x00\x00\x00\x00\x00\x00\x00\x01",
    ),
    ("htab", b"\x0aspapr/htab\x00\x00\x00\x00\x00\x00\x00\x01"),
    ("json_devices", b"{\"page_size\": 4096, \"devices\": ["),
    ("json_vmsd", b"\"vmsd_name\": \""),
    ("json_fields", b"\"fields\": ["),
    ("json_array", b"\"array_len\": "),
    ("json_index", b"\"index\": "),
    ("json_struct", b"\"type\": \"struct\", \"struct\": {"),
    ("json_size", b"\"size\": "),
    ("json_subsections", b"\"subsections\": ["),
];

/// The words as a dictionary file of libFuzzer.
#[must_use]
pub fn file() -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for (name, word) in WORDS {
        let _ = write!(out, "{name}=\"");
        for byte in word {
            let _ = write!(out, "\\x{byte:02x}");
        }
        out.push_str("\"\n");
    }
    out
}
