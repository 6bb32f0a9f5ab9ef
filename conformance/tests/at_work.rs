//! Streams of devices at work (`corpus/streams/busy`): trees and lists that are not empty, requests in flight.

#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

use std::path::Path;

use conformance::Suite;

#[test]
fn every_mirror_agrees_with_devices_at_work() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams/busy");
    let mut suite = Suite::mirrors().only_known();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "zst") {
            let bytes = std::fs::read(&path).unwrap();
            suite = suite.stream(&path.display().to_string(), &bytes);
        }
    }
    let report = suite.run();
    report.assert_green();
    assert!(report.streams() >= 83, "{} streams", report.streams());
}
