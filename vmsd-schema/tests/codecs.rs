//! Every encoding that is written by hand, alone in a device: bytes are read and written again, no part of them is a
//! device, and table, description and value are those of `codecs.txt` (`BLESS=1` writes it anew).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use vmsd_schema::codec::scsi_requests::{Form, Requests};
use vmsd_schema::codec::virtio::{Blk, Bus, Mem, Net};
use vmsd_schema::codec::virtio_gpu::{Blobs, Resources};
use vmsd_schema::codec::{
    self, FsBackEnd, HppaTlb, MipsTlb, MsixTable, NetBackEnd, PciDevice, UsbRedirPacket,
    VirtioDevice,
};
use vmsd_schema::{describe, load, save, Dialect, Timer, Unused, VmState};

/// A device of one field.
macro_rules! devices {
    ($($name:ident { $(#[$word:meta])* $ty:ty $(= $default:expr)? })*) => {$(
        #[derive(Clone, VmState)]
        #[vmstate(name = "device", version = 1)]
        struct $name {
            $(#[$word])*
            field: $ty,
        }

        impl Default for $name {
            fn default() -> Self {
                devices!(@ $name $($default)?)
            }
        }
    )*};
    (@ $name:ident) => { $name { field: Default::default() } };
    (@ $name:ident $default:expr) => { $name { field: $default } };
}

devices! {
    Array { [[u16; 2]; 2] }
    BackEnd { #[vmstate(with = codec::BackEnd<FsBackEnd>)] Vec<Vec<u8>> }
    NetState { #[vmstate(with = codec::BackEnd<NetBackEnd>)] Vec<Vec<u8>> }
    Bits { #[vmstate(with = codec::Boxed<codec::Each<codec::Scalar>>)] Box<[u32; 2]> }
    BoxedBuffer { #[vmstate(with = codec::Buffer)] Box<[u8; 3]> }
    Buffer { #[vmstate(buffer)] [u8; 3] }
    Bytes { #[vmstate(with = codec::ByteArray)] Vec<u8> }
    Capability { #[vmstate(with = codec::Capability)] Vec<u8> }
    Double { #[vmstate(with = codec::CpuDouble)] u64 }
    Hppa { #[vmstate(with = codec::TlbEntry)] HppaTlb }
    Int32 { #[vmstate(with = codec::Int32Le)] i32 = 7 }
    KvmIrqs { #[vmstate(with = codec::KvmIrqs)] Vec<[u8; 72]> }
    Mips32 { #[vmstate(with = codec::TlbEntry)] MipsTlb<u32> }
    Mips64 { #[vmstate(with = codec::TlbEntry)] MipsTlb<u64> }
    Msix { #[vmstate(with = codec::MsixState)] MsixTable = MsixTable::with_vectors(2) }
    Opaque { #[vmstate(with = codec::Opaque<FsBackEnd>)] Vec<u8> = vec![0; 2] }
    Pci { PciDevice }
    PciIrqs { #[vmstate(with = codec::PciIrqState)] [bool; 4] }
    Shpc { #[vmstate(with = codec::Shpc)] [u8; 160] = [0; 160] }
    Clock { Timer }
    Padding { Unused<3> }
    RedirIds { #[vmstate(with = codec::UsbRedirPacketIds)] Vec<u64> }
    RedirPackets { #[vmstate(with = codec::UsbRedirPackets)] Vec<UsbRedirPacket> }
    RedirParser { #[vmstate(with = codec::UsbRedirParser)] Vec<u8> }
    Gtree { #[vmstate(with = codec::Gtree<0>)] BTreeMap<u64, Piece> }
    KeyedGtree { #[vmstate(with = codec::Gtree<0>)] BTreeMap<Key, Piece> }
    Tailq { #[vmstate(with = codec::Qtailq<0>)] Vec<Piece> }
    List { #[vmstate(with = codec::Qlist<0>)] Vec<Piece> }
    Gpu { #[vmstate(with = codec::VirtioGpu)] Resources = Resources::plain() }
    GpuBlobs { #[vmstate(with = codec::VirtioGpu)] Blobs }
    Scsi { #[vmstate(with = codec::ScsiRequests)] Requests = Requests::default() }
    ScsiEmulated { #[vmstate(with = codec::ScsiRequests)]
        Requests = Requests::of(Form { virtio: false, emulated: true }) }
    Virtio { #[vmstate(with = codec::Virtio)]
        VirtioDevice<Blk> = VirtioDevice::behind(Bus::mmio(), Blk::default()) }
    VirtioCard { #[vmstate(with = codec::Virtio)] VirtioDevice<Net> }
    VirtioMem { #[vmstate(with = codec::Virtio)]
        VirtioDevice<Mem> = VirtioDevice::behind(Bus::mmio(), Mem::default()) }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "piece", version = 1)]
struct Piece {
    at: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "key", version = 1)]
struct Key {
    number: u8,
}

/// Bytes of a text such as `01 0203 5*8`: hexadecimal digits, and so many times a byte.
fn hex(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in text.split_whitespace() {
        if let Some((byte, times)) = word.split_once('*') {
            let byte = u8::from_str_radix(byte, 16).unwrap();
            bytes.extend(vec![byte; times.parse().unwrap()]);
            continue;
        }
        for at in (0..word.len()).step_by(2) {
            bytes.push(u8::from_str_radix(&word[at..at + 2], 16).unwrap());
        }
    }
    bytes
}

/// The claims of this file for one device, and what there is to say of it.
fn show<S: VmState + Default>(out: &mut String, name: &str, text: &str) {
    let bytes = hex(text);
    let mut state = S::default();
    load(&mut state, &bytes, 1).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(save(&mut state, 1).unwrap() == bytes, "{name}");
    for len in 0..bytes.len() {
        let error = load(&mut S::default(), &bytes[..len], 1).unwrap_err();
        assert!(
            error.offset().unwrap() <= len as u64,
            "{name} cut at {len}: {error}"
        );
    }
    let mut more = bytes.clone();
    more.push(0);
    assert!(
        load(&mut S::default(), &more, 1).is_err(),
        "{name} and a byte"
    );
    writeln!(
        out,
        "== {name}: at least {} bytes of {}",
        S::MIN_SIZE,
        bytes.len()
    )
    .unwrap();
    assert!(S::MIN_SIZE <= bytes.len(), "{name}");
    writeln!(out, "{}", S::schema().to_string().trim_end()).unwrap();
    for dialect in [Dialect::Qemu7_2, Dialect::Qemu11_1] {
        let described = describe(&mut state, dialect, 1).unwrap();
        assert!(described.bytes == bytes, "{name}");
        writeln!(out, "{dialect}: {:?}", described.description.fields).unwrap();
        if dialect == Dialect::Qemu11_1 {
            writeln!(out, "{:?}", described.value).unwrap();
        }
    }
}

const WRITE: &str = "01 2a 00*15 00000009 00000002";

#[test]
fn every_encoding_is_what_it_was() {
    let mut out = String::new();
    macro_rules! each {
        ($($name:ident: $text:expr;)*) => {
            $(show::<$name>(&mut out, stringify!($name), $text);)*
        };
    }
    each! {
        Array: "0001 0002 0003 0004";
        BackEnd: "00000002 0708 00000001 09 00000000";
        NetState: "00000000";
        Bits: "00000001 80000000";
        BoxedBuffer: "010203";
        Buffer: "010203";
        Bytes: "00000002 0708";
        Capability: "03 616263";
        Double: "3ff00000 00000001";
        Hppa: "0000000000001000 0000000000001fff 0000000000002000 8000000000000003";
        Int32: "00000007";
        KvmIrqs: "0000000000000001 05*72";
        Mips32: "80000001 00001fff 0007 00000009 8001 0000000000000005 0000000000000006";
        Mips64: "8000000000000001 00001fff 0007 00000009 8001 0000000000000005 0000000000000006";
        Msix: "01*16 02*16 02";
        Opaque: "0708";
        Pci: "00000002 00*256 00000001 00000000 00000000 00000001";
        PciIrqs: "00000001 00000000 00000001 00000000";
        Shpc: "05*160";
        Clock: "00000000000003e8";
        Padding: "000000";
        RedirIds: "00000002 0000000000000007 8000000000000000";
        RedirPackets: "00000002 00000002 00000005 0708 00000000 00000001";
        RedirParser: "00000003 070809";
        Gtree: "00000002 01 0000000000000003 0001 01 0000000000000009 0002 00";
        KeyedGtree: "00000002 01 03 0001 01 09 0002 00";
        Tailq: "01 0005 01 0006 00";
        List: "01 0005 00";
        Gpu: "00000007 00000002 00000001 00000001 00000001 0000000000001000 00000008 0102030405060708 00000000
            00000001 00000001 00000007 00000002 00000001 00*28";
        GpuBlobs: "00000007 00001000 00000002 0000000000001000 00000800 0000000000003000 00000800 00000000";
        Scsi: &format!("{WRITE} 0000000000000040 00000001 00000200 05*512 00");
        ScsiEmulated: "02 12 00*15 00000009 00000002 0000000000000000 00000000 00000024 00000003 010203
            01 28 00*15 0000000a 00000002 0000000000000001 00000001 00000200
            02 85 00*15 0000000b 00000002 0000000000000002 00000001 00000004 05*4
            02 85 00 08 00*13 0000000c 00000002 0000000000000003 00000001 00000004 00000002 0607
            02 a1 00*15 0000000d 00000002 0000000000000004 00000001 00000004 05*4
            02 a1 00 f7 00*13 0000000d 00000002 0000000000000004 00000001 00000004 05*4
            01 a1 00 08 00*13 0000000e 00000002 0000000000000005 00000001 00000004 00";
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codecs.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &out).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    let differs = out.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(out == expected, "{differs:?}");
}

/// The tables of virtio devices, whose bytes are in the test of real devices.
#[test]
fn the_tables_of_virtio_devices_are_what_they_were() {
    let mut out = String::new();
    for schema in [Virtio::schema(), VirtioCard::schema(), VirtioMem::schema()] {
        writeln!(out, "{}", schema.to_string().trim_end()).unwrap();
    }
    for schema in [
        VirtioDevice::<Blk>::schema(),
        VirtioDevice::<Net>::schema(),
        VirtioDevice::<Mem>::schema(),
        Resources::schema(),
        Blobs::schema(),
        Requests::schema(),
    ] {
        writeln!(out, "{}", schema.to_string().trim_end()).unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/virtio.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &out).unwrap();
    }
    assert!(out == std::fs::read_to_string(&file).unwrap(), "{out}");
}
