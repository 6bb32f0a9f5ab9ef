//! What a project makes of findings: levels of rules, and waivers with a reason and a day on which they end.

use std::collections::BTreeMap;

use serde::Deserialize;
use vmsd_schema::compat::{by_id, Finding, Severity};

/// Levels and waivers, as a TOML file has them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How bad findings of a rule are at most: `off`, `note`, `unknown`, `risk` or `break`.
    #[serde(default)]
    pub levels: BTreeMap<String, Level>,
    /// Findings that are known and accepted.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<Waiver>,
}

/// How bad findings of a rule are at most.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They are not told.
    Off,
    /// Worth knowing.
    Note,
    /// The sources do not tell enough.
    Unknown,
    /// It depends on the guest.
    Risk,
    /// As bad as the rule says.
    Break,
}

/// A finding that is known and accepted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule's id.
    pub rule: String,
    /// Section and path of the finding: `usb-redir > dev`. A `*` at the end stands for anything.
    pub path: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is: `2027-03-31`.
    pub expires: Date,
    /// Only from this source; any without it.
    pub from: Option<String>,
    /// Only to this one.
    pub to: Option<String>,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Which waivers were used.
#[derive(Debug)]
pub struct Applied<'p> {
    policy: &'p Policy,
    today: Date,
    used: Vec<bool>,
    /// Findings that were waived.
    pub waived: usize,
}

impl Policy {
    /// Reads the TOML file.
    ///
    /// # Errors
    /// A sentence: what is not TOML, or no rule, or without a reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let rules = policy
            .levels
            .keys()
            .chain(policy.waivers.iter().map(|waiver| &waiver.rule));
        for rule in rules {
            if by_id(rule).is_none() {
                return Err(format!("there is no rule `{rule}`"));
            }
        }
        if let Some(waiver) = policy
            .waivers
            .iter()
            .find(|waiver| waiver.reason.trim().is_empty())
        {
            return Err(format!(
                "the waiver of `{}` for `{}` has no reason",
                waiver.rule, waiver.path
            ));
        }
        Ok(policy)
    }

    /// The policy on a day.
    #[must_use]
    pub fn on(&self, today: Date) -> Applied<'_> {
        Applied {
            policy: self,
            today,
            used: vec![false; self.waivers.len()],
            waived: 0,
        }
    }
}

impl Applied<'_> {
    /// Lowers and drops findings of one migration.
    pub fn apply(&mut self, from: &str, to: &str, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| {
            match self.policy.levels.get(finding.rule) {
                Some(Level::Off) => return false,
                Some(level) => finding.severity = finding.severity.min(level.severity()),
                None => {}
            }
            let waived = self.waives(from, to, finding);
            self.waived += usize::from(waived);
            !waived
        });
    }

    /// Findings about the waivers themselves: those that ended, and those that nothing needed.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let waivers = self.policy.waivers.iter().zip(&self.used);
        let about = |rule: &'static str, waiver: &Waiver, message: String, advice: &str| Finding {
            rule,
            severity: Severity::Risk,
            path: format!("{} {}", waiver.rule, waiver.path),
            source: waiver.reason.clone(),
            message,
            advice: advice.to_owned(),
            ..Finding::default()
        };
        waivers
            .filter_map(|(waiver, used)| {
                if waiver.expires < self.today {
                    let message = format!("the waiver ended on {}", waiver.expires);
                    return Some(about(
                        "waiver-expired",
                        waiver,
                        message,
                        "mend what it waives, or give it a new day and reason",
                    ));
                }
                let message = "nothing is waived by it".to_owned();
                (!used).then(|| about("waiver-unused", waiver, message, "delete it"))
            })
            .collect()
    }

    fn waives(&mut self, from: &str, to: &str, finding: &Finding) -> bool {
        let place = match finding.path.as_str() {
            "" => finding.section.clone(),
            path => format!("{} > {path}", finding.section),
        };
        let fits = |waiver: &Waiver| {
            waiver.rule == finding.rule
                && waiver.expires >= self.today
                && matches(&waiver.path, &place)
                && waiver.from.as_ref().is_none_or(|name| matches(name, from))
                && waiver.to.as_ref().is_none_or(|name| matches(name, to))
        };
        let mut found = false;
        for (waiver, used) in self.policy.waivers.iter().zip(&mut self.used) {
            let fits = fits(waiver);
            *used |= fits;
            found |= fits;
        }
        found
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Self::Off | Self::Note => Severity::Note,
            Self::Unknown => Severity::Unknown,
            Self::Risk => Severity::Risk,
            Self::Break => Severity::Break,
        }
    }
}

