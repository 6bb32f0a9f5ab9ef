//! The matrix: never a break where real QEMU loads, policies and baselines, and that each format is what it says it is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use conformance::migration::source::Source;
use serde_json::Value;
use vmsd_schema::compat::{self, check, Matrix, Mode, Verdict};

fn corpus(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(path)
}

fn vmsd(args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_vmsd");
    Command::new(program)
        .args(args)
        .current_dir(corpus("."))
        .output()
        .unwrap()
}

fn said(args: &[&str]) -> (i32, String) {
    let output = vmsd(args);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

const PAIR: [&str; 3] = [
    "matrix",
    "pairs/field-added/old.json",
    "pairs/field-added/new.json",
];

fn formatted(format: &str) -> String {
    let args: Vec<_> = PAIR.into_iter().chain(["--format", format]).collect();
    let (status, text) = said(&args);
    assert_eq!(status, 1, "{format}");
    text
}

/// Every stream of `streams/matrix` loads in every QEMU of the same machine and set; 155 real loads say so.
#[test]
fn no_break_where_every_qemu_loads() {
    let mut groups: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(corpus("streams/matrix")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let (Some((machine, _)), true) = (name.split_once(".from-"), name.ends_with(".qevm.zst"))
        {
            groups.entry(machine.to_owned()).or_default().push(path);
        }
    }
    assert!(groups.len() >= 10);
    let (mut cells, mut loads) = (0, 0);
    for (machine, mut paths) in groups {
        paths.sort();
        let load = |path: PathBuf| {
            let loaded = Source::File(path)
                .load()
                .unwrap_or_else(|error| panic!("{machine}: {}", String::from(error)));
            (loaded.name, loaded.set)
        };
        let sets: Vec<_> = paths.into_iter().map(load).collect();
        for cell in Matrix::of(&sets, Mode::Full).cells {
            let found: Vec<_> = cell.findings.iter().map(ToString::to_string).collect();
            assert!(
                cell.verdict < Verdict::Breaks,
                "{machine}: {}",
                found.join("\n")
            );
            cells += 1;
            loads += usize::from(cell.verdict == Verdict::Loads);
        }
    }
    assert!(cells > 80 && loads * 2 > cells, "{loads} of {cells} load");
}

#[test]
fn dumps_of_one_binary_load_into_each_other() {
    let load = |name: &str| {
        Source::File(corpus(&format!("dumps/{name}.json.zst")))
            .load()
            .unwrap_or_else(|_| panic!("{name}"))
    };
    let (q35, pc) = (
        load("x86_64-7.2.pc-q35-7.2"),
        load("x86_64-7.2.pc-i440fx-5.2"),
    );
    assert_eq!(Verdict::of(&check(&q35.set, &pc.set)), Verdict::Loads);
    assert_eq!(Verdict::of(&check(&pc.set, &q35.set)), Verdict::Loads);
}

#[test]
fn text_json_and_markdown_tell_the_same() {
    let json: Value = serde_json::from_str(&formatted("json")).unwrap();
    assert_eq!(json["kind"], "matrix");
    assert_eq!(json["holds"], false);
    let verdicts: Vec<_> = json["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["breaks", "breaks"]);
    assert_eq!(json["cells"][0]["findings"][0]["rule"], "field-added");
    for format in ["text", "markdown"] {
        let text = formatted(format);
        assert!(
            text.contains("field-added") && text.contains("field-removed"),
            "{text}"
        );
        assert!(text.matches("breaks").count() >= 4, "{text}");
    }
}

#[test]
fn sarif_has_rules_and_results_that_fit() {
    let sarif: Value = serde_json::from_str(&formatted("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), compat::rules().count());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        assert!(result["message"]["text"]
            .as_str()
            .unwrap()
            .contains("i8042"));
        assert!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string());
    }
    assert_ne!(
        results[0]["partialFingerprints"],
        results[1]["partialFingerprints"]
    );
}

/// Why a text is no SARIF 2.1.0, by the schema of the standard.
fn sarif_error(text: &str) -> Option<String> {
    const SCHEMA: &str = "sarif-2.1.0.json";
    let schema = include_str!("report/sarif-2.1.0.json");
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler
        .add_resource(SCHEMA, serde_json::from_str(schema).unwrap())
        .unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile(SCHEMA, &mut schemas).unwrap();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => schemas
            .validate(&value, index)
            .err()
            .map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

#[test]
fn sarif_validates_against_its_schema() {
    let text = formatted("sarif");
    assert_eq!(sarif_error(&text), None);
    assert!(sarif_error("").is_some() && sarif_error("{}").is_some());
    let spoilt = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        sarif_error(&text.replace(from, to)).unwrap()
    };
    spoilt("\"level\": \"error\"", "\"level\": \"bad\"");
    spoilt("\"ruleId\"", "\"rule\"");
    spoilt("\"name\": \"vmsd\"", "\"title\": \"vmsd\"");
}

#[test]
fn junit_is_read_by_its_consumer() {
    let read = |text: &str| junit_parser::from_reader(text.as_bytes());
    let report = read(&formatted("junit")).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (2, 2, 0));
    let cases: Vec<_> = report
        .suites
        .iter()
        .flat_map(|suite| &suite.cases)
        .collect();
    assert_eq!((report.suites.len(), cases.len()), (2, 2));
    for case in cases {
        let failure = case.status.failure_as_ref();
        assert_eq!(failure.failure_type, "breaks");
        assert!(failure.message.ends_with(": breaks"), "{}", failure.message);
        assert!(failure.text.contains("i8042"), "{}", failure.text);
    }
    let empty = read("").map_or(0, |report| report.suites.len());
    assert_eq!(empty, 0, "an emptied file holds no suite");
}

