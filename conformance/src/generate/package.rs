//! A crate of devices: which struct stands in which file, and the files around them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::layout::Layout;
use super::names::{camel, in_comment, snake, Taken};
use super::pool::{Pool, StructId};
use super::rust::{Uses, Writer};

/// A device that gets a file of its own.
#[derive(Clone, Debug)]
pub struct Device {
    /// What its sections look like.
    pub layout: Layout,
    /// Where they come from, for the file's head.
    pub sources: Vec<String>,
}

/// The files of `src`, and what is in them.
#[derive(Debug, Default)]
pub struct Sources {
    /// Text by name.
    pub files: BTreeMap<String, String>,
    /// The Rust path of each device, in the order in which they were given.
    pub devices: Vec<String>,
    /// JSON types that have no codec.
    pub opaque: BTreeSet<String>,
    /// How many structs there are.
    pub structs: usize,
}

const SHARED: &str = "shared";
const TYPES: &str = "types";

/// Writes `devices`.
#[must_use]
pub fn sources(devices: &[Device]) -> Sources {
    let mut pool = Pool::default();
    let roots: Vec<StructId> = devices.iter().map(|d| pool.add(&d.layout)).collect();
    let homes = Homes::new(&pool, devices, &roots);
    let names = rust_names(&pool);
    let opaque_name = |json: &str| format!("{TYPES}::{}", camel(json));
    let writer = Writer {
        pool: &pool,
        names: &names,
        opaque: &opaque_name,
    };
    let mut sources = Sources {
        structs: pool.len(),
        ..Sources::default()
    };
    for (module, ids) in homes.modules() {
        let text = module_text(&writer, &homes, &module, &ids, &mut sources.opaque);
        let device = devices.iter().zip(&roots).zip(homes.roots.iter());
        let head = match device.into_iter().find(|(_, home)| **home == module) {
            Some(((device, _), _)) => head_of(device),
            None => "//! What several devices have in common.\n".to_owned(),
        };
        sources
            .files
            .insert(format!("{module}.rs"), format!("{head}\n{text}"));
    }
    for (root, home) in roots.iter().zip(&homes.roots) {
        let name = names.get(*root).map_or("", String::as_str);
        sources.devices.push(format!("{home}::{name}"));
    }
    if !sources.opaque.is_empty() {
        let text = types_text(&sources.opaque);
        sources.files.insert(format!("{TYPES}.rs"), text);
    }
    let text = lib_text(&sources);
    sources.files.insert("lib.rs".to_owned(), text);
    sources
}

/// Which module each struct stands in.
struct Homes {
    of: Vec<String>,
    roots: Vec<String>,
}

impl Homes {
    fn new(pool: &Pool, devices: &[Device], roots: &[StructId]) -> Self {
        let mut taken = Taken::new([SHARED, TYPES, "lib", "main"]);
        let mut users: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); pool.len()];
        for (user, root) in roots.iter().enumerate() {
            let mut open = vec![*root];
            while let Some(id) = open.pop() {
                if users.get_mut(id).is_some_and(|users| users.insert(user)) {
                    open.extend(pool.children(id));
                }
            }
        }
        let modules: Vec<String> = devices
            .iter()
            .map(|device| taken.take(&snake(&device.layout.name)))
            .collect();
        let of = users.iter().enumerate().map(|(id, users)| {
            let own = roots.iter().position(|root| *root == id);
            let only = users.first().filter(|_| users.len() == 1).copied();
            let module = own.or(only).and_then(|user| modules.get(user));
            module.map_or(SHARED, String::as_str).to_owned()
        });
        Self {
            of: of.collect(),
            roots: modules,
        }
    }

    fn modules(&self) -> BTreeMap<String, Vec<StructId>> {
        let mut modules: BTreeMap<String, Vec<StructId>> = BTreeMap::new();
        for (id, module) in self.of.iter().enumerate() {
            modules.entry(module.clone()).or_default().push(id);
        }
        // Those that are named come behind those that name them.
        modules.values_mut().for_each(|ids| ids.reverse());
        modules
    }
}

fn rust_names(pool: &Pool) -> Vec<String> {
    let mut taken = Taken::default();
    let all = (0..pool.len()).filter_map(|id| pool.get(id));
    all.map(|content| {
        let name = content.alias.as_deref().unwrap_or(&content.name);
        taken.take(&camel(name))
    })
    .collect()
}

