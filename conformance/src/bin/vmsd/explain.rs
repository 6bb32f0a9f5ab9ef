//! `vmsd explain`: why a migration failed, from QEMU's log, the stream and the target.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use conformance::diagnose::{Evidence, Stream};
use conformance::migration::judge::Judge;
use conformance::migration::side::Side;
use conformance::report::explain as report;

use crate::common::{print_json, Context, Exit, Failure, Format};

/// Say why QEMU did not load a stream, where in the stream that is, and what to do.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "LOG is whatever has the lines that the target's QEMU printed: its standard error, /var/log/libvirt/qemu/GUEST.log of the target's\n",
    "host, a journal, the text of an error message. Of several failures the last one is explained. The words of QEMU 5.2 to 11.1 are\n",
    "known.\n",
    "\nThe stream that was refused shows the section, the field, its offset and the bytes there. A source of the target (a stream that was\n",
    "saved by it, better with its -dump-vmstate dump) finds the true cause where QEMU's words leave it open, and where\n",
    "there is nothing but \"load of migration failed: Invalid argument\".\n",
    "\nExamples:\n",
    "  vmsd explain /var/log/libvirt/qemu/guest.log\n",
    "  journalctl -u libvirtd | vmsd explain - --stream guest.qevm\n",
    "  vmsd explain guest.log --stream guest.qevm --target target.qevm target-dump.json --format json | jq -r '.causes[0].advice'\n",
    "\nExit status: 0 there is no failure in the log; 1 there is one, and causes were named; 2 a file cannot be read."
))]
pub(crate) struct Args {
    /// The log; - is standard input.
    #[arg(default_value = "-")]
    log: PathBuf,
    /// The stream that was refused.
    #[arg(long, value_name = "FILE")]
    stream: Option<PathBuf>,
    /// What is known of the target: a stream of its own, dumps, schema files.
    #[arg(long, num_args = 1.., value_name = "SOURCE")]
    target: Vec<PathBuf>,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let text = log(&self.log)?;
        let source = self.stream.as_deref().map(Source::open).transpose()?;
        let stream = source.as_ref().map(Source::stream);
        let target = match self.target.as_slice() {
            [] => None,
            paths => Some(
                Side::load(paths)
                    .map_err(|(name, failure)| Failure::file(&name, String::from(failure)))?,
            ),
        };
        let evidence = Evidence::new(stream.as_ref(), target.as_ref(), &Judge::with_mirrors());
        let diagnosis = evidence.explain(&text);
        context.print(|out, styles| match self.format {
            Format::Text => report::text(&diagnosis, out, styles),
            Format::Json => print_json(out, &report::Report::new(&diagnosis)),
        })?;
        Ok(Exit::of(!diagnosis.causes.is_empty()))
    }
}

/// The stream that was refused: it may well be one that nobody can read.
enum Source {
    Side(Side),
    Unreadable { sentence: String, head: Vec<u8> },
}

impl Source {
    fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        match Side::load(&[path.to_owned()]) {
            Ok(side) if side.stream.is_some() => Ok(Self::Side(side)),
            Ok(_) => Err(Failure::file(&name, "not a migration stream")),
            Err((_, failure)) => {
                let mut head = Vec::new();
                let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut head));
                read.map_err(|error| Failure::io(&name, &error))?;
                Ok(Self::Unreadable {
                    sentence: failure.into(),
                    head,
                })
            }
        }
    }

    fn stream(&self) -> Stream<'_> {
        match self {
            Self::Side(side) => Stream::Read(side),
            Self::Unreadable { sentence, head } => Stream::Unreadable {
                sentence: sentence.clone(),
                head: head.clone(),
            },
        }
    }
}

/// The end of a log: what counts stands there, and a log may be of any length.
const LOG_TAIL: usize = 8 << 20;

fn log(path: &Path) -> Result<String, Failure> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read = if name == "-" {
        tail(io::stdin().lock(), &mut bytes)
    } else {
        File::open(path).and_then(|file| tail(file, &mut bytes))
    };
    read.map_err(|error| Failure::io(&name, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn tail(mut input: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let read = input.by_ref().take(LOG_TAIL as u64).read_to_end(bytes)?;
        if read == 0 {
            return Ok(());
        }
        let surplus = bytes.len().saturating_sub(LOG_TAIL);
        bytes.drain(..surplus);
    }
}
