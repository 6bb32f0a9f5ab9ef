//! `vmsd ram`: guest memory out of a stream, listed or written to a file.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use conformance::files::input::same_file;
use conformance::files::output::Output;
use conformance::ram::address::MemoryMap;
use conformance::ram::extract::{self, Extracted, Request, What, MAX_SIZE};
use conformance::ram::open::Opener;
use conformance::ram::Form;
use conformance::report::ram::{self as report, size};
use conformance::report::scalar::Count;

use crate::common::{offset, print_json, Context, Exit, Failure, Format, Opened, ReadArgs};

/// List or write the memory of the guest that is in a stream.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(ListArgs),
    Extract(ExtractArgs),
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        match &self.command {
            Command::List(args) => args.run(context),
            Command::Extract(args) => args.run(context),
        }
    }
}

/// Show the RAM blocks of a stream, and where the guest sees them.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Where main memory lies is read from the state of the machine's devices: the CMOS of a PC; an Arm virt board has it\n",
    "in one place. ROMs, flash and the memory of devices are mapped as the guest likes; their addresses are not shown.\n",
    "\nExamples:\n",
    "  vmsd ram list guest.qevm\n",
    "  vmsd ram list --format json guest.save | jq '.map'\n",
    "\nExit status: 0 all is known; 1 it is not known where main memory lies, or the stream is damaged; 2 not a stream."
))]
struct ListArgs {
    /// A migration stream, plain or in a container; - is standard input.
    file: PathBuf,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    read: ReadArgs,
}

impl ListArgs {
    fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let opened = Opened::open(&self.file, &self.read, context)?;
        let map = MemoryMap::of(&opened.walk, &opened.outline);
        let list = report::List::new(&opened.walk.name, &opened.outline, map.as_ref());
        context.print(|out, styles| match self.format {
            Format::Text => list.text(out, styles),
            Format::Json => print_json(out, &list),
        })?;
        context.findings(&opened.walk.name, &opened.outline.findings);
        Ok(Exit::of(
            map.is_err() || !opened.outline.findings.is_empty(),
        ))
    }
}

/// Write the memory of a guest to a file: one RAM block, or all main memory by guest-physical address.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "All memory is written raw (byte N of the file is byte N of guest-physical memory), as an ELF core for gdb or\n",
    "readelf, or in LiME form for Volatility. It is what the guest's RAM holds; windows over it (VGA, ROM) are not in\n",
    "it. Where memory is not written the file has holes. Deltas, compressed and repeated pages, mapped-ram and postcopy\n",
    "are followed as QEMU does when it loads. The files of multifd channels are found beside FILE if their names begin\n",
    "like its own, up to the first full stop; or --channel names them.\n",
    "\nExamples:\n",
    "  vmsd ram extract guest.qevm -o memory.raw\n",
    "  vmsd ram extract guest.save -o guest.core --format elf && gdb -c guest.core\n",
    "  vmsd ram extract guest.qevm -o vram.raw --block 0000:00:02.0/vga.vram\n",
    "  vmsd ram extract main.qevm --channel ch0.bin --channel ch1.bin -o memory.raw\n",
    "  vmsd ram extract s390x.qevm -o memory.raw --at 0=s390.ram\n",
    "\nExit status: 0 memory is there; 1 too, but the stream is damaged behind it; 2 it is not, and no file is there."
))]
struct ExtractArgs {
    /// A migration stream, plain or in a container; - is standard input.
    file: PathBuf,
    /// Where memory goes.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Only this RAM block, raw.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["form", "at"])]
    block: Option<String>,
    /// How all memory is written.
    #[arg(long = "format", value_enum, default_value_t = FormArg::Raw)]
    form: FormArg,
    /// Where memory lies, if the stream does not tell: ADDRESS=BLOCK, ADDRESS=BLOCK,OFFSET or ADDRESS=BLOCK,OFFSET,LENGTH, as often as needed.
    #[arg(long, value_name = "ADDRESS=BLOCK")]
    at: Vec<String>,
    /// What went through a further multifd channel.
    #[arg(long, value_name = "FILE")]
    channel: Vec<PathBuf>,
    /// Bytes that the output may have at most, holes included.
    #[arg(long, value_name = "BYTES", value_parser = offset, default_value_t = MAX_SIZE)]
    max_size: u64,
    /// Overwrite the output if it is there.
    #[arg(long, short)]
    force: bool,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormArg {
    /// Byte N of the file is byte N of memory.
    Raw,
    /// An ELF core.
    Elf,
    /// As the kernel module LiME writes it.
    Lime,
}

impl ExtractArgs {
    fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let name = self.output.display().to_string();
        let failure = |error: std::io::Error| Failure::io(&name, &error);
        if self.output == Path::new("-") {
            let sentence = "memory is written in no order: it needs a file";
            return Err(Failure::file("standard output", sentence));
        }
        if same_file(&self.file, &self.output) {
            return Err(Failure::file(&name, "is the input"));
        }
        if !self.force && self.output.symlink_metadata().is_ok() {
            return Err(Failure::file(
                &name,
                "is there already; --force overwrites it",
            ));
        }
        let request = self.request()?;
        let output = Output::create(&self.output).map_err(failure)?;
        let Some(file) = output.file() else {
            return Err(Failure::file(&name, "is not a regular file"));
        };
        let opener = self.opener();
        let source = self.file.display().to_string();
        let mut progress = context.progress(None);
        let extracted = extract::extract(&opener, &request, file, &mut |done| progress.at(done))
            .map_err(|error| match error {
                extract::Failure::Sentence(sentence) => Failure::file(&source, sentence),
                extract::Failure::Stop(conformance::reading::walk::Stop::Output(error)) => {
                    failure(error)
                }
                extract::Failure::Stop(stop) => Failure::stop(&source, stop),
            })?;
        drop(progress);
        output.commit().map_err(failure)?;
        self.say(context, &extracted);
        context.findings(&source, &extracted.findings);
        Ok(Exit::of(!extracted.findings.is_empty()))
    }

    fn request(&self) -> Result<Request, Failure> {
        let what = match &self.block {
            Some(name) => What::Block(name.clone()),
            None => What::Whole {
                form: match self.form {
                    FormArg::Raw => Form::Raw,
                    FormArg::Elf => Form::Elf,
                    FormArg::Lime => Form::Lime,
                },
                map: match self.at.as_slice() {
                    [] => None,
                    texts => Some(
                        MemoryMap::given(texts)
                            .map_err(|sentence| Failure::file("--at", sentence))?,
                    ),
                },
            },
        };
        Ok(Request {
            what,
            max_size: self.max_size,
        })
    }

    fn opener(&self) -> Opener {
        Opener {
            path: self.file.clone(),
            options: self.read.place.options(),
            page_size: self.read.page_size,
            channels: self.channel.clone(),
        }
    }

    fn say(&self, context: &Context, extracted: &Extracted) {
        let map = extracted.map.as_ref();
        let from = map.map_or(String::new(), |map| {
            format!(", {} ({})", report::ranges(map), map.source.as_str())
        });
        let name = self.output.display();
        context.remark(&format!("{name}: {}{from}", Count(extracted.len, "byte")));
        if !extracted.left_out.is_empty() {
            let blocks = extracted.left_out.iter();
            let names = blocks.map(|(name, len)| format!("{name} ({})", size(*len)));
            let names = names.collect::<Vec<_>>().join(", ");
            context.remark(&format!(
                "not in it, since where the guest has them is not on the stream: {names}"
            ));
        }
    }
}
