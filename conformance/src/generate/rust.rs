//! Structs with the derive: one VMStateDescription as a person would have written it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::elements::{buffer, elements, Line, BOXED};
use super::encoding::{self, Encoding};
use super::layout::Count;
use super::names::{common_prefix, in_comment, snake, stem, Taken};
use super::pool::{Field, Kind, Pool, Struct, StructId};

/// What the text of a struct needs around it.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Structs that it names.
    pub structs: BTreeSet<StructId>,
    /// Items of vmsd-schema.
    pub vmsd_schema: BTreeSet<&'static str>,
    /// Whether it has a tree.
    pub trees: bool,
    /// JSON types that have no codec.
    pub opaque: BTreeSet<String>,
}

/// Writes structs of a pool, whose Rust names are known.
pub(super) struct Writer<'p> {
    /// The structs.
    pub pool: &'p Pool,
    /// Their names.
    pub names: &'p [String],
    /// The name of the type that stands for a JSON type without a codec.
    pub opaque: &'p dyn Fn(&str) -> String,
}

impl Writer<'_> {
    /// The text of struct `id`; `uses` learns what it names.
    #[must_use]
    pub(super) fn structure(&self, id: StructId, uses: &mut Uses) -> String {
        let (Some(content), Some(rust_name)) = (self.pool.get(id), self.names.get(id)) else {
            return String::new();
        };
        uses.vmsd_schema.insert("VmState");
        let names: Vec<&str> = content.fields.iter().map(|f| f.name.as_str()).collect();
        let prefix = common_prefix(&names);
        let mut taken = Taken::default();
        let mut body = String::new();
        let mut needs_default = false;
        for field in &content.fields {
            let ident = taken.take(&ident_of(field, &prefix, &names));
            let mut line = self.line(&content.name, field, &ident, &mut taken, uses);
            needs_default |= line.needs_default;
            let implied = match &field.kind {
                Kind::Leaf(name, Some(_)) if name == "unused_buffer" => "unused".to_owned(),
                Kind::Tmp(_) if field.count == Count::One => "tmp".to_owned(),
                _ => format!("{prefix}{ident}"),
            };
            if implied != field.name {
                line.words.insert(0, format!("name = {:?}", field.name));
            }
            emit_field(&mut body, &ident, &line);
        }
        for subsection in &content.subsections {
            self.subsection(content, *subsection, &mut taken, &mut body, uses);
        }
        let mut words = vec![
            format!("name = {:?}", content.name),
            format!("version = {}", content.version),
        ];
        if let Some(minimum) = content
            .minimum_version
            .filter(|min| *min != content.version)
        {
            words.push(format!("minimum_version = {minimum}"));
        }
        if !prefix.is_empty() {
            words.push(format!("prefix = {prefix:?}"));
        }
        if content.opaque {
            words.push("opaque".to_owned());
        }
        if needs_default {
            words.push("default".to_owned());
        }
        let mut out = String::new();
        for doc in docs_of(content) {
            let _ = writeln!(out, "{}", format!("/// {doc}").trim_end());
        }
        let derives = match (self.pool.is_ordered(id), needs_default) {
            (true, _) => "Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState",
            (false, true) => "Clone, Debug, PartialEq, VmState",
            (false, false) => "Clone, Debug, Default, PartialEq, VmState",
        };
        let _ = writeln!(out, "#[derive({derives})]");
        attributes(&mut out, "", &words);
        if body.is_empty() {
            let _ = writeln!(out, "pub struct {rust_name} {{}}");
        } else {
            let _ = writeln!(out, "pub struct {rust_name} {{\n{body}}}");
        }
        out
    }

    fn subsection(
        &self,
        parent: &Struct,
        id: StructId,
        taken: &mut Taken,
        body: &mut String,
        uses: &mut Uses,
    ) {
        let (Some(child), Some(name)) = (self.pool.get(id), self.names.get(id)) else {
            return;
        };
        uses.structs.insert(id);
        let own = child.name.strip_prefix(parent.name.as_str());
        let foreign = own.is_none_or(str::is_empty);
        let ident = taken.take(&snake(
            own.filter(|own| !own.is_empty()).unwrap_or(&child.name),
        ));
        let mut words = vec!["subsection".to_owned()];
        if foreign {
            words.push("foreign_name".to_owned());
        }
        attributes(body, "    ", &words);
        let _ = writeln!(body, "    pub {ident}: Option<{name}>,");
    }

    fn line(
        &self,
        vmsd: &str,
        field: &Field,
        ident: &str,
        taken: &mut Taken,
        uses: &mut Uses,
    ) -> Line {
        let mut line = Line::default();
        match &field.kind {
            Kind::Leaf(type_name, size) => {
                let encoding = encoding::of(vmsd, type_name, *size);
                self.leaf(
                    &mut line, field, type_name, *size, encoding, ident, taken, uses,
                );
            }
            Kind::Struct(id) => {
                let name = self.named(*id, uses);
                let width = self.width(*id);
                elements(
                    &mut line,
                    field,
                    &Encoding::Plain(name),
                    width,
                    ident,
                    taken,
                );
            }
            Kind::VStruct(id, version) => {
                line.words.push(format!("struct_version = {version}"));
                let name = self.named(*id, uses);
                let width = self.width(*id);
                elements(
                    &mut line,
                    field,
                    &Encoding::Plain(name),
                    width,
                    ident,
                    taken,
                );
            }
            Kind::Tmp(id) => {
                let codec = "codec::Tmp<0>".to_owned();
                let encoding = Encoding::List(self.named(*id, uses), "tmp", codec);
                elements(&mut line, field, &encoding, 0, ident, taken);
            }
            Kind::List(list, id) => {
                let ty = format!("Vec<{}>", self.named(*id, uses));
                let (word, codec) = match list.as_str() {
                    "qlist" => ("qlist", "codec::Qlist<0>"),
                    _ => ("qtailq", "codec::Qtailq<0>"),
                };
                let encoding = Encoding::List(ty, word, codec.to_owned());
                elements(&mut line, field, &encoding, 24, ident, taken);
            }
            Kind::Tree(key, value) => {
                uses.trees = true;
                let key = match key {
                    Some(key) => self.named(*key, uses),
                    None => "u64".to_owned(),
                };
                let ty = format!("BTreeMap<{key}, {}>", self.named(*value, uses));
                let encoding = Encoding::List(ty, "gtree", "codec::Gtree<0>".to_owned());
                elements(&mut line, field, &encoding, 24, ident, taken);
            }
            Kind::Undescribed { after } => {
                line.docs.push(
                    "Pointers, of which the first is NULL; QEMU does not say what the others are."
                        .to_owned(),
                );
                let count = match field.count {
                    Count::Fixed(count) => count,
                    _ => 1,
                };
                line.words
                    .push(format!("with = codec::Undescribed<{count}, {after}>"));
                line.ty = "Vec<u8>".to_owned();
            }
        }
        if line.words.iter().any(|w| w.contains("codec::")) || line.ty.contains("codec::") {
            uses.vmsd_schema.insert("codec");
        }
        match &field.kind {
            Kind::Leaf(name, _) if name == "timer" => _ = uses.vmsd_schema.insert("Timer"),
            Kind::Leaf(name, Some(_)) if name == "unused_buffer" => {
                uses.vmsd_schema.insert("Unused");
            }
            _ => {}
        }
        if field.optional {
            let fact = taken.take(&format!("has_{ident}"));
            line.words.push(format!("exists = {fact}"));
            if !field.uncompressed {
                line.words.push("compressed".to_owned());
            }
            line.facts.push((fact, "bool", None));
        }
        // Elements of a list would load at that version.
        let plain = matches!(
            field.kind,
            Kind::Leaf(..) | Kind::Struct(_) | Kind::VStruct(..)
        );
        if field.since > 0 && plain && !field.optional && !field.conditional {
            line.words.push(format!("since = {}", field.since));
        }
        if field.conditional {
            line.docs
                .push("A predicate of the device decides whether this is sent.".to_owned());
        }
        if field.uncompressed {
            line.words.push("uncompressed".to_owned());
        }
        line
    }

    #[expect(clippy::too_many_arguments, reason = "what a leaf is made of")]
    fn leaf(
        &self,
        line: &mut Line,
        field: &Field,
        type_name: &str,
        size: Option<u64>,
        encoding: Encoding,
        ident: &str,
        taken: &mut Taken,
        uses: &mut Uses,
    ) {
        match encoding {
            Encoding::Buffer => buffer(line, field, size, ident, taken),
            Encoding::Bitmap => {
                let fact = taken.take(&format!("{ident}_bits"));
                line.words.push(format!("bitmap, len = {fact}"));
                line.ty = "Vec<u64>".to_owned();
                let bits = size.map(|size| size * 8);
                line.needs_default |= bits.is_some();
                line.facts.push((fact, "u32", bits));
            }
            Encoding::Opaque => {
                uses.opaque.insert(type_name.to_owned());
                let codec = format!("codec::Opaque<{}>", (self.opaque)(type_name));
                let encoding = Encoding::With("Vec<u8>".to_owned(), codec);
                elements(line, field, &encoding, 24, ident, taken);
            }
            encoding => elements(line, field, &encoding, size.unwrap_or(8), ident, taken),
        }
    }

    fn named(&self, id: StructId, uses: &mut Uses) -> String {
        uses.structs.insert(id);
        self.names.get(id).cloned().unwrap_or_default()
    }

    /// Bytes of a value in memory, roughly.
    fn width(&self, id: StructId) -> u64 {
        let Some(content) = self.pool.get(id) else {
            return 0;
        };
        let fields = content.fields.iter().map(|field| {
            let one = match &field.kind {
                Kind::Leaf(_, size) => size.unwrap_or(24),
                Kind::Struct(id) | Kind::VStruct(id, _) | Kind::Tmp(id) => self.width(*id),
                _ => 24,
            };
            let all = match field.count {
                Count::Fixed(count) => one.saturating_mul(count),
                _ => one,
            };
            if all > BOXED {
                24
            } else {
                all
            }
        });
        let subsections = content.subsections.iter().map(|id| self.width(*id));
        fields.chain(subsections).sum()
    }
}

