//! `vmsd capture`: the stream of a machine, from a QEMU that is started for it.

use std::io::Write as _;
use std::path::PathBuf;

use conformance::files::output::Output;
use conformance::qemu::Machine;

use crate::common::{Context, Exit, Failure};

/// Start a QEMU stopped, save its machine, and keep the stream.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "The machine is started stopped and asked over QMP; no guest runs. With --dump the tables of all its devices (-dump-vmstate) are kept as\n",
    "well. A file is complete or not there; the QEMU does not outlive the command.\n",
    "\nExamples:\n",
    "  vmsd capture --qemu qemu-system-x86_64 -o q35.qevm -- -M q35 -m 64\n",
    "  vmsd capture --qemu ./qemu-system-x86_64 -o new.qevm --dump new.json -- -M pc-q35-9.2 && vmsd check --from old.qevm --to new.qevm new.json\n",
    "\nExit status: 0 the files are there; 2 QEMU does not start or does not migrate, or a file cannot be written."
))]
pub(crate) struct Args {
    /// The binary.
    #[arg(long, value_name = "BIN")]
    qemu: PathBuf,
    /// Where the stream goes.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where the dump of its tables goes.
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// A folder that the QEMU can read and write; the stream lies there while it runs.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Arguments for the QEMU: the machine.
    #[arg(last = true, value_name = "QEMU ARGS")]
    machine: Vec<String>,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let machine = Machine {
            binary: self.qemu.clone(),
            args: self.machine.clone(),
            scratch: self.scratch.clone().unwrap_or_else(std::env::temp_dir),
        };
        let name = self.qemu.display().to_string();
        let failed = |error: conformance::qemu::QemuError| Failure::file(&name, error.to_string());
        let stream = machine.save().map_err(failed)?;
        let dump = self
            .dump
            .as_ref()
            .map(|_| machine.dump())
            .transpose()
            .map_err(failed)?;
        // Both are here: now they may get their names.
        write(&self.output, &stream)?;
        if let (Some(path), Some(bytes)) = (&self.dump, &dump) {
            write(path, bytes)?;
        }
        context.remark(&format!(
            "{}: {} bytes",
            self.output.display(),
            stream.len()
        ));
        Ok(Exit::Clean)
    }
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = Output::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.commit()
    });
    written.map_err(|error| Failure::io(&path.display().to_string(), &error))
}
