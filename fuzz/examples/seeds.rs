//! Writes a seed corpus for each target, and the dictionary: `cargo run -p vmsd-fuzz --example seeds -- fuzz/corpus`.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("fuzz/corpus"), PathBuf::from);
    for seed in vmsd_fuzz::seeds::all() {
        let target = folder.join(seed.target);
        fs::create_dir_all(&target)?;
        fs::write(target.join(seed.name), seed.bytes)?;
    }
    fs::write(
        folder.join("qevm.dict"),
        vmsd_schema::arbitrary::dictionary::file(),
    )
}
