//! The folder of schemas: one file a release, written once, compared ever after.

use std::fs;
use std::path::Path;

use vmsd_schema::schema::SchemaSet;

use super::{Kind, Releases, Report};

const EXTENSION: &str = "json";

/// The schemas of all releases but the present one, in the order of their names. The present one's is compared, or written.
pub(super) fn others(
    releases: &Releases,
    schemas: &SchemaSet,
    report: &mut Report,
) -> Vec<(String, SchemaSet)> {
    present(releases, schemas, report);
    let mut others = Vec::new();
    for release in names(&releases.folder) {
        if release == releases.present {
            continue;
        }
        let path = releases.folder.join(format!("{release}.{EXTENSION}"));
        let read = fs::read(&path).map_err(|error| error.to_string());
        let set =
            read.and_then(|text| SchemaSet::from_json(&text).map_err(|error| error.to_string()));
        match set {
            Ok(set) => others.push((release, set)),
            Err(sentence) => report.push(Kind::Baseline, path.display(), &sentence),
        }
    }
    others
}

fn present(releases: &Releases, schemas: &SchemaSet, report: &mut Report) {
    let path = releases
        .folder
        .join(format!("{}.{EXTENSION}", releases.present));
    let text = schemas.to_json();
    if releases.bless {
        let written = fs::create_dir_all(&releases.folder).and_then(|()| fs::write(&path, text));
        if let Err(error) = written {
            report.push(Kind::Baseline, path.display(), &error.to_string());
        }
        return;
    }
    match fs::read_to_string(&path) {
        Ok(baseline) if baseline == text => {}
        Ok(baseline) => {
            let sentence = format!(
                "the devices are not those of release {}: {}; if that is released, raise the crate's version, else write \
                 the file with BLESS=1",
                releases.present,
                difference(&baseline, &text)
            );
            report.push(Kind::Baseline, path.display(), &sentence);
        }
        Err(error) => {
            let sentence = format!(
                "{error}; BLESS=1 writes the schemas of release {}",
                releases.present
            );
            report.push(Kind::Baseline, path.display(), &sentence);
        }
    }
}

/// The names of all files that are schemas; none where there is no folder yet.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == EXTENSION)
        })
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// The first line in which two texts differ.
fn difference(baseline: &str, text: &str) -> String {
    let (mut old, mut new) = (baseline.lines(), text.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => {}
            (None, None) => return "line ends".to_owned(),
            (old, new) => {
                let trim = |line: Option<&str>| line.unwrap_or("nothing").trim().to_owned();
                return format!("line {number} was {}, is {}", trim(old), trim(new));
            }
        }
    }
}