impl Date {
    /// Today, in the middle of the world.
    #[must_use]
    pub fn today() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self::of_day(since.map_or(0, |since| since.as_secs() / 86_400))
    }

    /// The day so many days after 1970-01-01, by the Gregorian calendar.
    fn of_day(mut days: u64) -> Self {
        let leap = |year: u64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let mut year = 1970;
        while days >= 365 + u64::from(leap(year)) {
            days -= 365 + u64::from(leap(year));
            year += 1;
        }
        let february = 28 + u64::from(leap(year));
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if days < length {
                break;
            }
            days -= length;
            month += 1;
        }
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month,
            day: u8::try_from(days + 1).unwrap_or(u8::MAX),
        }
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a day such as 2027-03-31");
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().ok_or_else(wrong);
        let (year, month, day) = (part()?, part()?, part()?);
        let date = Self {
            year: year.parse().map_err(|_| wrong())?,
            month: month.parse().map_err(|_| wrong())?,
            day: day.parse().map_err(|_| wrong())?,
        };
        match (date.month, date.day) {
            (1..=12, 1..=31) => Ok(date),
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn date(text: &str) -> Date {
        Date::try_from(text.to_owned()).unwrap()
    }

    fn finding(rule: &'static str, section: &str, path: &str) -> Finding {
        Finding {
            rule,
            severity: Severity::Break,
            section: section.to_owned(),
            path: path.to_owned(),
            ..Finding::default()
        }
    }

    const FILE: &str = r#"
        [levels]
        field-added = "risk"
        subsection-added = "off"
        [[waiver]]
        rule = "field-removed"
        path = "pckbd > *"
        reason = "no released version had it"
        expires = "2027-01-31"
        [[waiver]]
        rule = "section-removed"
        path = "qxl"
        reason = "dropped"
        expires = "2026-01-31"
        [[waiver]]
        rule = "version-too-new"
        path = "vga"
        reason = "never used"
        expires = "2099-01-01"
    "#;

    #[test]
    fn levels_and_waivers_apply_and_are_reported_when_they_do_not() {
        let policy = Policy::parse(FILE).unwrap();
        let mut applied = policy.on(date("2026-12-01"));
        let mut findings = vec![
            finding("field-added", "pckbd", "mode"),
            finding("subsection-added", "pckbd", "x"),
            finding("field-removed", "pckbd", "mode"),
            finding("field-removed", "other", "mode"),
            finding("section-removed", "qxl", ""),
        ];
        applied.apply("a", "b", &mut findings);
        let left: Vec<_> = findings
            .iter()
            .map(|finding| (finding.rule, finding.severity))
            .collect();
        assert_eq!(
            left,
            [
                ("field-added", Severity::Risk),
                ("field-removed", Severity::Break),
                ("section-removed", Severity::Break)
            ]
        );
        assert_eq!(applied.waived, 1);
        let about: Vec<_> = applied
            .findings()
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(about, ["waiver-expired", "waiver-unused"]);
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told() {
        let error = |text: &str| Policy::parse(text).unwrap_err();
        assert_eq!(
            error("[levels]\nno-such = \"off\""),
            "there is no rule `no-such`"
        );
        let waiver = |expires: &str| {
            format!("[[waiver]]\nrule = \"field-added\"\npath = \"x\"\nreason = \" \"\nexpires = \"{expires}\"")
        };
        assert!(error(&waiver("soon")).contains("`soon` is not a day"));
        assert!(error(&waiver("2027-01-01")).contains("has no reason"));
        assert!(!error("[[waiver]]\nrule = \"field-added\"").is_empty());
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let day = |days| Date::of_day(days).to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(59), "1970-03-01");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(20_453), "2025-12-31");
        assert!(Date::today() > date("2024-01-01"));
    }
}
