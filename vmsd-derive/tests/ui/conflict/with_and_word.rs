//! A bare word is a codec, too.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(timer, with = vmsd_schema::codec::Scalar)]
    a: i64,
    #[vmstate(equal, with = vmsd_schema::codec::Scalar)]
    b: u32,
    #[vmstate(struct_version = 1, marked)]
    c: u32,
}

fn main() {}
