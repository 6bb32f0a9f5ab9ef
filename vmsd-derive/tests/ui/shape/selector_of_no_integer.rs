//! What selects is an integer on the wire.

use vmsd_schema::VmState;

#[derive(Clone, Copy, Default)]
enum Mode {
    #[default]
    Command,
    Data,
}

impl From<Mode> for f32 {
    fn from(mode: Mode) -> Self {
        f32::from(mode as u8)
    }
}

impl TryFrom<f32> for Mode {
    type Error = &'static str;

    fn try_from(number: f32) -> Result<Self, Self::Error> {
        match number {
            0.0 => Ok(Self::Command),
            1.0 => Ok(Self::Data),
            _ => Err("a mode is 0 or 1"),
        }
    }
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(with = vmsd_schema::codec::Selector<f32>)]
    mode: Mode,
}

fn main() {}
