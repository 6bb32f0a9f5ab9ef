//! A source of schemas: a stream, a dump, a schema file, or the built-in mirrors; as it lies there or compressed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::decode::typed::Mirror;
use vmsd_schema::schema::{
    Clash, Coverage, Device, Dialect, Field, Schema, SchemaSet, StreamDescription,
};
use vmsd_schema::stream::Parser;
use vmsd_schema::{Error, ErrorKind};

use crate::files::container::{self, io_error, Source as Bytes, HEAD_LEN};
use crate::files::input::STDIN;
use crate::files::map::Map;
use crate::files::shortened::mapped;
use crate::limits::{MAX_LAYERS, MAX_UNPACKED_JSON, MAX_UNPACKED_STREAM};
use crate::mirrors;

/// Where schemas come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A stream, a dump or a schema file.
    File(PathBuf),
    /// The built-in mirrors, as some QEMU version names their fields.
    Builtin(Option<Dialect>),
}

/// What a source has.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What to call it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it tells.
    pub set: SchemaSet,
    /// What is wrong with it, and does not keep it from being used.
    pub warnings: Vec<String>,
}

/// What a source turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A migration stream.
    Stream,
    /// The description of a stream alone.
    Description,
    /// A dump, or a schema file of ours.
    Schema,
    /// The built-in mirrors.
    Builtin,
}

/// Why a source cannot be used.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be read.
    Io(io::Error),
    /// It is not what it should be.
    Content(String),
}

impl Source {
    /// How reports call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Builtin(None) => "built-in mirrors".to_owned(),
            Self::Builtin(Some(dialect)) => format!("built-in mirrors {dialect}"),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// What the system says of the file, or why its content is none of what a source may be.
    pub fn load(&self) -> Result<Loaded, Failure> {
        match self {
            Self::Builtin(dialect) => Ok(Loaded {
                name: self.name(),
                kind: Kind::Builtin,
                set: builtin(*dialect),
                warnings: Vec::new(),
            }),
            Self::File(path) => {
                let (kind, set, warnings) = with_bytes(path, parse).map_err(Failure::Io)??;
                Ok(Loaded {
                    name: self.name(),
                    kind,
                    set,
                    warnings,
                })
            }
        }
    }
}

/// Reads several at once, on as many threads.
#[must_use]
pub fn load_all(sources: &[Source]) -> Vec<Result<Loaded, Failure>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = sources
            .iter()
            .map(|source| scope.spawn(|| source.load()))
            .collect();
        let crashed = |_| Err(Failure::Content("the reader crashed".to_owned()));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(crashed))
            .collect()
    })
}

/// Several sources as one: what each knows of the same machine. Contradictions are returned as well.
#[must_use]
pub fn merge(sources: &[Loaded]) -> (SchemaSet, Vec<Clash>) {
    let Some((first, rest)) = sources.split_first() else {
        return (SchemaSet::default(), Vec::new());
    };
    let mut clashes = Vec::new();
    let set = rest.iter().fold(first.set.clone(), |set, source| {
        let (merged, found) = set.merged(&source.set);
        clashes.extend(found);
        merged
    });
    (set, clashes)
}

/// Every built-in mirror. With a dialect, what that family of versions has, by its names.
#[must_use]
pub fn builtin(dialect: Option<Dialect>) -> SchemaSet {
    let registry = mirrors::registry();
    let devices = registry
        .mirrors()
        .iter()
        .filter(|mirror| mirror.preset.is_empty())
        .filter(|mirror| dialect.is_none_or(|dialect| mirrors::covers(mirror.name, dialect)));
    SchemaSet {
        qemu: dialect.map(|dialect| dialect.example().to_owned()),
        coverage: Coverage::default(),
        devices: devices
            .map(|mirror| Device {
                schema: match dialect {
                    Some(dialect) => schema_in(mirror, dialect),
                    None => mirror.schema(),
                },
                ..Device::default()
            })
            .collect(),
        ..SchemaSet::default()
    }
}

