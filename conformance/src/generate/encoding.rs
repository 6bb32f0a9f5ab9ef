//! The Rust form of each JSON type: what a person would have written for the C macro behind it.

use vmsd_schema::codec::{register, virtio};

/// How one element of a field is written in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The type says it: `u32`.
    Plain(String),
    /// A type and a word: `u32` and `equal`. The word reaches into arrays.
    Word(String, &'static str),
    /// A type, and a word for one value, or a codec for each of an array.
    List(String, &'static str, String),
    /// A type and a codec of the library.
    With(String, String),
    /// The same, for values that are not all of one size.
    Sized(String, String),
    /// Raw bytes.
    Buffer,
    /// Bits.
    Bitmap,
    /// Bytes of a type that has no codec.
    Opaque,
}

/// The encoding of a JSON type in a description called `vmsd`, whose values take `size` bytes, or not always as many.
#[must_use]
pub fn of(vmsd: &str, type_name: &str, size: Option<u64>) -> Encoding {
    let plain = |name: &str| Encoding::Plain(name.to_owned());
    let with = |name: &str, codec: &str| Encoding::With(name.to_owned(), codec.to_owned());
    let counted = |name: &str, codec: &str| Encoding::Sized(name.to_owned(), codec.to_owned());
    match (type_name, size) {
        ("bool", _) => plain("bool"),
        ("int8", _) => plain("i8"),
        ("int16", _) => plain("i16"),
        ("int32", _) => plain("i32"),
        ("int64", _) => plain("i64"),
        ("uint8", _) => plain("u8"),
        ("uint16", _) => plain("u16"),
        ("uint32", _) => plain("u32"),
        ("uint64", _) => plain("u64"),
        ("int32 equal", _) => Encoding::Word("i32".to_owned(), "equal"),
        ("uint8 equal", _) => Encoding::Word("u8".to_owned(), "equal"),
        ("uint16 equal", _) => Encoding::Word("u16".to_owned(), "equal"),
        ("uint32 equal", _) => Encoding::Word("u32".to_owned(), "equal"),
        ("int64 equal", _) => Encoding::Word("u64".to_owned(), "equal"),
        ("CPU_Double_U", _) => Encoding::Word("u64".to_owned(), "cpu_double"),
        ("timer", _) => plain("Timer"),
        ("int32 le", _) => with("i32", "codec::Int32Le"),
        ("GByteArray", _) => {
            let codec = "codec::ByteArray".to_owned();
            Encoding::List("Vec<u8>".to_owned(), "byte_array", codec)
        }
        ("pci irq state", _) => with("[bool; 4]", "codec::PciIrqState"),
        ("pci config", Some(size)) => with(&format!("[u8; {size}]"), "codec::PciConfig"),
        ("shpc", Some(160)) => with("[u8; 160]", "codec::Shpc"),
        ("msix state", _) => counted("codec::MsixTable", "codec::MsixState"),
        ("tlb_entry", Some(32)) => with("codec::MipsTlb<u32>", "codec::TlbEntry"),
        ("tlb_entry", Some(36)) => with("codec::MipsTlb<u64>", "codec::TlbEntry"),
        ("tlb entry", Some(32)) => with("codec::HppaTlb", "codec::TlbEntry"),
        ("capability", _) => counted("Vec<u8>", "codec::Capability"),
        ("usb-redir-parser", _) => counted("Vec<u8>", "codec::UsbRedirParser"),
        ("usb-redir-packet-id-q", _) => counted("Vec<u64>", "codec::UsbRedirPacketIds"),
        ("usb-redir-bufpq", _) => counted("Vec<codec::UsbRedirPacket>", "codec::UsbRedirPackets"),
        ("scsi-requests", _) => counted("codec::scsi_requests::Requests", "codec::ScsiRequests"),
        ("virtio", _) => {
            let part = part_of(vmsd).unwrap_or("Unknown");
            let device = format!("codec::VirtioDevice<codec::virtio::{part}>");
            counted(&device, "codec::Virtio")
        }
        ("virtio-gpu", _) => counted("codec::virtio_gpu::Resources", "codec::VirtioGpu"),
        ("blob", _) => counted("codec::virtio_gpu::Blobs", "codec::VirtioGpu"),
        ("virtio-fs back-end state", _) => {
            counted("Vec<Vec<u8>>", "codec::BackEnd<codec::FsBackEnd>")
        }
        ("virtio-net vhost-user backend state", _) => {
            counted("Vec<Vec<u8>>", "codec::BackEnd<codec::NetBackEnd>")
        }
        ("irqs", _) if vmsd == "s390-flic" => counted("Vec<[u8; 72]>", "codec::KvmIrqs"),
        ("unused_buffer", Some(size)) => plain(&format!("Unused<{size}>")),
        ("buffer", _) => Encoding::Buffer,
        ("bitmap", _) => Encoding::Bitmap,
        _ => register_of(type_name, size).unwrap_or(Encoding::Opaque),
    }
}

/// The Rust name of what only this virtio device has.
#[must_use]
pub fn part_of(vmsd: &str) -> Option<&'static str> {
    let mut known = virtio::BY_NAME.iter();
    known.find(|(name, _)| *name == vmsd).map(|(_, part)| *part)
}

fn register_of(type_name: &str, size: Option<u64>) -> Option<Encoding> {
    let mut known = register::name::ALL.iter();
    let (_, name) = known.find(|(json, _)| *json == type_name)?;
    let word = match size? {
        1 => "u8",
        2 => "u16",
        4 => "u32",
        8 => "u64",
        16 => "u128",
        _ => return None,
    };
    let codec = format!("codec::Register<codec::register::name::{name}>");
    Some(Encoding::With(word.to_owned(), codec))
}
