//! The words of QEMU, as data: `catalogue.toml`, read once.

use std::ops::Range;
use std::sync::OnceLock;

use regex_lite::Captures;
use serde::Deserialize;

use super::pattern::Pattern;
use super::Facts;

/// All entries, in their order.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Kinds of causes.
    pub entries: Vec<Entry>,
    /// Devices that are known for something.
    pub devices: Vec<Device>,
}

/// A kind of cause.
#[derive(Debug)]
pub struct Entry {
    /// Its name in reports.
    pub id: String,
    /// What it means, with `{facts}`.
    pub title: String,
    /// What to show of a stream.
    pub place: Place,
    /// Probable causes, in order.
    pub because: Vec<Because>,
    says: Vec<Pattern>,
    implies: Vec<Pattern>,
    reader: Vec<Pattern>,
    errno: Vec<String>,
    rules: Vec<String>,
}

/// A probable cause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// What is behind it.
    pub what: String,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: String,
    /// Whether it is damage of the stream.
    #[serde(default)]
    pub damage: bool,
}

/// A device that is known for a cause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// The end of its section's name.
    pub name: String,
    /// The entry.
    pub entry: String,
    /// What is behind it.
    pub what: String,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: String,
}

/// What to show of a stream.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The beginning of the stream.
    Header,
    /// The configuration section.
    Configuration,
    /// A section's header.
    Section,
    /// A field in a section.
    Body,
    /// Behind a section's body.
    End,
    /// The list of memory blocks.
    Ram,
    /// Where a reader stops.
    Stop,
}

/// Whose words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// QEMU's, of the cause itself.
    Says,
    /// QEMU's, of what surrounds it.
    Implies,
    /// vmsd's own.
    Reader,
}

/// An entry whose words were found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The entry.
    pub entry: &'static Entry,
    /// Where in the text.
    pub range: Range<usize>,
    /// What the words tell.
    pub facts: Facts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    entry: Vec<EntryText>,
    device: Vec<Device>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    id: String,
    title: String,
    place: Place,
    because: Vec<Because>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    implies: Vec<String>,
    #[serde(default)]
    reader: Vec<String>,
    #[serde(default)]
    errno: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
}

/// The catalogue.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    // A test reads it too, and fails where this would be empty.
    CATALOGUE.get_or_init(|| Catalogue::read(include_str!("catalogue.toml")).unwrap_or_default())
}

impl Catalogue {
    fn read(text: &str) -> Result<Self, String> {
        let text: Text = toml::from_str(text).map_err(|error| error.to_string())?;
        let entries: Result<_, _> = text.entry.into_iter().map(Entry::new).collect();
        Ok(Self {
            entries: entries?,
            devices: text.device,
        })
    }

    /// The entry of that id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entry that a reason alone means.
    #[must_use]
    pub fn by_errno(&self, errno: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.errno.iter().any(|own| own == errno))
    }

    /// The entry that a rule of a check is.
    #[must_use]
    pub fn by_rule(&self, rule: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.rules.iter().any(|own| own == rule))
    }

    /// The entry whose words stand in `text`; where there are several, the one that stands last, and of those the first of the
    /// catalogue: the inmost layer of a load speaks last.
    #[must_use]
    pub fn find(&'static self, text: &str, words: Words) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        for entry in &self.entries {
            for pattern in entry.patterns(words) {
                let Some(found) = pattern.captures(text) else {
                    continue;
                };
                let hit = Hit::new(entry, pattern, &found);
                if best
                    .as_ref()
                    .is_none_or(|best| hit.range.start >= best.range.end)
                {
                    best = Some(hit);
                }
                break;
            }
        }
        best
    }

    /// Everything around a cause that `text` tells, in the order of the catalogue.
    #[must_use]
    pub fn around(&'static self, text: &str) -> Vec<Hit> {
        let patterns = self
            .entries
            .iter()
            .flat_map(|entry| entry.implies.iter().map(move |pattern| (entry, pattern)));
        let hits = patterns.filter_map(|(entry, pattern)| {
            Some(Hit::new(entry, pattern, &pattern.captures(text)?))
        });
        hits.collect()
    }

    /// What is known of a device that fails like this.
    pub fn known<'c>(
        &'c self,
        entry: &'c str,
        section: &'c str,
    ) -> impl Iterator<Item = &'c Device> {
        let fits = move |device: &&Device| {
            let own = section.rsplit(['/', '.']).next().unwrap_or(section);
            device.entry == entry && own == device.name
        };
        self.devices.iter().filter(fits)
    }
}

impl Hit {
    fn new(entry: &'static Entry, pattern: &Pattern, found: &Captures<'_>) -> Self {
        Self {
            entry,
            range: found.get(0).map_or(0..0, |whole| whole.range()),
            facts: Facts::of(&pattern.regex, found),
        }
    }
}

impl Entry {
    fn new(text: EntryText) -> Result<Self, String> {
        let compile = |patterns: Vec<String>| -> Result<Vec<Pattern>, String> {
            let compile = |pattern: &String| {
                Pattern::new(pattern).map_err(|error| format!("{}: {pattern}: {error}", text.id))
            };
            patterns.iter().map(compile).collect()
        };
        Ok(Self {
            says: compile(text.says)?,
            implies: compile(text.implies)?,
            reader: compile(text.reader)?,
            id: text.id,
            title: text.title,
            place: text.place,
            because: text.because,
            errno: text.errno,
            rules: text.rules,
        })
    }

    fn patterns(&self, words: Words) -> impl Iterator<Item = &Pattern> {
        let (first, second) = match words {
            Words::Says => (&self.says, None),
            Words::Implies => (&self.implies, None),
            // vmsd often uses QEMU's words.
            Words::Reader => (&self.reader, Some(&self.says)),
        };
        first.iter().chain(second.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let read = Catalogue::read(include_str!("catalogue.toml")).unwrap();
        assert!(read.entries.len() > 50);
        for (place, entry) in read.entries.iter().enumerate() {
            assert!(
                read.entries
                    .iter()
                    .skip(place + 1)
                    .all(|other| other.id != entry.id),
                "{}",
                entry.id
            );
            assert!(!entry.because.is_empty(), "{}", entry.id);
            let known = entry.says.len() + entry.implies.len() + entry.errno.len();
            assert!(known > 0, "{}", entry.id);
        }
        for device in &read.devices {
            assert!(read.entry(&device.entry).is_some(), "{}", device.name);
        }
    }

    #[test]
    fn the_inmost_words_count() {
        let text = "post load hook failed for: configuration, version_id: 1, minimum_version: 0: Machine type received is 'a' and local is 'b'";
        let hit = catalogue().find(text, Words::Says).unwrap();
        assert_eq!(hit.entry.id, "machine-type");
        assert_eq!(hit.facts.get("sent"), Some("a"));
    }

    #[test]
    fn a_special_case_stands_before_the_general_one() {
        let id = |text| {
            catalogue()
                .find(text, Words::Says)
                .unwrap()
                .entry
                .id
                .clone()
        };
        assert_eq!(id("Unknown savevm section type 126"), "footer-unexpected");
        assert_eq!(id("Unknown section type 7"), "configuration-unexpected");
        assert_eq!(id("Unknown section type 70"), "section-type");
        assert_eq!(
            id("Unknown ramblock \"\", cannot accept migration"),
            "ram-total"
        );
    }
}
