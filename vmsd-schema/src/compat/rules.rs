//! The rules: one file each, with what it finds, why that matters, an example, and what to do instead.

use super::subject::{Out, Subject};
use super::{Severity, STREAM_RULES};

/// A kind of difference that matters.
#[derive(Debug)]
pub struct Rule {
    /// The name in reports and waivers: `field-removed`.
    pub id: &'static str,
    /// How bad it is at its worst.
    pub severity: Severity,
    /// The page that `vmsd rules` prints.
    pub text: &'static str,
    /// The section of docs/format.md that the rule follows from: `3.6`.
    pub section: &'static str,
    /// What looks for it in schemas; nothing where only the bytes of a stream show it.
    pub(super) check: Option<fn(&Subject<'_>, &mut Out<'_>)>,
}

impl Rule {
    /// The first line of the page.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.text.trim_start().lines().next().unwrap_or_default()
    }
}

/// The section of docs/format.md that a finding's rule follows from. Rules about waivers are not about the format.
#[must_use]
pub fn section_of(id: &str) -> Option<&'static str> {
    by_id(id).map(|rule| rule.section)
}

/// The rules of schemas, then those of streams.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(STREAM_RULES).copied()
}

/// The rule of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

macro_rules! rule {
    ($(#[doc = $line:literal])* $id:literal, $severity:ident, $section:literal) => {
        $(#[doc = $line])*
        pub(super) static RULE: crate::compat::Rule = crate::compat::Rule {
            id: $id,
            severity: crate::compat::Severity::$severity,
            text: concat!($($line, "\n"),*),
            section: $section,
            check: Some(check),
        };
    };
}

macro_rules! rules {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// Every rule that looks at schemas, by id. Most of them are found in streams too.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    array_length_changed
    constraint_added
    early_setup_changed
    field_added
    field_removed
    field_reordered
    field_resized
    field_retyped
    host_size_changed
    layout_unknown
    length_source_changed
    minimum_version_raised
    nested_version_changed
    pointer_markers_changed
    predicate_changed
    priority_changed
    section_removed
    section_renamed
    since_lowered
    since_raised
    subsection_added
    subsection_misnamed
    subsection_removed
    unmigratable_added
    version_too_new
    version_too_old
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_and_each_page_is_whole() {
        for rules in [RULES, STREAM_RULES] {
            assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id));
        }
        for rule in rules() {
            assert!(rule.summary().ends_with('.'), "{}", rule.id);
            for heading in ["## Why", "## Example", "## Instead"] {
                assert!(rule.text.contains(heading), "{} lacks {heading}", rule.id);
            }
            assert!(by_id(rule.id).is_some_and(|found| std::ptr::eq(found, rule)));
        }
        assert!(by_id("no-such-rule").is_none());
    }
}
