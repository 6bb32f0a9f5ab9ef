//! What a crate with devices of its own writes: this file is in the README, word for word.

use conformance::Suite;
use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "port92", version = 1)]
struct Port92 {
    outport: u8,
}

#[test]
fn port92_agrees_with_qemu() {
    let guest = include_bytes!("../../corpus/streams/matrix/pc-q35-7.2.bare.from-10.0.qevm.zst");
    Suite::new()
        .device::<Port92>()
        .stream("guest", guest)
        .run()
        .assert_green();
}
