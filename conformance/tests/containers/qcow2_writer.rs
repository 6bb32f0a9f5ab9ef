//! Writes small disk images with snapshots: what `savevm` writes, in every variation that the format allows.

use std::collections::BTreeMap;

/// What an image is to be like.
#[derive(Clone)]
pub(crate) struct Qcow2 {
    pub(crate) version: u32,
    pub(crate) cluster_bits: u32,
    pub(crate) extended_l2: bool,
    pub(crate) compression: Option<Packing>,
    pub(crate) backing_file: Option<&'static str>,
    pub(crate) extra_len: u32,
    pub(crate) snapshots: Vec<State>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Packing {
    Deflate,
    Zstd,
}

/// One snapshot.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) date: u32,
    pub(crate) disk_size: u64,
    pub(crate) bytes: Vec<u8>,
}

/// An image, and where its parts are.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) snapshot_table: usize,
}

impl Default for Qcow2 {
    fn default() -> Self {
        Self {
            version: 3,
            cluster_bits: 9,
            extended_l2: false,
            compression: None,
            backing_file: None,
            extra_len: 24,
            snapshots: Vec::new(),
        }
    }
}

impl Qcow2 {
    pub(crate) fn cluster(&self) -> usize {
        1 << self.cluster_bits
    }

    fn l2_entry_len(&self) -> usize {
        if self.extended_l2 {
            16
        } else {
            8
        }
    }

    pub(crate) fn write(&self) -> Written {
        let cluster = self.cluster();
        // Header, refcount table and the L1 table of the disk itself.
        let mut file = vec![0; cluster * 3];
        let l1_tables: Vec<_> = self
            .snapshots
            .iter()
            .map(|state| self.state(&mut file, state))
            .collect();
        let snapshot_table = file.len();
        for (state, (offset, entries)) in self.snapshots.iter().zip(l1_tables) {
            self.entry(&mut file, state, offset, entries);
        }
        self.header(&mut file, snapshot_table);
        Written {
            bytes: file,
            snapshot_table,
        }
    }

    fn header(&self, file: &mut [u8], snapshot_table: usize) {
        let features = u64::from(self.compression == Some(Packing::Zstd)) << 3
            | u64::from(self.extended_l2) << 4;
        let name_at = if self.backing_file.is_some() { 200 } else { 0 };
        let name = self.backing_file.unwrap_or_default().as_bytes();
        let cluster = self.cluster() as u64;
        let mut header = b"QFI\xfb".to_vec();
        header.extend(self.version.to_be_bytes());
        header.extend((name_at as u64).to_be_bytes());
        header.extend((name.len() as u32).to_be_bytes());
        header.extend(self.cluster_bits.to_be_bytes());
        header.extend(4096u64.to_be_bytes());
        header.extend(0u32.to_be_bytes());
        header.extend(1u32.to_be_bytes());
        header.extend((cluster * 2).to_be_bytes());
        header.extend(cluster.to_be_bytes());
        header.extend(1u32.to_be_bytes());
        header.extend((self.snapshots.len() as u32).to_be_bytes());
        header.extend((snapshot_table as u64).to_be_bytes());
        if self.version == 3 {
            header.extend(features.to_be_bytes());
            header.extend([0; 16]);
            header.extend(4u32.to_be_bytes());
            header.extend(112u32.to_be_bytes());
            header.push(u8::from(self.compression == Some(Packing::Zstd)));
            header.extend([0; 7]);
        }
        file[..header.len()].copy_from_slice(&header);
        file[name_at..name_at + name.len()].copy_from_slice(name);
    }

    fn entry(&self, file: &mut Vec<u8>, state: &State, l1_offset: u64, l1_entries: u32) {
        let len = state.bytes.len() as u64;
        file.extend(l1_offset.to_be_bytes());
        file.extend(l1_entries.to_be_bytes());
        file.extend((state.id.len() as u16).to_be_bytes());
        file.extend((state.name.len() as u16).to_be_bytes());
        file.extend(state.date.to_be_bytes());
        file.extend(5u32.to_be_bytes());
        file.extend(7_000_000_000u64.to_be_bytes());
        file.extend((len as u32).to_be_bytes());
        file.extend(self.extra_len.to_be_bytes());
        let extra = [len, state.disk_size, u64::MAX, 0]
            .map(u64::to_be_bytes)
            .concat();
        file.extend(&extra[..self.extra_len as usize]);
        file.extend(state.id.as_bytes());
        file.extend(state.name.as_bytes());
        file.resize(file.len().next_multiple_of(8), 0);
    }