fn module_text(
    writer: &Writer<'_>,
    homes: &Homes,
    module: &str,
    ids: &[StructId],
    opaque: &mut BTreeSet<String>,
) -> String {
    let mut uses = Uses::default();
    let texts: Vec<String> = ids
        .iter()
        .map(|id| writer.structure(*id, &mut uses))
        .collect();
    let mut imports: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in &uses.structs {
        let (Some(home), Some(name)) = (homes.of.get(*id), writer.names.get(*id)) else {
            continue;
        };
        if home != module {
            imports.entry(home).or_default().push(name);
        }
    }
    let mut head = String::new();
    if uses.trees {
        head.push_str("use std::collections::BTreeMap;\n\n");
    }
    let items = uses.vmsd_schema.iter().copied().collect();
    import(&mut head, "vmsd_schema", items);
    if !imports.is_empty() || !uses.opaque.is_empty() {
        head.push('\n');
    }
    let local = imports
        .into_iter()
        .map(|(home, names)| (format!("crate::{home}"), names));
    let types = (!uses.opaque.is_empty()).then(|| ("crate".to_owned(), vec![TYPES]));
    let mut local: Vec<_> = local.chain(types).collect();
    local.sort();
    for (path, names) in local {
        import(&mut head, &path, names);
    }
    opaque.extend(uses.opaque);
    format!("{head}\n{}", texts.join("\n"))
}

/// A `use` as rustfmt writes it: modules first, then types.
fn import(out: &mut String, path: &str, mut names: Vec<&str>) {
    names.sort_by_key(|name| (name.starts_with(|c: char| c.is_ascii_uppercase()), *name));
    if let [only] = names.as_slice() {
        let _ = writeln!(out, "use {path}::{only};");
        return;
    }
    let line = format!("use {path}::{{{}}};", names.join(", "));
    if line.len() <= 100 {
        let _ = writeln!(out, "{line}");
        return;
    }
    let _ = write!(out, "use {path}::{{");
    let mut width = 101;
    for name in names {
        if width + name.len() + 2 > 100 {
            out.push_str("\n   ");
            width = 3;
        }
        let _ = write!(out, " {name},");
        width += name.len() + 2;
    }
    out.push_str("\n};\n");
}

fn head_of(device: &Device) -> String {
    let mut head = format!(
        "//! `{}`, from what is described in:\n//!\n",
        in_comment(&device.layout.name)
    );
    for source in &device.sources {
        // The folder is nobody's business.
        let file = std::path::Path::new(source).file_name();
        let file = file.map_or(source.into(), |file| file.to_string_lossy());
        let _ = writeln!(head, "//! * {}", in_comment(&file));
    }
    head
}

fn types_text(opaque: &BTreeSet<String>) -> String {
    let mut out =
        "//! Encodings that have no codec: of each the name that stands in the description.\n\n\
                   use vmsd_schema::codec::TypeName;\n"
            .to_owned();
    for json in opaque {
        let name = camel(json);
        let _ = write!(
            out,
            "\n/// `{}`.\n#[derive(Debug)]\npub enum {name} {{}}\n\n\
             impl TypeName for {name} {{\n    const TYPE_NAME: &'static str = {json:?};\n}}\n",
            in_comment(json)
        );
    }
    out
}

fn lib_text(sources: &Sources) -> String {
    let mut out = "//! Devices as QEMU's migration streams describe them, written by `vmsd generate rust`.\n//!\n\
                   //! A start for a person: names, types and order are those of the wire. What a stream does not\n\
                   //! tell is not here: which fields came with which version, predicates, and subsections that\n\
                   //! were not sent.\n\n"
        .to_owned();
    for file in sources.files.keys() {
        let _ = writeln!(out, "pub mod {};", file.trim_end_matches(".rs"));
    }
    out.push_str("\nuse vmsd_schema::decode::typed::{Mirror, Registry};\n\n");
    out.push_str("/// Every device here, for a reader of streams.\n#[must_use]\n");
    out.push_str("pub fn registry() -> Registry {\n");
    let mirrors = sources.devices.iter();
    let mirrors: Vec<String> = mirrors
        .map(|path| format!("Mirror::of::<{path}>()"))
        .collect();
    // As rustfmt has it: short lists on one line.
    let list = format!("[{}]", mirrors.join(", "));
    if list.len() <= 60 {
        let _ = writeln!(out, "    Registry::new({list})");
    } else {
        let lines: String = mirrors
            .iter()
            .map(|call| format!("        {call},\n"))
            .collect();
        let _ = writeln!(out, "    Registry::new([\n{lines}    ])");
    }
    out.push_str("}\n");
    out
}