#[test]
fn annotations_are_single_lines() {
    let text = formatted("github");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("::error file=pairs/field-added/old.json,title=field-added"),
        "{text}"
    );
    assert!(lines[0].contains("%0A"));
}

#[test]
fn the_page_needs_nothing_else() {
    let page = formatted("html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for foreign in ["http:", "https:", "src=", "@import", "<link"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let (_, data) = page.split_once("const data = ").unwrap();
    let data: Value = serde_json::from_str(data.split_once(";\nconst make").unwrap().0).unwrap();
    assert_eq!(data["cells"].as_array().unwrap().len(), 2);
    assert_eq!(data["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn modes_baselines_and_policies() {
    let added = [
        "matrix",
        "pairs/subsection-added/old.json",
        "pairs/subsection-added/new.json",
    ];
    let with = |more: &[&str]| said(&added.iter().chain(more).copied().collect::<Vec<_>>()).0;
    assert_eq!(with(&[]), 0, "a risk is no break");
    assert_eq!(with(&["--fail-on", "risk"]), 1, "the way back is a risk");
    assert_eq!(
        with(&["--fail-on", "risk", "--mode", "backward"]),
        0,
        "the way forward loads"
    );
    assert_eq!(with(&["--fail-on", "risk", "--mode", "forward"]), 1);

    let folder = std::env::temp_dir().join(format!("vmsd-matrix-{}", std::process::id()));
    let released = folder.join("released");
    std::fs::create_dir_all(&released).unwrap();
    std::fs::copy(
        corpus("pairs/field-added/old.json"),
        released.join("1.0.json"),
    )
    .unwrap();
    let (released, new) = (released.display().to_string(), "pairs/field-added/new.json");
    assert_eq!(said(&["matrix", new, "--baseline", &released]).0, 1);
    let policy = |text: &str| {
        let path = folder.join("policy.toml");
        std::fs::write(&path, text).unwrap();
        said(&[
            "matrix",
            new,
            "--baseline",
            &released,
            "--policy",
            &path.display().to_string(),
        ])
    };
    let waiver = |rule: &str, expires: &str| {
        format!("[[waiver]]\nrule = \"{rule}\"\npath = \"i8042 > *\"\nreason = \"no guest\"\nexpires = \"{expires}\"\n")
    };
    let both = waiver("field-added", "2999-01-01") + &waiver("field-removed", "2999-01-01");
    assert_eq!(policy(&both).0, 0);
    let (status, text) = policy(&(both.clone() + &waiver("field-resized", "2999-01-01")));
    assert!(status == 1 && text.contains("waiver-unused"), "{text}");
    let (status, text) =
        policy(&(waiver("field-added", "2001-01-01") + &waiver("field-removed", "2999-01-01")));
    assert!(status == 1 && text.contains("waiver-expired"), "{text}");
    assert_eq!(
        policy("[levels]\nfield-added = \"risk\"\nfield-removed = \"off\"").0,
        0
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn schemas_from_several_sources() {
    let (status, text) = said(&["schema", "--builtin", "10.0", "--device", "mc146818rtc"]);
    assert!(
        status == 0 && text.contains("mc146818rtc") && text.contains("cmos_data"),
        "{text}"
    );
    let dump = Path::new("dumps/s390x-11.1.s390-ccw-virtio.json.zst")
        .display()
        .to_string();
    let (status, text) = said(&["schema", &dump, "--format", "dump"]);
    let original = zstd::decode_all(std::fs::File::open(corpus(&dump)).unwrap()).unwrap();
    assert!(status == 0 && text.as_bytes() == original);
    assert_eq!(said(&["schema", "README.md"]).0, 2);
    for rule in ["field-removed", "pci-config-differs"] {
        assert_eq!(said(&["rules", rule]).0, 0);
    }
    assert_eq!(said(&["rules", "no-such-rule"]).0, 2);
}
