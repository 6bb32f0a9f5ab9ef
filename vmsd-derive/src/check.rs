//! Rules that look at more than one word. Each is a function whose name is the rule.

use crate::ast::{argument, last_segment, Container};
use crate::attr::{ContainerAttrs, FieldAttrs};
use crate::ctxt::Ctxt;
use crate::word;

type Parsed<'f> = [(&'f syn::Field, FieldAttrs)];

/// Rules about the words of fields.
pub(crate) fn fields(cx: &Ctxt, container: &ContainerAttrs, fields: &Parsed<'_>) {
    for (field, attrs) in fields {
        skip_excludes_everything(cx, attrs);
        since_excludes_exists(cx, attrs);
        compressed_needs_exists(cx, attrs);
        compressed_or_not(cx, attrs);
        one_encoding(cx, attrs);
        bitmap_needs_len(cx, attrs);
        vec_needs_len(cx, field, attrs);
        lists_need_their_type(cx, field, attrs);
        subsection_is_an_option(cx, field, attrs);
        len_excludes_range(cx, attrs);
        default_needs_an_impl(cx, container, attrs);
    }
    subsections_come_last(cx, fields);
    lengths_come_first(cx, fields);
    facts_are_skipped(cx, fields);
}

/// Rules about the struct.
pub(crate) fn container(cx: &Ctxt, container: &Container) {
    minimum_is_not_above_version(cx, container);
    bounds_name_fields(cx, container);
}

fn skip_excludes_everything(cx: &Ctxt, attrs: &FieldAttrs) {
    if !attrs.skip.is_set() {
        return;
    }
    for (word, place) in words(attrs) {
        if word != "skip" && word != "default" {
            cx.error(
                place,
                format!("a field that is skipped is not on the wire, so `{word}` says nothing"),
            );
        }
    }
}

fn since_excludes_exists(cx: &Ctxt, attrs: &FieldAttrs) {
    if let (Some(_), Some(exists)) = (attrs.since.as_ref(), attrs.exists.as_ref()) {
        cx.error(&exists.word, "`exists` decides alone (QEMU ignores the version then); put the version into the predicate");
    }
}

fn compressed_or_not(cx: &Ctxt, attrs: &FieldAttrs) {
    if let (Some(compressed), true) = (attrs.compressed.as_ref(), attrs.uncompressed.is_set()) {
        cx.error(
            &compressed.word,
            "`compressed` and `uncompressed` exclude each other",
        );
    }
}

fn compressed_needs_exists(cx: &Ctxt, attrs: &FieldAttrs) {
    if let (Some(compressed), None) = (attrs.compressed.as_ref(), attrs.exists.as_ref()) {
        cx.error(&compressed.word, "`compressed` is for an `exists` that QEMU's table does not have: other arrays are described once already");
    }
}

fn one_encoding(cx: &Ctxt, attrs: &FieldAttrs) {
    let encodings =
        ["with", "struct_version", "marked", "equal"].map(|word| (word, place(attrs, word)));
    let mut first = attrs.encoding.as_ref().map(|set| set.value.0);
    for (word, place) in encodings {
        let Some(place) = place else { continue };
        match first {
            Some(first) => cx.error(
                place,
                format!("a field has one encoding, and `{first}` is it already"),
            ),
            None => first = Some(word),
        }
    }
}

fn bitmap_needs_len(cx: &Ctxt, attrs: &FieldAttrs) {
    if let Some(set) = attrs
        .encoding
        .as_ref()
        .filter(|set| set.value == word::BITMAP)
    {
        if !attrs.len.is_set() && !attrs.bad.contains(&word::LEN) {
            cx.error(
                &set.word,
                "a `bitmap` needs `len = field`: the number of bits",
            );
        }
    }
}

fn vec_needs_len(cx: &Ctxt, field: &syn::Field, attrs: &FieldAttrs) {
    let whole = attrs
        .encoding
        .as_ref()
        .is_some_and(|set| [word::QTAILQ, word::QLIST, word::BYTE_ARRAY].contains(&set.value));
    let counted = attrs.len.is_set() || attrs.range.is_set() || !attrs.bad.is_empty();
    if attrs.skip.is_set() || attrs.with.is_set() || whole || counted {
        return;
    }
    if last_segment(&field.ty).is_some_and(|segment| segment.ident == "Vec") {
        cx.error(
            &field.ty,
            "a `Vec` has no length on the wire: say which field holds it with `len = field`",
        );
    }
}

fn lists_need_their_type(cx: &Ctxt, field: &syn::Field, attrs: &FieldAttrs) {
    let Some(set) = attrs.encoding.as_ref() else {
        return;
    };
    let (fits, form) = match set.value {
        word::QTAILQ | word::QLIST => (argument(&field.ty, "Vec", 0).is_some(), "`Vec<S>`"),
        word::GTREE => (
            argument(&field.ty, "BTreeMap", 1).is_some(),
            "`BTreeMap<K, S>`",
        ),
        _ => return,
    };
    if !fits {
        cx.error(
            &field.ty,
            format!("a `{}` is a {form} with `S: VmState`", set.value),
        );
    }
}

fn subsection_is_an_option(cx: &Ctxt, field: &syn::Field, attrs: &FieldAttrs) {
    match attrs.subsection.as_ref() {
        Some(_) => {
            if argument(&field.ty, "Option", 0).is_none() {
                cx.error(
                    &field.ty,
                    "a subsection is an `Option<T>`: `Some` is sent, `None` is not",
                );
            }
            for (word, place) in words(attrs) {
                if !["subsection", "foreign_name", "default", "skip"].contains(&word) {
                    cx.error(place, format!("a subsection is there or not as its `Option` is; `{word}` cannot decide it"));
                }
            }
        }
        None => {
            if let Some(foreign) = attrs.foreign_name.as_ref() {
                cx.error(&foreign.word, "`foreign_name` is for a `subsection`");
            }
        }
    }
}

