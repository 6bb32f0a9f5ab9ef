//! A device that is passed through (`vfio_load_state`): tags, and opaque data of the device's own.
//!
//! The configuration space is a VMState body between two tags. QEMU 5.2 puts it into END, later ones into a FULL
//! section of its own.

use super::{Flow, Live, Phase};
use crate::error::ErrorKind;
use crate::stream::input::{fail_at, Input, Step};
use crate::wire::Writer;

const END_OF_STATE: u64 = 0xffff_ffff_ef10_0001;
const DEV_CONFIG_STATE: u64 = 0xffff_ffff_ef10_0002;
const DEV_SETUP_STATE: u64 = 0xffff_ffff_ef10_0003;
const DEV_DATA_STATE: u64 = 0xffff_ffff_ef10_0004;
const DEV_INIT_DATA_SENT: u64 = 0xffff_ffff_ef10_0005;

/// A tag of a `<path>/vfio` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VfioRecord {
    /// The setup part begins; the end mark must follow.
    DevSetupState,
    /// The configuration space follows: a body that the parser cannot measure.
    DevConfigState,
    /// The first data were sent; ends the section's payload.
    InitDataSent,
    /// An end mark.
    EndOfState,
}

impl VfioRecord {
    pub(super) fn write(self, out: &mut Writer) {
        out.u64(match self {
            Self::DevSetupState => DEV_SETUP_STATE,
            Self::DevConfigState => DEV_CONFIG_STATE,
            Self::InitDataSent => DEV_INIT_DATA_SENT,
            Self::EndOfState => END_OF_STATE,
        });
    }
}

pub(super) fn write_data(data: &[u8], out: &mut Writer) {
    out.u64(DEV_DATA_STATE);
    out.u64(data.len() as u64);
    out.bytes(data);
}

pub(super) fn read<'a>(input: &mut Input<'a>, phase: Phase) -> Step<(Live<'a>, Flow)> {
    let at = input.offset();
    let tag = input.u64()?;
    if phase == Phase::Closing && tag != END_OF_STATE {
        return Err(fail_at(
            ErrorKind::Live,
            at,
            format!("SETUP or CONFIG STATE: EOS not found {tag:#x}"),
        ));
    }
    let (record, flow) = match tag {
        END_OF_STATE => (VfioRecord::EndOfState, after_end(input, phase)?),
        DEV_SETUP_STATE => (VfioRecord::DevSetupState, Flow::More(Phase::Closing)),
        DEV_CONFIG_STATE => (VfioRecord::DevConfigState, Flow::Body(Phase::Closing)),
        DEV_INIT_DATA_SENT => (VfioRecord::InitDataSent, Flow::End),
        DEV_DATA_STATE => {
            let len = input.u64()?;
            return Ok((
                Live::VfioData(input.window(len)?),
                Flow::More(Phase::Inside),
            ));
        }
        _ => {
            return Err(fail_at(
                ErrorKind::Live,
                at,
                format!("Unknown tag {tag:#x}"),
            ))
        }
    };
    Ok((Live::Vfio(record), flow))
}

/// The end mark behind the configuration space closes that alone where tags go on: all begin with 0xff, no
/// footer and no section does.
fn after_end(input: &Input<'_>, phase: Phase) -> Step<Flow> {
    if phase == Phase::Closing && input.peek_u8()? == Some(0xff) {
        return Ok(Flow::More(Phase::Inside));
    }
    Ok(Flow::End)
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn data_between_tags() {
        let mut bytes = Vec::new();
        bytes.extend(DEV_SETUP_STATE.to_be_bytes());
        bytes.extend(END_OF_STATE.to_be_bytes());
        assert_eq!(
            walk(Grammar::Vfio, &bytes).unwrap(),
            [VfioRecord::DevSetupState, VfioRecord::EndOfState].map(Live::Vfio)
        );
        bytes.clear();
        bytes.extend(DEV_DATA_STATE.to_be_bytes());
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 2, 8, 9]);
        bytes.extend(DEV_INIT_DATA_SENT.to_be_bytes());
        assert_eq!(
            walk(Grammar::Vfio, &bytes).unwrap(),
            [
                Live::VfioData(&[8, 9]),
                Live::Vfio(VfioRecord::InitDataSent)
            ]
        );
        assert_eq!(
            walk(Grammar::Vfio, &[0; 8]).unwrap_err().message(),
            "Unknown tag 0x0"
        );
    }
}
