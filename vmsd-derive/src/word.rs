//! Every word of the grammar, once.

use std::fmt;

/// A word of `#[vmstate(…)]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) &'static str);

pub(crate) const NAME: Word = Word("name");
pub(crate) const VERSION: Word = Word("version");
pub(crate) const MINIMUM_VERSION: Word = Word("minimum_version");
pub(crate) const PRE_SAVE: Word = Word("pre_save");
pub(crate) const POST_SAVE: Word = Word("post_save");
pub(crate) const PRE_LOAD: Word = Word("pre_load");
pub(crate) const POST_LOAD: Word = Word("post_load");
pub(crate) const PRIORITY: Word = Word("priority");
pub(crate) const EARLY_SETUP: Word = Word("early_setup");
pub(crate) const UNMIGRATABLE: Word = Word("unmigratable");
pub(crate) const OPAQUE: Word = Word("opaque");
pub(crate) const CRATE: Word = Word("crate");
pub(crate) const PREFIX: Word = Word("prefix");
pub(crate) const DEFAULT: Word = Word("default");
pub(crate) const SKIP: Word = Word("skip");
pub(crate) const SINCE: Word = Word("since");
pub(crate) const EXISTS: Word = Word("exists");
pub(crate) const LEN: Word = Word("len");
pub(crate) const RANGE: Word = Word("range");
pub(crate) const BUFFER: Word = Word("buffer");
pub(crate) const BITMAP: Word = Word("bitmap");
pub(crate) const TIMER: Word = Word("timer");
pub(crate) const QTAILQ: Word = Word("qtailq");
pub(crate) const QLIST: Word = Word("qlist");
pub(crate) const GTREE: Word = Word("gtree");
pub(crate) const BYTE_ARRAY: Word = Word("byte_array");
pub(crate) const CPU_DOUBLE: Word = Word("cpu_double");
pub(crate) const TMP: Word = Word("tmp");
pub(crate) const WITH: Word = Word("with");
pub(crate) const EQUAL: Word = Word("equal");
pub(crate) const MAX: Word = Word("max");
pub(crate) const VALIDATE: Word = Word("validate");
pub(crate) const STRUCT_VERSION: Word = Word("struct_version");
pub(crate) const MARKED: Word = Word("marked");
pub(crate) const UNCOMPRESSED: Word = Word("uncompressed");
pub(crate) const COMPRESSED: Word = Word("compressed");
pub(crate) const SUBSECTION: Word = Word("subsection");
pub(crate) const FOREIGN_NAME: Word = Word("foreign_name");
pub(crate) const RENAMED: Word = Word("renamed");

/// Words of a container.
pub(crate) const CONTAINER: &[Word] = &[
    NAME,
    VERSION,
    MINIMUM_VERSION,
    PRE_SAVE,
    POST_SAVE,
    PRE_LOAD,
    POST_LOAD,
    PRIORITY,
    EARLY_SETUP,
    UNMIGRATABLE,
    OPAQUE,
    CRATE,
    PREFIX,
    DEFAULT,
];

/// Words of a field.
pub(crate) const FIELD: &[Word] = &[
    NAME,
    SKIP,
    SINCE,
    EXISTS,
    LEN,
    RANGE,
    BUFFER,
    BITMAP,
    TIMER,
    QTAILQ,
    QLIST,
    GTREE,
    BYTE_ARRAY,
    CPU_DOUBLE,
    TMP,
    WITH,
    EQUAL,
    MAX,
    VALIDATE,
    STRUCT_VERSION,
    MARKED,
    UNCOMPRESSED,
    COMPRESSED,
    SUBSECTION,
    FOREIGN_NAME,
    RENAMED,
    DEFAULT,
];

/// What `priority` takes: the variants of the library's `Priority`.
pub(crate) const PRIORITIES: &[&str] = &[
    "Default",
    "Iommu",
    "PciBus",
    "VirtioMem",
    "GicV3Its",
    "GicV3",
    "Apic",
    "Max",
];

/// What `renamed` takes: the variants of the library's `Dialect`.
pub(crate) const DIALECTS: &[&str] = &["Qemu5_2", "Qemu7_2", "Qemu10_0", "Qemu11_1"];

/// Words of other derives and of the C macros for what is said differently here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("rename", "write `name = \"…\"`"),
    (
        "needed",
        "a subsection is needed where its `Option` is `Some`",
    ),
    ("count", "write `len = field` or `len = field * N`"),
    ("version_id", "write `version = N`"),
    ("minimum_version_id", "write `minimum_version = N`"),
    (
        "subsections",
        "write `subsection` on fields of type `Option<S>`, last in the struct",
    ),
    ("array", "the type says it: `[T; N]`"),
    ("pointer", "the type says it: `Box<T>`"),
    ("unused", "the type says it: a field of type `Unused<N>`"),
];

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What to say of a word that is not one of `here`.
pub(crate) fn unknown(word: &str, here: &[Word], elsewhere: &[Word]) -> String {
    if let Some(known) = elsewhere.iter().find(|known| known.0 == word) {
        let place = if here == CONTAINER {
            "a field"
        } else {
            "the struct"
        };
        return format!(
            "`{known}` is a word of {place}, not of {}",
            if here == CONTAINER {
                "the struct"
            } else {
                "a field"
            }
        );
    }
    if let Some((_, instead)) = ELSEWHERE.iter().find(|(other, _)| *other == word) {
        return format!("unknown word `{word}`: {instead}");
    }
    let here: Vec<&str> = here.iter().map(|word| word.0).collect();
    match nearest(word, &here) {
        Some(nearest) => format!(
            "unknown word `{word}`; did you mean `{nearest}`? Words that can stand here: {}",
            list(&here)
        ),
        None => format!(
            "unknown word `{word}`; words that can stand here: {}",
            list(&here)
        ),
    }
}

/// What to say of a name that is not one of `known`.
pub(crate) fn not_one_of(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(nearest) => format!(
            "there is no `{name}`; did you mean `{nearest}`? There are {}",
            list(known)
        ),
        None => format!("there is no `{name}`; there are {}", list(known)),
    }
}

fn list(known: &[&str]) -> String {
    let quoted: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// The one of `known` that `word` may have been meant for.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distances = known.iter().map(|known| (distance(word, known), *known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(word.len() / 3)).then_some(nearest)
}

/// The Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let substituted = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = substituted.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
