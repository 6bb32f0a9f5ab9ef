//! What a hostile stream of a virtio device asks for, refused with the field, the value and the bound. The bus is mmio,
//! which puts three numbers before the registers.

use super::subsections::{DeviceEndian, Features64};
use super::{Bus, ConfigField, DevicePart, Element, OldElement, Unknown, Virtio, VirtioDevice};
use crate::decode::{decode, End};
use crate::schema::Description;
use crate::vmstate::Describer;
use crate::wire::Reader;
use crate::{Codec, Dialect, Error, ErrorKind, Loader, VmState};

#[derive(Default, VmState)]
#[vmstate(name = "virtio-test", version = 1)]
struct Device {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Part>,
}

impl Device {
    fn behind(bus: Bus) -> Self {
        Self {
            virtio: VirtioDevice::behind(bus, Part {}),
        }
    }
}

#[derive(Default, VmState)]
#[vmstate(name = "nothing", version = 0)]
struct Part {}

impl DevicePart for Part {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("size", 4),
        ConfigField::bytes("tail", 4),
    ]);
    const SENT: bool = false;
}

/// Of an mmio device with one queue; each piece can be replaced.
struct Stream {
    queue_sel: u16,
    config: Vec<u8>,
    config_len: u32,
    queues: u32,
    desc: u64,
    last_avail_idx: u16,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            queue_sel: 0,
            config: vec![0x78, 0x56, 0x34, 0x12, 1, 2, 3, 4],
            config_len: 8,
            queues: 1,
            desc: 0x1000,
            last_avail_idx: 7,
        }
    }
}

impl Stream {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 12];
        bytes.extend([0x0f, 1]);
        bytes.extend(self.queue_sel.to_be_bytes());
        bytes.extend(0x30_u32.to_be_bytes());
        bytes.extend(self.config_len.to_be_bytes());
        bytes.extend(&self.config);
        bytes.extend(self.queues.to_be_bytes());
        bytes.extend(256_u32.to_be_bytes());
        bytes.extend(4096_u32.to_be_bytes());
        bytes.extend(self.desc.to_be_bytes());
        bytes.extend(self.last_avail_idx.to_be_bytes());
        bytes
    }

    fn refused(&self) -> Error {
        crate::load(&mut Device::behind(Bus::mmio()), &self.bytes(), 1).unwrap_err()
    }
}

#[track_caller]
fn assert_says(error: &Error, kind: ErrorKind, words: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert!(error.offset().is_some(), "{error}");
}

#[test]
fn a_device_goes_there_and_back_with_its_configuration_by_name() {
    let bytes = Stream::default().bytes();
    let mut device = Device::behind(Bus::mmio());
    crate::load(&mut device, &bytes, 1).unwrap();
    let described = crate::describe(&mut device, Dialect::Qemu11_1, 1).unwrap();
    assert_eq!(described.bytes, bytes);
    let virtio = described.value.get("virtio").unwrap();
    let config = virtio.get("config").unwrap();
    assert_eq!(config.get("size").unwrap().as_u64(), Some(0x1234_5678));
    assert_eq!(virtio.get("status").unwrap().as_u64(), Some(0x0f));
    let [entry] = described.description.fields.as_slice() else {
        panic!("one field is described")
    };
    assert_eq!(
        (entry.type_name.as_str(), entry.size),
        ("virtio", bytes.len() as u64)
    );
    let explained = Describer::new(Dialect::Qemu11_1)
        .explaining()
        .describe(&mut device, 1)
        .unwrap();
    let tree = decode(&explained.description, &mut Reader::new(&bytes), End::Known).unwrap();
    let desc = tree.to_value();
    let queue = desc.get("virtio").unwrap().get("vq").unwrap();
    assert_eq!(queue.get("desc").unwrap().as_u64(), Some(0x1000));
}

