//! `hda-audio` (hw/audio/hda-codec.c): the codec behind a High Definition Audio controller; hda-output, hda-duplex and
//! hda-micro are one device with more or fewer nodes.

use vmsd_schema::{Result, Timer, VmState};

/// Streams in one direction.
const STREAMS: usize = 16;
/// Bytes between the guest and the host's sound, of codecs without a timer.
const COMPAT_BUF: usize = 256;

/// The codec.
#[derive(Default, VmState)]
#[vmstate(
    name = "hda-audio",
    version = 2,
    minimum_version = 0,
    post_load = Self::post_load
)]
pub(crate) struct HdaAudio {
    st: [HdaAudioStream; 4],
    /// Streams that run, whatever their direction.
    running_compat: [bool; STREAMS],
    /// Streams in that run, then streams out.
    #[vmstate(since = 2)]
    running_real: [bool; 2 * STREAMS],
}

impl HdaAudio {
    /// Version 1 meant streams out (`hda_audio_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version == 1 {
            let (_, out) = self.running_real.split_at_mut(STREAMS);
            out.copy_from_slice(&self.running_compat);
        }
        Ok(())
    }
}

/// What a node plays or records.
#[derive(VmState)]
#[vmstate(name = "hda-audio-stream", version = 1, minimum_version = 0, default)]
struct HdaAudioStream {
    /// An index into the 16 of a direction; the guest sets four bits.
    #[vmstate(max = STREAMS - 1)]
    stream: u32,
    channel: u32,
    format: u32,
    gain_left: u32,
    gain_right: u32,
    mute_left: bool,
    mute_right: bool,
    /// Where the host's sound is in `compat_buf`, of codecs without a timer.
    #[vmstate(max = COMPAT_BUF)]
    compat_bpos: u32,
    #[vmstate(buffer)]
    compat_buf: [u8; COMPAT_BUF],
    /// Sent unless `use-timer=off`.
    #[vmstate(subsection)]
    buffer: Option<Buffer>,
}

/// Samples between the guest and the host's sound.
#[derive(VmState)]
#[vmstate(
    name = "hda-audio-stream/buffer",
    version = 1,
    minimum_version = 0,
    default
)]
struct Buffer {
    #[vmstate(buffer)]
    buf: Box<[u8; 8192]>,
    /// Bytes read and written since the start; QEMU masks them at each use.
    rpos: i64,
    wpos: i64,
    buft: Timer,
    buft_start: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save};

    #[test]
    fn version_1_knows_streams_out() {
        let mut codec = HdaAudio::default();
        codec.running_compat[3] = true;
        let bytes = save(&mut codec, 1).unwrap();
        let mut loaded = HdaAudio::default();
        load(&mut loaded, &bytes, 1).unwrap();
        assert!(loaded.running_real[STREAMS + 3] && !loaded.running_real[3]);
    }
}
