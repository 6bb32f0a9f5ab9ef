//! `audio` (audio/audio.c): the host's sound. Its section is empty.

use vmsd_schema::VmState;

/// 5.2 sends one for each backend; 7.2 and later take it and never send it (`vmstate_audio_needed`).
#[derive(Default, VmState)]
#[vmstate(name = "audio", version = 1)]
pub(crate) struct Audio {}
