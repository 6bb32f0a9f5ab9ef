//! `vmsd edit`: a stream with other values, or without a part of it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ArgGroup;
use conformance::files::input::{same_file, STDIN};
use conformance::files::output::Output;
use conformance::reading::walk::Stop;
use conformance::rewrite::edit::{plan, Patch, Patcher, Wanted};

use crate::common::{open, start, Context, Exit, Failure, Opened, ReadArgs};

/// Copy a stream with other values in its devices, without a section or subsection, or for another machine type.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("change").args(["values", "drop", "set_machine"]).required(true).multiple(true))]
#[command(after_help = concat!(
    "A device is called by its section, the last part of it, or its description; #N behind that picks an instance. A field\n",
    "is called as vmsd decode shows it: field, field[3], field.inner, subsection.field. Numbers may be hexadecimal, buffers are\n",
    "hexadecimal digits. A value must fit its field's type, and the device must read afterwards as it did before.\n",
    "\nEvery other byte stays. The description at the tail is rewritten where it would not be true any more. The copy is a\n",
    "plain stream, whatever the input is packed in.\n",
    "\nExamples:\n",
    "  vmsd edit guest.qevm mc146818rtc.cmos_index=0x0f -o edited.qevm\n",
    "  vmsd edit guest.qevm 0000:00:01.3/piix4_pm.ar.pm1.evt.en=0x100 -o edited.qevm\n",
    "  vmsd edit disk.qcow2 --drop mc146818rtc/irq_reinject_on_ack_count -o older.qevm\n",
    "  vmsd edit guest.qevm --drop ide_drive/pio_state --set-machine pc-i440fx-7.2 -o older.qevm\n",
    "\nWhat is left out is lost: the destination keeps what its own reset set there, and the guest is not told. Each loss\n",
    "is a warning that names what it is.\n",
    "\nExit status: 0 the copy is there; 2 it is not: the output is written aside and gets its name at the end."
))]
pub(crate) struct Args {
    /// A migration stream, in whatever it is packed; - is standard input.
    file: PathBuf,
    /// Fields and what they get.
    #[arg(value_name = "DEVICE.FIELD=VALUE")]
    values: Vec<String>,
    /// Leave out a section, each subsection of that name, or those of one DEVICE.SUBSECTION.
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,
    /// The machine type that the copy names.
    #[arg(long, value_name = "NAME")]
    set_machine: Option<String>,
    /// Where the copy goes; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let name = self.output.display().to_string();
        if self.file != Path::new(STDIN) && same_file(&self.file, &self.output) {
            return Err(Failure::file(
                &name,
                "is the input; it would be gone before it is read",
            ));
        }
        // The stream is read twice: to find the places, and to copy it.
        let spooled = self.spool()?;
        let file = spooled
            .as_ref()
            .map_or(self.file.as_path(), |spooled| spooled.path());
        let opened = Opened::open(file, &self.read, context)?;
        let wanted = Wanted {
            values: self.values.clone(),
            drops: self.drop.clone(),
            machine: self.set_machine.clone(),
        };
        let shown = self.file.display().to_string();
        let plan = plan(&opened.walk, &opened.outline, &wanted)
            .map_err(|sentence| Failure::file(&shown, sentence))?;
        drop(opened);
        let mut outcome = Ok(());
        if self.output == Path::new(STDIN) {
            context.print(|out, _| {
                outcome = self.copy(file, plan.patches.clone(), out);
                Ok(())
            })?;
            outcome?;
        } else {
            let mut output =
                Output::create(&self.output).map_err(|error| Failure::io(&name, &error))?;
            self.copy(file, plan.patches.clone(), &mut output)?;
            output
                .commit()
                .map_err(|error| Failure::io(&name, &error))?;
        }
        plan.changes.iter().for_each(|change| context.say(change));
        plan.warnings
            .iter()
            .for_each(|warning| context.warn(&shown, warning));
        Ok(Exit::Clean)
    }

    fn copy(&self, file: &Path, patches: Vec<Patch>, out: &mut dyn Write) -> Result<(), Failure> {
        let mut walk = start(open(file, &self.read.place)?, &self.read)?;
        let mut patcher = Patcher::new(out, walk.start(), patches);
        walk.run(&mut |step| patcher.step(&step), &mut |_| ())
            .map_err(|stop| match stop {
                Stop::Output(error) if error.kind() == io::ErrorKind::Unsupported => {
                    Failure::io(&self.file.display().to_string(), &error)
                }
                Stop::Output(error) if self.output != Path::new(STDIN) => {
                    Failure::io(&self.output.display().to_string(), &error)
                }
                other => Failure::stop(&walk.name, other),
            })
    }

    /// Standard input, where it can be read twice.
    fn spool(&self) -> Result<Option<tempfile::NamedTempFile>, Failure> {
        if self.file != Path::new(STDIN) {
            return Ok(None);
        }
        let failure = |error: io::Error| Failure::io(STDIN, &error);
        let mut file = tempfile::NamedTempFile::new().map_err(failure)?;
        io::copy(&mut io::stdin().lock(), &mut file).map_err(failure)?;
        Ok(Some(file))
    }
}
