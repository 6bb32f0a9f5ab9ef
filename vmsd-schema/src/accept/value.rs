//! A value that the target compares with its own.

use super::refusal::Refusal;
use super::walk::Step;
use super::wording::Said;

/// Types that compare (`vmstate_info_int32_equal`, `vmstate_info_int32_le`).
pub(super) fn scalar(type_name: &str, came: u64, own: Option<u64>, at: u64) -> Step {
    let Some(own) = own else {
        return Ok(());
    };
    let sentence = if type_name.ends_with(" equal") {
        format!("{own:x} != {came:x}")
    } else if type_name.ends_with(" le") && !(0..=own as i64).contains(&(came as i64)) {
        format!(
            "Invalid value {} expecting positive value <= {}",
            came as i64, own as i64
        )
    } else {
        return Ok(());
    };
    let said = Said {
        lines: vec![sentence.clone()],
        apart: vec![sentence],
        ..Said::default()
    };
    let refusal =
        Refusal::new("value-differs", at, said).between(format!("{came:#x}"), format!("{own:#x}"));
    Err(refusal.meaning(
        "the target compares the value with its own",
        "give both sides the same device with the same properties",
    ))
}

/// A marker of an array of pointers (`get_nullptr`).
pub(super) fn pointer(at: u64, came: u8, own: u8) -> Box<Refusal> {
    let sentence = "vmstate: get_nullptr expected VMS_NULLPTR_MARKER".to_owned();
    let said = Said {
        lines: vec![sentence.clone()],
        apart: vec![sentence],
        ..Said::default()
    };
    let refusal = Refusal::new("pointer-markers-changed", at, said);
    refusal
        .between(format!("{came:#x}"), format!("{own:#x}"))
        .meaning(
            "an element that is there on one side is NULL on the other",
            "give both sides the same number of elements",
        )
}