    /// Puts a machine's state behind the end of the disk and returns the L1 table that maps it.
    fn state(&self, file: &mut Vec<u8>, state: &State) -> (u64, u32) {
        let cluster = self.cluster();
        let entries = cluster / self.l2_entry_len();
        let span = cluster * entries;
        let start = (state.disk_size as usize).next_multiple_of(span);
        let mut l2: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for (index, piece) in state.bytes.chunks(cluster).enumerate() {
            let guest = start / cluster + index;
            let mut piece = piece.to_vec();
            piece.resize(cluster, 0);
            let entry = self.cluster_entry(file, &piece);
            let table = l2
                .entry(guest / entries)
                .or_insert_with(|| vec![0; cluster]);
            let at = guest % entries * self.l2_entry_len();
            table[at..at + entry.len()].copy_from_slice(&entry);
        }
        let l1_len = (start + state.bytes.len()).div_ceil(span).max(1);
        let mut l1 = vec![0; l1_len * 8];
        for (number, table) in l2 {
            let offset = allocate(file, &table, cluster);
            l1[number * 8..][..8].copy_from_slice(&(offset | 1 << 63).to_be_bytes());
        }
        (allocate(file, &l1, cluster), l1_len as u32)
    }

    fn cluster_entry(&self, file: &mut Vec<u8>, piece: &[u8]) -> Vec<u8> {
        let cluster = self.cluster();
        let mut entry = match self.compression {
            None if self.extended_l2 => return self.extended_entry(file, piece),
            None if self.version == 3 && piece.iter().all(|&byte| byte == 0) => {
                1u64.to_be_bytes().to_vec()
            }
            None => (allocate(file, piece, cluster) | 1 << 63)
                .to_be_bytes()
                .to_vec(),
            Some(packing) => {
                let packed = packing.pack(piece);
                // Not at the start of a sector, as QEMU packs them behind each other.
                let offset = file.len().next_multiple_of(cluster) + 24;
                file.resize(offset, 0);
                file.extend(&packed);
                file.resize(file.len().next_multiple_of(cluster), 0);
                let sectors = ((offset + packed.len() - 1) / 512 - offset / 512) as u64;
                (1 << 62 | sectors << (62 - (self.cluster_bits - 8)) | offset as u64)
                    .to_be_bytes()
                    .to_vec()
            }
        };
        entry.resize(self.l2_entry_len(), 0);
        entry
    }

    fn extended_entry(&self, file: &mut Vec<u8>, piece: &[u8]) -> Vec<u8> {
        let mut bitmap = 0u64;
        for (index, sub) in piece.chunks(piece.len() / 32).enumerate() {
            // Zero subclusters by turns as marked and as not there at all.
            match sub.iter().all(|&byte| byte == 0) {
                false => bitmap |= 1 << index,
                true if index % 2 == 0 => bitmap |= 1 << (32 + index),
                true => {}
            }
        }
        let offset = allocate(file, piece, self.cluster()) | 1 << 63;
        [offset.to_be_bytes(), bitmap.to_be_bytes()].concat()
    }
}

impl Packing {
    fn pack(self, piece: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        match self {
            Self::Zstd => zstd::encode_all(piece, 1).unwrap(),
            Self::Deflate => {
                let mut encoder =
                    flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(piece).unwrap();
                encoder.finish().unwrap()
            }
        }
    }
}

/// Puts bytes at the next cluster.
fn allocate(file: &mut Vec<u8>, bytes: &[u8], cluster: usize) -> u64 {
    let offset = file.len().next_multiple_of(cluster);
    file.resize(offset, 0);
    file.extend(bytes);
    file.resize(file.len().next_multiple_of(cluster), 0);
    offset as u64
}
