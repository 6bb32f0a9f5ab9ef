//! What the subcommands share: global options, output, exit statuses and failures.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::ValueEnum;
use conformance::files::container::{error_of, Content, Layer, Options};
use conformance::files::input::Input;
use conformance::reading::measure::Measurer;
use conformance::reading::outline::Outline;
use conformance::reading::walk::{Stop, Walk};
use conformance::report::subject::Subject;
use conformance::report::Styles;
use serde::Serialize;
use vmsd_schema::{Dialect, Error};

use crate::progress::Progress;

/// What stands under every help text.
pub(crate) const EXIT_STATUS: &str = "\
Exit status:
  0  nothing to report
  1  findings: streams differ, something in a stream could not be explained
  2  the job could not be done: no such file, not a migration stream, wrong usage";

/// Options that every subcommand has.
#[derive(Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    /// When to colour the output. NO_COLOR and CLICOLOR_FORCE are obeyed.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    /// No progress bar.
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal.
    Auto,
    Always,
    Never,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs; see docs/json.md.
    Json,
}

/// How a command ends that could do its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Clean,
    Findings,
}

impl Exit {
    /// Findings, if there are any.
    pub(crate) fn of(findings: bool) -> Self {
        if findings {
            Self::Findings
        } else {
            Self::Clean
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
        }
    }
}

/// Why a command could not do its job.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads our report any more. That is said by the status alone: `vmsd decode FILE | head` is no mistake.
    ClosedPipe,
    /// A sentence about a file, and the section of docs/format.md that it is about.
    Sentence {
        file: String,
        sentence: String,
        section: Option<&'static str>,
    },
}

impl Failure {
    /// A stream that cannot be read.
    pub(crate) fn stream(file: &str, error: &Error) -> Self {
        Self::Sentence {
            file: file.to_owned(),
            sentence: error.to_string(),
            section: Some(error.section()),
        }
    }

    /// A walk that did not reach the end.
    pub(crate) fn stop(file: &str, stop: Stop) -> Self {
        match stop {
            Stop::Stream(error) => Self::stream(file, &error),
            Stop::Input(error) => Self::io(file, &error),
            Stop::Output(error) => Self::output(&error),
        }
    }

    /// A file that the system does not let us have.
    pub(crate) fn io(file: &str, error: &io::Error) -> Self {
        Self::Sentence {
            file: file.to_owned(),
            sentence: lower(&error.to_string()),
            section: error_of(error).map(Error::section),
        }
    }

    /// A failure that is about a file.
    pub(crate) fn file(file: &str, sentence: impl Into<String>) -> Self {
        Self::Sentence {
            file: file.to_owned(),
            sentence: sentence.into(),
            section: None,
        }
    }

    /// Our own output cannot be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::io("standard output", error),
        }
    }

    /// Says it on standard error.
    pub(crate) fn report(self, coloured: bool) -> ExitCode {
        let Self::Sentence {
            file,
            sentence,
            section,
        } = self
        else {
            return ExitCode::from(2);
        };
        let Styles { bad, dim, .. } = Styles::new(coloured);
        let mut err = io::stderr().lock();
        let _ = writeln!(err, "{bad}error:{bad:#} {file}: {sentence}");
        if let Some(section) = section {
            let _ = writeln!(err, "  {dim}= format: {section}{dim:#}");
        }
        ExitCode::from(2)
    }
}

/// Our sentences start in lower case and end without a number; the system's do not.
fn lower(sentence: &str) -> String {
    let sentence = sentence.split(" (os error ").next().unwrap_or(sentence);
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Where a command writes, and how.
pub(crate) struct Context {
    out: BufWriter<io::StdoutLock<'static>>,
    styles: Styles,
    pub(crate) colour_on_stderr: bool,
    quiet: bool,
}

impl Context {
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        let coloured = |auto: ColorChoice| match args.color {
            Color::Auto => auto != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            styles: Styles::new(coloured(anstream::AutoStream::choice(&io::stdout()))),
            colour_on_stderr: coloured(anstream::AutoStream::choice(&io::stderr())),
            out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
            quiet: args.quiet,
        }
    }

    /// Writes a report to standard output.
    pub(crate) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write, &Styles) -> io::Result<()>,
    ) -> Result<(), Failure> {
        write(&mut self.out, &self.styles).map_err(|error| Failure::output(&error))
    }

    /// Says on standard error what is not as it should be.
    pub(crate) fn findings(&mut self, file: &str, findings: &[Error]) {
        let Styles { note, dim, .. } = Styles::new(self.colour_on_stderr);
        // On a terminal both streams meet: what was printed comes first.
        let _ = self.out.flush();
        for finding in findings {
            let _ = writeln!(
                io::stderr().lock(),
                "{note}finding:{note:#} {file}: {finding}\n  {dim}= format: {}{dim:#}",
                finding.section()
            );
        }
    }

    /// Says on standard error what came of the work.
    pub(crate) fn say(&mut self, sentence: &str) {
        let _ = self.out.flush();
        let _ = writeln!(io::stderr().lock(), "{sentence}");
    }

    /// Says something on standard error that does not end the command.
    pub(crate) fn warn(&self, file: &str, sentence: &str) {
        let Styles { note, .. } = Styles::new(self.colour_on_stderr);
        let _ = writeln!(
            io::stderr().lock(),
            "{note}warning:{note:#} {file}: {sentence}"
        );
    }

    /// Says on standard error what was done, to who looks on.
    pub(crate) fn remark(&self, sentence: &str) {
        if !self.quiet && io::stderr().is_terminal() {
            let _ = writeln!(io::stderr().lock(), "{sentence}");
        }
    }

    /// Writes out what is buffered.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    /// A progress bar over so many bytes, or over an unknown number.
    pub(crate) fn progress(&self, total: Option<u64>) -> Progress {
        let shown = !self.quiet && io::stderr().is_terminal();
        Progress::new(total, shown)
    }
}