/// The Rust name of a field: without the prefix, and without `[k]` where nothing else has that name.
fn ident_of(field: &Field, prefix: &str, names: &[&str]) -> String {
    let own = field.name.strip_prefix(prefix).unwrap_or(&field.name);
    let bare = stem(own);
    let alone = names
        .iter()
        .filter(|name| stem(name) == stem(&field.name))
        .count()
        == 1;
    snake(if alone { bare } else { own })
}

fn docs_of(content: &Struct) -> Vec<String> {
    let (name, version) = (in_comment(&content.name), content.version);
    let mut docs = match &content.alias {
        Some(alias) => vec![format!(
            "What `{}` is: there was none in any source.",
            in_comment(alias)
        )],
        None if content.opaque => vec![format!(
            "`{name}`, version {version}: an old-style handler, whose bytes only it understands."
        )],
        None => vec![format!("`{name}`, version {version}.")],
    };
    if !content.unsent.is_empty() {
        docs.push(String::new());
        docs.push("Not sent by any source, and known to a dump:".to_owned());
        let unsent = content.unsent.iter();
        docs.extend(unsent.map(|name| format!("* `{}`", in_comment(name))));
    }
    docs
}

fn emit_field(out: &mut String, ident: &str, line: &Line) {
    for doc in &line.docs {
        let _ = writeln!(out, "    /// {doc}");
    }
    attributes(out, "    ", &line.words);
    let _ = writeln!(out, "    pub {ident}: {},", line.ty);
    for (fact, ty, default) in &line.facts {
        let _ = writeln!(out, "    /// Never sent.");
        match default {
            Some(value) => {
                let _ = writeln!(out, "    #[vmstate(skip, default = {value})]");
            }
            None => {
                let _ = writeln!(out, "    #[vmstate(skip)]");
            }
        }
        let _ = writeln!(out, "    pub {fact}: {ty},");
    }
}

/// The words in as few attributes as fit into lines.
fn attributes(out: &mut String, indent: &str, words: &[String]) {
    const WIDTH: usize = 70;
    let mut line = String::new();
    let mut flush = |line: &mut String| {
        if !line.is_empty() {
            let _ = writeln!(out, "{indent}#[vmstate({line})]");
            line.clear();
        }
    };
    for word in words {
        if !line.is_empty() && line.len() + 2 + word.len() > WIDTH {
            flush(&mut line);
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(word);
    }
    flush(&mut line);
}
