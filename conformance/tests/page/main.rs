//! The matrix's HTML page in a real browser: by mouse, by keyboard, by finger, in light and in dark.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod browser;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use browser::Browser;
use serde_json::{json, Value};

const RELEASES: [&str; 6] = [
    "schemas/1.0.0.json",
    "schemas/2.0.0.json",
    "schemas/3.0.0.json",
    "schemas/4.0.0.json",
    "schemas/5.0.0.json",
    "attempt.json",
];

/// The page of the example's releases, each into each.
fn page() -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_vmsd"))
        .arg("matrix")
        .args(RELEASES)
        .args(["--format", "html"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/uart"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    output.stdout
}

/// Opens the page and does `work` with it; nothing where there is no browser.
fn with_page<T>(
    page: &[u8],
    work: impl FnOnce(&mut Browser) -> Result<T, String>,
) -> Option<Result<T, String>> {
    let Some(binary) = browser::find() else {
        // Past the capture of the test's output: somebody should see it.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: the matrix's page was not opened, there is no chromium in the path"
        );
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("matrix.html");
    std::fs::write(&file, page).unwrap();
    Some(Browser::open(&binary, &file).and_then(|mut browser| work(&mut browser)))
}

/// What the panel says: its title, and its findings.
fn panel(browser: &mut Browser) -> Result<(String, Vec<String>), String> {
    let title = browser.value("document.querySelector('#title').textContent")?;
    let items =
        browser.value("[...document.querySelectorAll('#list li')].map(node => node.innerText)")?;
    let items = items.as_array().ok_or("the panel has no list")?;
    let texts = items.iter().filter_map(Value::as_str);
    Ok((
        title.as_str().unwrap_or_default().to_owned(),
        texts.map(str::to_owned).collect(),
    ))
}

fn cell(from: usize, to: usize) -> String {
    format!(r#"button[data-from="{from}"][data-to="{to}"]"#)
}

/// Clicks the cell of a release and the attempt, and reads what stands in the panel.
fn click_and_read(browser: &mut Browser) -> Result<(String, Vec<String>), String> {
    browser.click(&cell(4, 5))?;
    panel(browser)
}

#[test]
fn a_click_shows_the_findings_of_a_cell() {
    let Some(read) = with_page(&page(), |browser| {
        let cells = browser.value("document.querySelectorAll('.map button').length")?;
        Ok((cells, click_and_read(browser)?))
    }) else {
        return;
    };
    let (cells, (title, findings)) = read.unwrap();
    assert_eq!(cells, json!(30));
    assert_eq!(
        title,
        "schemas/5.0.0.json to attempt.json: breaks, 2 findings"
    );
    assert_eq!(findings.len(), 2);
    for word in [
        "uart > fifo",
        "array-length-changed",
        "the source sends 16 elements, the target reads 32",
    ] {
        assert!(findings[0].contains(word), "{word}: {}", findings[0]);
    }
    assert!(findings[1].contains("field-removed"), "{}", findings[1]);
}

#[test]
fn an_empty_page_is_no_page() {
    if let Some(read) = with_page(b"", click_and_read) {
        assert!(read.is_err());
    }
}

#[test]
fn the_keyboard_goes_from_cell_to_cell() {
    let read = with_page(&page(), |browser| {
        browser.press("Tab", 9, "")?;
        let first = browser
            .value("document.activeElement.dataset.from + document.activeElement.dataset.to")?;
        // Down from 1 to 2: over the cell of a release with itself.
        browser.press("ArrowDown", 40, "")?;
        browser.press("ArrowRight", 39, "")?;
        browser.press("Enter", 13, "\r")?;
        let pressed = browser.value("document.querySelectorAll('[aria-pressed=true]').length")?;
        let ring = browser.value("getComputedStyle(document.activeElement).outlineStyle")?;
        Ok((first, pressed, ring, panel(browser)?.0))
    });
    let Some(read) = read else { return };
    let (first, pressed, ring, title) = read.unwrap();
    assert_eq!(
        (first, pressed, ring),
        (json!("01"), json!(1), json!("solid"))
    );
    assert_eq!(
        title,
        "schemas/3.0.0.json to schemas/4.0.0.json: loads, 0 findings"
    );
}

#[test]
fn a_finger_on_a_phone_reads_it_too() {
    let read = with_page(&page(), |browser| {
        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": true });
        browser.call("Emulation.setDeviceMetricsOverride", &phone)?;
        browser.call(
            "Emulation.setTouchEmulationEnabled",
            &json!({ "enabled": true }),
        )?;
        browser.tap(&cell(0, 5))?;
        browser.wait_for("document.querySelectorAll('#list li').length === 1")?;
        let wide = browser.value("document.documentElement.scrollWidth")?;
        Ok((wide, panel(browser)?))
    });
    let Some(read) = read else { return };
    let (wide, (title, findings)) = read.unwrap();
    assert!(
        wide.as_u64().unwrap() <= 390,
        "the page is {wide} wide, and the phone 390"
    );
    assert!(
        title.starts_with("schemas/1.0.0.json to attempt.json: breaks"),
        "{title}"
    );
    assert!(findings[0].contains("array-length-changed"));
}

#[test]
fn light_and_dark_are_both_readable() {
    const COLOURS: &str =
        "(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))";
    let read = with_page(&page(), |browser| {
        let mut colours = Vec::new();
        for scheme in ["light", "dark"] {
            let media =
                json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            browser.call("Emulation.setEmulatedMedia", &media)?;
            colours.push(browser.value(COLOURS)?);
        }
        Ok(colours)
    });
    let Some(read) = read else { return };
    let colours = read.unwrap();
    let contrast = |pair: &Value| contrast(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    assert_ne!(colours[0], colours[1]);
    assert!(
        colours.iter().all(|pair| contrast(pair) >= 7.0),
        "{colours:?}"
    );
}

/// The contrast of two colours such as `rgb(255, 0, 0)`, as WCAG defines it.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |colour: &str| {
        let parts = colour
            .trim_start_matches("rgb(")
            .trim_end_matches(')')
            .split(", ");
        let linear = parts.map(|part| {
            let value = part.parse::<f64>().unwrap() / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        linear
            .zip([0.2126, 0.7152, 0.0722])
            .map(|(value, weight)| value * weight)
            .sum::<f64>()
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
