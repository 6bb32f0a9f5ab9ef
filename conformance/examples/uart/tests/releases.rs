//! All that a crate needs: its devices against the schemas of its releases.

use conformance::Releases;
use uart_example::Uart;

#[test]
fn every_release_still_loads() {
    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
    Releases::new(schemas, env!("CARGO_PKG_VERSION"))
        .device::<Uart>()
        .run()
        .assert_green();
}
