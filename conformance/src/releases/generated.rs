//! Bytes that a release would have sent, made from its schema alone, and a reader that has no more than the schema.

use vmsd_schema::schema::Schema;
use vmsd_schema::wire::{marker, Reader, Writer};
use vmsd_schema::Value;

use super::layout::{Bytes, Stop, Walk};

/// What is generated of all that a device could send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// What the values are.
    pub(super) fill: Fill,
    /// Whether fields are sent that depend on a predicate.
    pub(super) conditional: bool,
    /// Which subsections are sent.
    pub(super) subsections: Subsections,
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// What the reader holds.
    Own,
    /// Zeros.
    Zero,
    /// No two alike.
    Pattern,
}

/// Which subsections of each table are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subsections {
    None,
    All,
    /// The one of that number.
    Only(usize),
}

impl Subsections {
    fn has(self, index: usize) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(only) => only == index,
        }
    }
}

/// Every set of subsections that is generated for `schema`: none, all, and each by itself.
pub(super) fn subsections(schema: &Schema) -> Vec<Subsections> {
    let each = (0..schema.subsections.len()).map(Subsections::Only);
    let all = (!schema.subsections.is_empty()).then_some(Subsections::All);
    let mut sets: Vec<_> = std::iter::once(Subsections::None).chain(all).collect();
    if schema.subsections.len() > 1 {
        sets.extend(each);
    }
    sets
}

/// The body that `schema` describes at `version`. `own` is what the reader holds.
pub(super) fn write(
    schema: &Schema,
    version: u32,
    choice: Choice,
    own: Option<&Value>,
) -> Result<Vec<u8>, Stop> {
    let mut sink = Sink(Writer::new());
    Walk::new(&mut sink, choice).table(schema, version, own)?;
    Ok(sink.0.into_bytes())
}

/// Whether a reader of which only the schema is left would load `bytes` at `version`.
pub(super) fn read(
    schema: &Schema,
    version: u32,
    conditional: bool,
    bytes: &[u8],
) -> Result<(), Stop> {
    let choice = Choice {
        fill: Fill::Own,
        conditional,
        subsections: Subsections::None,
    };
    let versions = schema.minimum_version.zip(schema.version);
    if versions.is_some_and(|(minimum, newest)| !(minimum..=newest).contains(&version)) {
        return Err(Stop::Refused(format!("version {version} does not load")));
    }
    let mut source = Source(Reader::new(bytes));
    Walk::new(&mut source, choice).table(schema, version, None)?;
    match source.0.remaining() {
        0 => Ok(()),
        left => Err(Stop::Refused(format!("{left} bytes are left over"))),
    }
}

/// Whether a reader that loaded `bytes` holds something else in a field than what was sent in the one of that name.
pub(super) fn is_misread(
    schema: &Schema,
    version: u32,
    conditional: bool,
    bytes: &[u8],
    loaded: &Value,
) -> bool {
    let choice = Choice {
        fill: Fill::Own,
        conditional,
        subsections: Subsections::None,
    };
    let mut comparison = Comparison {
        source: Source(Reader::new(bytes)),
        differs: false,
    };
    let walked = Walk::new(&mut comparison, choice).table(schema, version, Some(loaded));
    walked.is_ok() && comparison.source.0.is_empty() && comparison.differs
}

struct Sink(Writer);

impl Bytes for Sink {
    fn value(&mut self, size: u64, wanted: u64) -> Result<u64, Stop> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let bytes = wanted.to_be_bytes();
        match bytes.len().checked_sub(size) {
            Some(skipped) => self.0.bytes(bytes.get(skipped..).unwrap_or_default()),
            None => {
                self.0.zeros(size - bytes.len());
                self.0.bytes(&bytes);
            }
        }
        Ok(wanted)
    }

    fn subsection(
        &mut self,
        schema: &Schema,
        from: usize,
        choice: Choice,
    ) -> Result<Option<(usize, u32)>, Stop> {
        let mut rest = schema.subsections.iter().enumerate().skip(from);
        let Some((index, child)) = rest.find(|(index, _)| choice.subsections.has(*index)) else {
            return Ok(None);
        };
        self.0.u8(marker::SUBSECTION);
        self.0
            .counted_string(&child.name)
            .map_err(|error| Stop::Untold(error.to_string()))?;
        let version = child.version.unwrap_or_default();
        self.0.u32(version);
        Ok(Some((index, version)))
    }
}

struct Source<'b>(Reader<'b>);

impl Source<'_> {
    fn refused(error: &vmsd_schema::Error) -> Stop {
        Stop::Refused(error.to_string())
    }
}

impl Bytes for Source<'_> {
    fn value(&mut self, size: u64, _: u64) -> Result<u64, Stop> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let bytes = self.0.bytes(size).map_err(|error| Self::refused(&error))?;
        Ok(bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// One that is not of this table may be of the one around it (`vmstate_subsection_load`).
    fn subsection(
        &mut self,
        schema: &Schema,
        _: usize,
        _: Choice,
    ) -> Result<Option<(usize, u32)>, Stop> {
        let mut ahead = self.0.clone();
        if ahead.peek() != Some(marker::SUBSECTION) {
            return Ok(None);
        }
        let mut header = || {
            ahead.skip(1)?;
            Ok((ahead.counted_bytes()?, ahead.u32()?))
        };
        let (name, version) = header().map_err(|error| Self::refused(&error))?;
        let known = schema
            .subsections
            .iter()
            .position(|child| child.name.as_bytes() == name);
        let Some(index) = known else {
            return Ok(None);
        };
        let child = schema.subsections.get(index);
        let versions = child.and_then(|child| child.minimum_version.zip(child.version));
        if versions.is_some_and(|(minimum, newest)| !(minimum..=newest).contains(&version)) {
            let name = String::from_utf8_lossy(name);
            return Err(Stop::Refused(format!(
                "version {version} of {name} does not load"
            )));
        }
        self.0 = ahead;
        Ok(Some((index, version)))
    }
}

/// Reads, and compares with what another reader made of the same bytes.
struct Comparison<'b> {
    source: Source<'b>,
    differs: bool,
}

impl Bytes for Comparison<'_> {
    fn value(&mut self, size: u64, wanted: u64) -> Result<u64, Stop> {
        self.source.value(size, wanted)
    }

    fn field(&mut self, size: u64, wanted: u64, held: Option<u64>) -> Result<u64, Stop> {
        let sent = self.source.value(size, wanted)?;
        let unused = 64u64.saturating_sub(size.saturating_mul(8));
        let mask = u64::MAX.checked_shr(u32::try_from(unused).unwrap_or(u32::MAX));
        self.differs |= held.is_some_and(|held| held & mask.unwrap_or(u64::MAX) != sent);
        Ok(sent)
    }

    fn subsection(
        &mut self,
        schema: &Schema,
        from: usize,
        choice: Choice,
    ) -> Result<Option<(usize, u32)>, Stop> {
        self.source.subsection(schema, from, choice)
    }
}
