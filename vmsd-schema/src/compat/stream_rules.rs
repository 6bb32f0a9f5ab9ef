//! The rules of a load: what the walk over a stream finds ([`crate::accept`]). One file each, as the rules of schemas; what looks for
//! them is the walk.

macro_rules! rule {
    ($(#[doc = $line:literal])* $id:literal, $severity:ident, $section:literal) => {
        $(#[doc = $line])*
        pub(super) static RULE: crate::compat::Rule = crate::compat::Rule {
            id: $id,
            severity: crate::compat::Severity::$severity,
            text: concat!($($line, "\n"),*),
            section: $section,
            check: None,
        };
    };
}

macro_rules! rules {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// What is found in a stream's bytes only, by id.
        pub static STREAM_RULES: &[&crate::compat::Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    capability_differs
    command_unknown
    configuration_missing
    configuration_unexpected
    footer_missing
    footers_differ
    machine_differs
    page_bits_differ
    pci_config_differs
    pointer_missing
    ports_differ
    queue_too_large
    ram_block_missing
    ram_size_differs
    source_unreadable
    stream_ends
    uuid_differs
    value_differs
    value_opaque
}
