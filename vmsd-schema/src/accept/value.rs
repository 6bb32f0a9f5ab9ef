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

/// 11.x loads as many timers as it has (`hpet_validate_num_timers`); `name` is a field of the section's own table.
pub(super) fn timers(name: &str, came: u64, own: Option<u64>, at: u64) -> Step {
    let Some(own) = own.filter(|_| name.starts_with("num_timers")) else {
        return Ok(());
    };
    let said = Said {
        chain: "Input validation failed: hpet/num_timers must match version_id: 2".to_owned(),
        ..Said::default()
    };
    let refusal =
        Refusal::new("value-differs", at, said).between(came.to_string(), own.to_string());
    Err(refusal.meaning(
        "the target has another number of timers",
        "give both sides the same number of timers",
    ))
}