/// How a stream is read.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadArgs {
    /// The target's page size, for a stream that does not say it before its RAM.
    #[arg(long, value_name = "BYTES")]
    pub(crate) page_size: Option<u64>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Where in the input the stream is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// The stream, or what it is packed in, starts at this byte of the file.
    #[arg(long, value_name = "BYTES", value_parser = offset)]
    offset: Option<u64>,
    /// The snapshot in a disk image, by its name or id; without it the newest that has a machine's state.
    #[arg(long, value_name = "NAME")]
    snapshot: Option<String>,
}

impl PlaceArgs {
    /// As the library wants it.
    pub(crate) fn options(&self) -> Options {
        Options {
            offset: self.offset,
            snapshot: self.snapshot.clone(),
        }
    }
}

/// A number of bytes, also in hexadecimal.
pub(crate) fn offset(text: &str) -> Result<u64, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|error| error.to_string())
}

/// Opens what is at a place.
pub(crate) fn open(path: &Path, place: &PlaceArgs) -> Result<Input, Failure> {
    Input::open_with(path, &place.options())
        .map_err(|error| Failure::io(&path.display().to_string(), &error))
}

/// The stream in an input.
fn stream(input: Input) -> Result<Input, Failure> {
    match input.content {
        Content::Stream => Ok(input),
        other => {
            let message = format!(
                "a {}, which belongs beside the stream of its main channel",
                other.name()
            );
            Err(Failure::file(&input.name, message))
        }
    }
}

/// Starts to read a stream.
pub(crate) fn start(input: Input, args: &ReadArgs) -> Result<Walk, Failure> {
    let input = stream(input)?;
    let name = input.name.clone();
    Walk::new(input, args.page_size).map_err(|stop| Failure::stop(&name, stop))
}

/// A stream that was walked to its end, or as far as it goes.
pub(crate) struct Opened {
    pub(crate) walk: Walk,
    pub(crate) outline: Outline,
    layers: Vec<Layer>,
    file_len: Option<u64>,
    dialect: Option<Dialect>,
}

impl Opened {
    pub(crate) fn open(path: &Path, args: &ReadArgs, context: &Context) -> Result<Self, Failure> {
        Self::of(open(path, &args.place)?, args, context)
    }

    /// Walks a stream that is open.
    pub(crate) fn of(input: Input, args: &ReadArgs, context: &Context) -> Result<Self, Failure> {
        let (layers, file_len) = (input.layers.clone(), input.file_len);
        let total = file_len.filter(|_| layers.is_empty());
        let mut walk = start(input, args)?;
        let mut progress = context.progress(total);
        let outline = Outline::of(&mut walk, &mut |done| progress.at(done));
        let outline = outline.map_err(|stop| Failure::stop(&walk.name, stop))?;
        let dialect = dialect(&walk, &outline);
        Ok(Self {
            walk,
            outline,
            layers,
            file_len,
            dialect,
        })
    }

    /// What reports are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            name: &self.walk.name,
            layers: &self.layers,
            file_len: self.file_len,
            outline: &self.outline,
            description: self.walk.measurer().and_then(Measurer::description),
            dialect: self.dialect,
        }
    }
}

/// Who wrote the description at the tail.
fn dialect(walk: &Walk, outline: &Outline) -> Option<Dialect> {
    let text = outline.description?;
    let json = walk.slice(text.at + 5, text.len)?;
    Some(walk.measurer()?.description()?.dialect(json))
}

/// Writes a report as JSON and a line's end.
pub(crate) fn print_json(out: &mut dyn Write, report: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