fn len_excludes_range(cx: &Ctxt, attrs: &FieldAttrs) {
    if let (true, Some(range)) = (attrs.len.is_set(), attrs.range.as_ref()) {
        cx.error(
            &range.word,
            "`len` says already which elements are sent: the first ones",
        );
    }
}

/// Silence would leave std's derive to fill in another value.
fn default_needs_an_impl(cx: &Ctxt, container: &ContainerAttrs, attrs: &FieldAttrs) {
    if let (false, Some(default)) = (container.default.is_set(), attrs.default.as_ref()) {
        cx.error(
            &default.word,
            "`default` on a field needs `#[vmstate(default)]` on the struct, which writes `impl Default`",
        );
    }
}

fn subsections_come_last(cx: &Ctxt, fields: &Parsed<'_>) {
    let mut seen = false;
    for (field, attrs) in fields {
        if attrs.subsection.is_set() {
            seen = true;
        } else if seen && !attrs.skip.is_set() {
            cx.error(
                &field.ident,
                "subsections follow all fields on the wire: move this field before them",
            );
        }
    }
}

fn lengths_come_first(cx: &Ctxt, fields: &Parsed<'_>) {
    let position = |name: &syn::Ident| {
        fields
            .iter()
            .position(|(field, _)| field.ident.as_ref() == Some(name))
    };
    for (at, (_, attrs)) in fields.iter().enumerate() {
        let Some(set) = attrs.len.as_ref() else {
            continue;
        };
        let Some(name) = set.value.members.first() else {
            continue;
        };
        match position(name) {
            None => cx.error(name, format!("no field `{name}` in this struct")),
            Some(index) => {
                let unknown = fields
                    .get(index)
                    .is_some_and(|(_, attrs)| !known_before_it_is_loaded(attrs));
                if unknown && index >= at {
                    cx.error(name, format!("`{name}` is loaded after this field: its length would not be known yet"));
                }
            }
        }
    }
}

/// A fact of the destination: never sent, or sent to be compared (`with` may be such a comparison).
fn known_before_it_is_loaded(attrs: &FieldAttrs) -> bool {
    attrs.skip.is_set() || attrs.equal.is_set() || attrs.with.is_set()
}

fn facts_are_skipped(cx: &Ctxt, fields: &Parsed<'_>) {
    for (_, attrs) in fields {
        let Some(fact) = attrs.exists.as_ref().and_then(|set| set.value.get_ident()) else {
            continue;
        };
        let field = fields
            .iter()
            .find(|(field, _)| field.ident.as_ref() == Some(fact));
        if field.is_some_and(|(_, attrs)| !attrs.skip.is_set()) {
            cx.error(fact, format!("`{fact}` is on the wire: write the predicate as a function, `exists = Self::…`"));
        }
    }
}

fn minimum_is_not_above_version(cx: &Ctxt, container: &Container) {
    if let Some(minimum) = container.attrs.minimum_version.as_ref() {
        if container.attrs.version.is_set() && container.minimum_version > container.version {
            let (minimum_version, version) = (container.minimum_version, container.version);
            cx.error(
                &minimum.word,
                format!("minimum_version {minimum_version} is above version {version}"),
            );
        }
    }
}

fn bounds_name_fields(cx: &Ctxt, container: &Container) {
    for (_, sent) in container.sent() {
        if let Some(crate::attr::Max::LenOf(other)) = &sent.max {
            if !container.fields.iter().any(|field| field.ident == *other) {
                cx.error(other, format!("no field `{other}` in this struct"));
            }
        }
    }
}

/// The words that stand on a field, and where.
fn words(attrs: &FieldAttrs) -> Vec<(&'static str, &syn::Path)> {
    let encoding = attrs.encoding.as_ref().map(|set| (set.value.0, &set.word));
    let others = word::FIELD
        .iter()
        .filter_map(|word| Some((word.0, place(attrs, word.0)?)));
    encoding.into_iter().chain(others).collect()
}

/// Where `word` stands on a field, if it does. Bare encoding words share one slot.
fn place<'a>(attrs: &'a FieldAttrs, word: &str) -> Option<&'a syn::Path> {
    match word {
        "name" => attrs.name.as_ref().map(|set| &set.word),
        "skip" => attrs.skip.as_ref().map(|set| &set.word),
        "since" => attrs.since.as_ref().map(|set| &set.word),
        "exists" => attrs.exists.as_ref().map(|set| &set.word),
        "len" => attrs.len.as_ref().map(|set| &set.word),
        "range" => attrs.range.as_ref().map(|set| &set.word),
        "with" => attrs.with.as_ref().map(|set| &set.word),
        "equal" => attrs.equal.as_ref().map(|set| &set.word),
        "max" => attrs.max.as_ref().map(|set| &set.word),
        "validate" => attrs.validate.as_ref().map(|set| &set.word),
        "struct_version" => attrs.struct_version.as_ref().map(|set| &set.word),
        "marked" => attrs.marked.as_ref().map(|set| &set.word),
        "compressed" => attrs.compressed.as_ref().map(|set| &set.word),
        "uncompressed" => attrs.uncompressed.as_ref().map(|set| &set.word),
        "subsection" => attrs.subsection.as_ref().map(|set| &set.word),
        "foreign_name" => attrs.foreign_name.as_ref().map(|set| &set.word),
        "renamed" => attrs.renamed.as_ref().map(|set| &set.word),
        "default" => attrs.default.as_ref().map(|set| &set.word),
        _ => None,
    }
}
