//! Layouts that a description leaves out: what pointers point to in an array whose first is NULL.
//!
//! QEMU up to 9.1 describes such an array by its first element, as `"struct": {}`. Few devices have one.

use std::sync::LazyLock;

use crate::schema::{ArrayKey, Body, Description, FieldEntry};

/// The layout of the elements of `field` of the description `vmsd_name`, if it is known here.
pub(super) fn layout(vmsd_name: &str, field: &str) -> Option<&'static Description> {
    match (vmsd_name, field) {
        ("s390_css", "css") => Some(&CHANNEL_SUBSYSTEM),
        _ => None,
    }
}

/// s390's channel subsystem image: 256 channel paths.
static CHANNEL_SUBSYSTEM: LazyLock<Description> = LazyLock::new(|| {
    let path = ["in_use", "type", "is_virtual"]
        .map(|name| entry(name, "uint8", ArrayKey::Single, Body::Leaf, 1));
    let path = Body::Struct(Some(Box::new(description("s390_chp_info", path.into()))));
    let paths = entry("chpids", "struct", ArrayKey::Len(256), path, 3);
    description("s390_css_img", vec![paths])
});

fn description(vmsd_name: &str, fields: Vec<FieldEntry>) -> Description {
    Description {
        vmsd_name: vmsd_name.to_owned(),
        version: 1,
        fields,
        subsections: Vec::new(),
    }
}

fn entry(name: &str, type_name: &str, array: ArrayKey, body: Body, size: u64) -> FieldEntry {
    FieldEntry {
        name: name.to_owned(),
        array,
        type_name: type_name.to_owned(),
        body,
        size,
    }
}
