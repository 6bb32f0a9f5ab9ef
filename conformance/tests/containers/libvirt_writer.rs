//! Writes the images that libvirt saves.

use conformance::files::container::Compression;

/// What an image is to be like.
#[derive(Clone)]
pub(crate) struct Libvirt {
    pub(crate) magic: &'static [u8; 16],
    pub(crate) little: bool,
    pub(crate) version: u32,
    pub(crate) format: u32,
    pub(crate) cookie: Option<&'static str>,
    pub(crate) padding: usize,
}

pub(crate) const XML: &str = "<domain type='qemu'>\n  <name>hand-made</name>\n</domain>\n";

impl Default for Libvirt {
    fn default() -> Self {
        Self {
            magic: b"LibvirtQemudSave",
            little: true,
            version: 2,
            format: 0,
            cookie: Some("<cookie>\n  <slirpHelper/>\n</cookie>\n"),
            padding: 64,
        }
    }
}

impl Libvirt {
    /// The image up to the stream.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut data = XML.as_bytes().to_vec();
        data.push(0);
        let cookie_at = self.cookie.map_or(0, |_| data.len() as u32);
        if let Some(cookie) = self.cookie {
            data.extend(cookie.as_bytes());
            data.push(0);
        }
        data.resize(data.len() + self.padding, 0);
        let mut head = self.magic.to_vec();
        for word in [self.version, data.len() as u32, 1, self.format, cookie_at] {
            head.extend(if self.little {
                word.to_le_bytes()
            } else {
                word.to_be_bytes()
            });
        }
        head.extend([0; 56]);
        head.extend(data);
        head
    }

    pub(crate) fn write(&self, stream: &[u8]) -> Vec<u8> {
        [self.head(), stream.to_vec()].concat()
    }
}

/// What the program would write.
pub(crate) fn compressed(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    match compression {
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(bytes, 1).unwrap(),
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        _ => lzop(bytes),
    }
}

/// A file of lzop with blocks as they are, and one of repeated bytes for every block that begins with eight equal ones.
fn lzop(bytes: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    for word in [0x1040u16, 0x20a0, 0x0940] {
        header.extend(word.to_be_bytes());
    }
    header.extend([1, 5]);
    // Check sums of data and blocks: adler32.
    for word in [0x0300_0003u32, 0o100644, 0, 0] {
        header.extend(word.to_be_bytes());
    }
    header.push(4);
    header.extend(b"name");
    let mut file = [0x89, b'L', b'Z', b'O', 0, 0x0d, 0x0a, 0x1a, 0x0a].to_vec();
    file.extend(&header);
    file.extend(adler2::adler32_slice(&header).to_be_bytes());
    for block in bytes.chunks(64) {
        file.extend((block.len() as u32).to_be_bytes());
        let packed = if block.len() > 40 && block.iter().all(|&byte| byte == block[0]) {
            // One literal, the rest repeated from one byte before, the end.
            vec![
                18,
                block[0],
                0x20,
                (block.len() - 1 - 33) as u8,
                0,
                0,
                0x11,
                0,
                0,
            ]
        } else {
            block.to_vec()
        };
        file.extend((packed.len() as u32).to_be_bytes());
        file.extend(adler2::adler32_slice(block).to_be_bytes());
        if packed.len() < block.len() {
            file.extend(adler2::adler32_slice(&packed).to_be_bytes());
        }
        file.extend(packed);
    }
    file.extend([0; 4]);
    file
}
