//! The impl that stands in for a wrong struct names the library as the struct does.

mod library {
    pub use vmsd_schema::*;
}

mod devices {
    mod vmsd_schema {}

    #[derive(crate::library::VmState)]
    #[vmstate(name = "dev", crate = crate::library)]
    struct Dev {
        a: u8,
    }
}

fn main() {}