#[test]
fn a_configuration_has_the_byte_order_of_its_driver() {
    const LITTLE: u8 = 1;
    const BIG: u8 = 2;
    const MODERN: u64 = 1 << 32;
    for (bus, order, features, size) in [
        (Bus::mmio(), None, 0, 0x1234_5678),
        (Bus::mmio(), Some(LITTLE), 0, 0x1234_5678),
        (Bus::mmio(), Some(BIG), 0, 0x7856_3412),
        (Bus::mmio(), Some(BIG), MODERN, 0x1234_5678),
        (Bus::mmio(), Some(BIG), !MODERN, 0x7856_3412),
        (Bus::ccw(), None, 0, 0x7856_3412),
        (Bus::ccw(), Some(LITTLE), 0, 0x1234_5678),
        (Bus::ccw(), None, MODERN, 0x1234_5678),
    ] {
        let mut device = Device::behind(bus);
        let virtio = &mut device.virtio;
        virtio.config.bytes = Stream::default().config;
        let device_endian = |device_endian| DeviceEndian { device_endian };
        virtio.subsections.device_endian = order.map(device_endian);
        let guest_features = features;
        virtio.subsections.features64 = Some(Features64 { guest_features });
        let described = crate::describe(&mut device, Dialect::Qemu11_1, 1).unwrap();
        let config = described.value.get("virtio").unwrap().get("config");
        let found = config.unwrap().get("size").unwrap().as_u64();
        assert_eq!(found, Some(size), "{order:?} {features:#x}");
    }
}

#[test]
fn cve_2013_4151_more_queues_than_a_device_has() {
    let stream = Stream {
        queues: 0x401,
        ..Stream::default()
    };
    assert_says(
        &stream.refused(),
        ErrorKind::Bound,
        &["`num_queues` is 1025", "bound 1024"],
    );
}

#[test]
fn cve_2013_6399_a_queue_beyond_the_last() {
    let stream = Stream {
        queue_sel: 1024,
        ..Stream::default()
    };
    assert_says(
        &stream.refused(),
        ErrorKind::Bound,
        &["`queue_sel` is 1024", "bound 1023"],
    );
}

#[test]
fn cve_2014_0182_a_configuration_larger_than_the_device() {
    let stream = Stream {
        config: vec![0; 9],
        config_len: 9,
        ..Stream::default()
    };
    assert_says(
        &stream.refused(),
        ErrorKind::Count,
        &["`config_len` is 9", "bound 8"],
    );
    let mut device = Device::behind(Bus::mmio());
    crate::inspect(&mut device, &stream.bytes(), 1, None).unwrap();
    let huge = Stream {
        config_len: u32::MAX,
        ..Stream::default()
    };
    let error = crate::inspect(&mut device, &huge.bytes(), 1, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn a_queue_without_rings_has_taken_nothing() {
    let stream = Stream {
        desc: 0,
        ..Stream::default()
    };
    assert_says(
        &stream.refused(),
        ErrorKind::Validation,
        &["last_avail_idx"],
    );
}

#[test]
fn cve_2013_4535_more_segments_than_a_request_has() {
    let mut bytes = vec![0; 49168];
    bytes[8..12].copy_from_slice(&1025_u32.to_le_bytes());
    let mut loader = Loader::new(Reader::new(&bytes));
    let error = OldElement::load(&mut Element::default(), &mut loader).unwrap_err();
    assert_says(
        &error,
        ErrorKind::Count,
        &["`in_num` is 1025", "bound 1024"],
    );
}

/// A device that nobody knows.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-test", version = 1)]
struct Stranger {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Unknown>,
}

fn described(bytes: &[u8]) -> Description {
    let mut device = Device::behind(Bus::mmio());
    crate::load(&mut device, &Stream::default().bytes(), 1).unwrap();
    let mut description = crate::describe(&mut device, Dialect::Qemu11_1, 1)
        .unwrap()
        .description;
    description.fields[0].size = bytes.len() as u64;
    description
}

#[test]
fn a_reader_who_knows_the_size_finds_the_bus() {
    let bytes = Stream::default().bytes();
    let mut device = Device::default();
    let hint = described(&bytes);
    crate::inspect(&mut device, &bytes, 1, Some(&hint)).unwrap();
    assert!(matches!(device.virtio.bus, Bus::Mmio(_)));
    let error = crate::inspect(&mut Device::default(), &bytes, 1, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn the_part_of_an_unknown_device_reaches_up_to_the_subsections() {
    let mut bytes = Stream::default().bytes();
    // What looks like the start of a subsection, and is none.
    let part = *b"\x05\x08virtio/xabc";
    bytes.extend(part);
    bytes.extend(*b"\x05\x15virtio/64bit_features\0\0\0\x01\0\0\0\x01\0\0\0\x30");
    let hint = described(&bytes);
    let mut device = Stranger::default();
    crate::inspect(&mut device, &bytes, 1, Some(&hint)).unwrap();
    assert_eq!(device.virtio.device.bytes, part);
    let features = device.virtio.subsections.features64.as_ref().unwrap();
    assert_eq!(features.guest_features, 0x1_0000_0030);
    assert_eq!(crate::save(&mut device, 1).unwrap(), bytes);
}
