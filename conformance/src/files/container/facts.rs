//! What there is to say about a layer, as pairs of words for reports.

use super::libvirt;
use super::qcow2;
use super::{Layer, Unwrapped};

impl Layer {
    /// What it is.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.what {
            Unwrapped::OffsetGiven => "offset",
            Unwrapped::OffsetFound => "offset, found",
            Unwrapped::Compressed(compression) => compression.name(),
            Unwrapped::Libvirt(image) if image.partial => "libvirt save image, partial",
            Unwrapped::Libvirt(_) => "libvirt save image",
            Unwrapped::Qcow2(_) => "qcow2 image",
        }
    }

    /// What its header says.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        match &self.what {
            Unwrapped::OffsetGiven | Unwrapped::OffsetFound => {
                vec![("bytes before the stream", self.at.to_string())]
            }
            Unwrapped::Compressed(_) => Vec::new(),
            Unwrapped::Libvirt(image) => libvirt_facts(image),
            Unwrapped::Qcow2(image) => qcow2_facts(image),
        }
    }
}

fn libvirt_facts(image: &libvirt::Image) -> Vec<(&'static str, String)> {
    let order = if image.little_endian { "little" } else { "big" };
    let cookie = image.cookie.as_ref().map_or(0, Vec::len);
    vec![
        ("version", image.version.to_string()),
        ("byte order", order.to_owned()),
        ("complete", yes(!image.partial)),
        ("was running", yes(image.was_running)),
        ("format", image.format.name().to_owned()),
        ("xml bytes", image.xml.len().to_string()),
        ("cookie bytes", cookie.to_string()),
    ]
}

fn qcow2_facts(image: &qcow2::Image) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("version", image.version.to_string()),
        ("cluster size", image.cluster_size.to_string()),
        ("extended l2", yes(image.extended_l2)),
    ];
    if !image.marks.is_empty() {
        facts.push(("marked", image.marks.join(", ")));
    }
    if let Some(name) = &image.backing_file {
        facts.push(("backing file, not read", printable(name)));
    }
    if let Some(chosen) = image.snapshots.get(image.chosen) {
        let why = match image.snapshots.len() {
            _ if image.named => "",
            1 => ", the only one",
            _ => ", the newest",
        };
        facts.push((
            "opened",
            format!("{} (id {}){why}", chosen.name_text(), chosen.id_text()),
        ));
    }
    for snapshot in &image.snapshots {
        facts.push(("snapshot", snapshot_line(snapshot)));
    }
    facts
}

fn snapshot_line(snapshot: &qcow2::Snapshot) -> String {
    let state = match snapshot.vm_state_size {
        0 => "disk alone".to_owned(),
        len => format!("{len} bytes of state"),
    };
    format!(
        "{} (id {}), {}, guest clock {} s, {state}",
        snapshot.name_text(),
        snapshot.id_text(),
        utc(u64::from(snapshot.date)),
        snapshot.vm_clock_nsec / 1_000_000_000,
    )
}

/// Text from a file, without what a terminal would obey.
pub(super) fn printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for char in String::from_utf8_lossy(bytes).chars() {
        if char.is_control() {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
    out
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// Seconds since 1970 as a date and a time.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // A year that starts in March has its leap day at the end; an era of 400 such years has 146097 days.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!(
        "{:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        era * 400 + year + carry,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn dates_are_right_around_leap_days() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(1_709_251_199), "2024-02-29 23:59:59 UTC");
        assert_eq!(utc(u64::from(u32::MAX)), "2106-02-07 06:28:15 UTC");
    }
}