/// The table of `mirror` as `dialect`'s versions have it, in their words: a description knows those.
fn schema_in(mirror: &Mirror, dialect: Dialect) -> Schema {
    let mut schema = mirror.schema();
    mirrors::prune(&mut schema, dialect);
    if !is_renamed(&schema) {
        return schema;
    }
    if let Ok(described) = mirror.make().layout(dialect, mirror.version) {
        rename(
            &mut schema,
            &Schema::from_description(&described.description),
        );
    }
    schema
}

/// Whether a field has another name in some version.
fn is_renamed(schema: &Schema) -> bool {
    let field =
        |field: &Field| !field.aliases.is_empty() || field.shape.tables().iter().any(is_renamed);
    schema.fields.iter().any(field) || schema.subsections.iter().any(is_renamed)
}

fn rename(schema: &mut Schema, shown: &Schema) {
    for field in &mut schema.fields {
        let Some(known) = shown
            .fields
            .iter()
            .find(|known| field.is_called(&known.name))
        else {
            continue;
        };
        if let Some(alias) = field.aliases.iter_mut().find(|alias| **alias == known.name) {
            std::mem::swap(alias, &mut field.name);
        }
        if let Some(inner) = known.shape.described() {
            field.shape.each_table(&mut |table| {
                if table.name == inner.name {
                    rename(table, inner);
                }
            });
        }
    }
    for subsection in &mut schema.subsections {
        let mut shown = shown.subsections.iter();
        if let Some(known) = shown.find(|known| known.name == subsection.name) {
            rename(subsection, known);
        }
    }
}

/// All bytes of a file, out of whatever it is wrapped in.
pub(crate) fn with_bytes<T>(path: &Path, work: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
    let mut bytes = if path == Path::new(STDIN) {
        Bytes::pipe(io::stdin())
    } else {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_file() {
            mapped(path, &metadata);
            Bytes::mapped(Map::new(&file)?)
        } else {
            Bytes::pipe(file)
        }
    };
    for _ in 0..MAX_LAYERS {
        match container::Kind::of(bytes.peek(HEAD_LEN)?) {
            Some(container::Kind::Compressed(compression)) => bytes = compression.open(bytes)?,
            _ => break,
        }
    }
    // Only streams come in further containers, and only they are searched for.
    let head = bytes.peek(HEAD_LEN)?;
    let json = head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !json {
        bytes = container::open(bytes, &container::Options::default())?.source;
    }
    if let Bytes::Window(window) = &bytes {
        return Ok(work(window.as_slice()));
    }
    let limit = if json {
        MAX_UNPACKED_JSON
    } else {
        MAX_UNPACKED_STREAM
    };
    let mut whole = Vec::new();
    let unpacked = bytes.into_read().take(limit + 1).read_to_end(&mut whole)?;
    if unpacked as u64 > limit {
        let message = format!(
            "is more than {limit} bytes when it is unpacked: it has to be unpacked to a file first"
        );
        return Err(io_error(Error::at(ErrorKind::Limit, limit, message)));
    }
    Ok(work(&whole))
}

/// What the bytes are, by their beginning.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Kind, SchemaSet, Vec<String>), Failure> {
    let content = |error: Error| Failure::Content(error.to_string());
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return stream(bytes);
    }
    match SchemaSet::from_json(bytes) {
        Ok(set) => Ok((Kind::Schema, set, Vec::new())),
        Err(error) => match StreamDescription::from_json(bytes, 0) {
            Ok(description) if description.page_size > 0 => Ok((
                Kind::Description,
                SchemaSet::from_description(&description),
                Vec::new(),
            )),
            _ => Err(content(error)),
        },
    }
}

fn stream(bytes: &[u8]) -> Result<(Kind, SchemaSet, Vec<String>), Failure> {
    let registry = mirrors::registry();
    let machine = Machine::read(bytes, Parser::new(), &registry, Options::default());
    if machine.sections.is_empty() {
        let nothing = || "there is no section in this stream".to_owned();
        let sentence = machine
            .stopped
            .as_ref()
            .map_or_else(nothing, ToString::to_string);
        return Err(Failure::Content(sentence));
    }
    let wrong = machine.stopped.iter().chain(&machine.problems);
    let warnings = wrong.map(ToString::to_string).collect();
    Ok((Kind::Stream, machine.schemas(), warnings))
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Io(error) => error.to_string(),
            Failure::Content(sentence) => sentence,
        }
    }
}
