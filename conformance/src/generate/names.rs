//! Names in Rust's case from names on the wire.

use std::collections::{BTreeSet, HashSet};

/// Words that cannot be names, of all editions, and such as would hide what the generated code uses.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names that are taken.
#[derive(Debug, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// Names that are taken from the start.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// `name`, or with a number where it is taken.
    pub fn take(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            let separator = if name.ends_with(|last: char| last.is_ascii_digit()) {
                "_"
            } else {
                ""
            };
            free = format!("{name}{separator}{number}");
            number += 1;
        }
        free
    }
}

/// `ar.pm1.evt.sts` as `ar_pm1_evt_sts`: a field, a module.
#[must_use]
pub fn snake(wire: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = wire.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
        let starts_word = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || before.is_ascii_uppercase() && next_is_lower);
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
        } else {
            if starts_word && !out.ends_with('_') && !out.is_empty() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    let out = out.trim_end_matches('_');
    match out.chars().next() {
        None => "field".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{out}"),
        Some(_) if KEYWORDS.contains(&out) => format!("{out}_"),
        Some(_) => out.to_owned(),
    }
}

/// `ide_drive/pio_state` as `IdeDrivePioState`: a struct.
#[must_use]
pub fn camel(wire: &str) -> String {
    let mut out = String::new();
    for part in snake(wire).split('_') {
        let mut chars = part.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.extend(chars);
    }
    match out.as_str() {
        // What the generated code calls by its bare name.
        "Timer" | "Unused" | "VmState" | "Vec" | "Box" | "Option" | "String" | "BTreeMap"
        | "Default" | "Clone" | "Debug" | "Self" | "Registry" | "Mirror" => out + "State",
        _ => out,
    }
}

/// A field's name without what QEMU adds to tell fields of one name apart, if that is what it is.
#[must_use]
pub fn stem(wire: &str) -> &str {
    let Some(open) = wire.rfind('[') else {
        return wire;
    };
    let number = wire.get(open + 1..).and_then(|end| end.strip_suffix(']'));
    match number {
        Some(number) if number.bytes().all(|b| b.is_ascii_digit()) => {
            wire.get(..open).unwrap_or(wire)
        }
        _ => wire,
    }
}

/// A text of the input in a comment: nothing in it ends the line or the comment, or is read backwards.
#[must_use]
pub fn in_comment(wire: &str) -> String {
    let mut out = String::new();
    for c in wire.chars() {
        match c {
            '"' | '\'' => out.push(c),
            // It would end a comment of C.
            '/' if out.ends_with('*') => out.push_str("\\/"),
            _ => out.extend(c.escape_debug()),
        }
    }
    out
}

/// What stands before most of `names`, up to a dot or an arrow: `env.`.
#[must_use]
pub fn common_prefix(names: &[&str]) -> String {
    let ends = |name: &str| {
        let ends = name.match_indices(['.', '>']).map(|(at, _)| at + 1);
        ends.filter_map(|end| name.get(..end).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let prefixes: BTreeSet<String> = names.iter().flat_map(|name| ends(name)).collect();
    let sharing = |prefix: &String| {
        names
            .iter()
            .filter(|n| n.starts_with(prefix.as_str()))
            .count()
    };
    // The longest that most share; one that stands for itself alone says nothing.
    let most = prefixes
        .into_iter()
        .filter(|prefix| sharing(prefix) * 2 > names.len());
    most.filter(|prefix| sharing(prefix) > 1)
        .max_by_key(String::len)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_holds_what_it_is_given() {
        for (wire, text) in [
            ("ide_drive/pio_state[1] 'x'", "ide_drive/pio_state[1] 'x'"),
            ("a\n#[test]\r\u{2028}", "a\\n#[test]\\r\\u{2028}"),
            ("a */ int x; /*", "a *\\/ int x; /*"),
            ("a\u{202e}b", "a\\u{202e}b"),
        ] {
            assert_eq!(in_comment(wire), text);
        }
    }

    #[test]
    fn wire_names_in_rusts_case() {
        for (wire, field, state) in [
            ("ar.pm1.evt.sts", "ar_pm1_evt_sts", "ArPm1EvtSts"),
            ("bus->nirq", "bus_nirq", "BusNirq"),
            ("PCIDevice", "pci_device", "PciDevice"),
            (
                "ide_drive/pio_state",
                "ide_drive_pio_state",
                "IdeDrivePioState",
            ),
            ("type", "type_", "Type"),
            ("16550A", "n16550_a", "N16550A"),
            ("timer", "timer", "TimerState"),
            (
                "gt_timer[GTIMER_PHYS]",
                "gt_timer_gtimer_phys",
                "GtTimerGtimerPhys",
            ),
        ] {
            assert_eq!(
                (snake(wire), camel(wire)),
                (field.to_owned(), state.to_owned())
            );
        }
        assert_eq!(
            (stem("cur_offset[1]"), stem("gt[A]"), stem("x")),
            ("cur_offset", "gt[A]", "x")
        );
        assert_eq!(common_prefix(&["env.a", "env.b.c"]), "env.");
        assert_eq!(common_prefix(&["env.a", "env.b", "halted"]), "env.");
        assert_eq!(common_prefix(&["env.a", "halted"]), "");
    }
}
