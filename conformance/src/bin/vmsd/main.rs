//! The command line: which subcommands there are, how they end, and what a failure looks like.

mod capture;
mod check;
mod common;
mod completions;
mod conform;
mod decode;
mod diff;
mod edit;
mod explain;
mod files;
mod generate;
mod hexdump;
mod inspect;
mod matrix;
mod preflight;
mod progress;
mod ram;
mod rules;
mod schema;
mod signals;
mod strip;
mod unwrap;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use conformance::files::shortened::shortened;

use common::{Context, Exit, Failure, GlobalArgs};

/// Reads, compares and checks QEMU's migration streams.
#[derive(Debug, Parser)]
#[command(name = "vmsd", version, max_term_width = 100, after_help = common::EXIT_STATUS)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Args),
    Decode(decode::Args),
    Hexdump(hexdump::Args),
    Diff(diff::Args),
    Explain(explain::Args),
    Preflight(preflight::Args),
    Capture(capture::Args),
    Check(check::Args),
    Strip(strip::Args),
    Edit(edit::Args),
    Conform(conform::Args),
    Unwrap(unwrap::Args),
    Ram(ram::Args),
    Generate(generate::Args),
    Schema(schema::Args),
    Matrix(matrix::Args),
    Rules(rules::Args),
    Completions(completions::Args),
}

impl Command {
    fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        match self {
            Self::Inspect(args) => args.run(context),
            Self::Decode(args) => args.run(context),
            Self::Hexdump(args) => args.run(context),
            Self::Diff(args) => args.run(context),
            Self::Explain(args) => args.run(context),
            Self::Preflight(args) => args.run(context),
            Self::Capture(args) => args.run(context),
            Self::Check(args) => args.run(context),
            Self::Strip(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Conform(args) => args.run(context),
            Self::Unwrap(args) => args.run(context),
            Self::Ram(args) => args.run(context),
            Self::Generate(args) => args.run(context),
            Self::Schema(args) => args.run(context),
            Self::Matrix(args) => args.run(context),
            Self::Rules(args) => args.run(context),
            Self::Completions(args) => args.run(context),
        }
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and the version come here too; they are all that was asked for.
            let printed = usage.print().and_then(|()| io::stdout().flush());
            return match printed {
                Ok(()) => u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
                Err(error) => Failure::output(&error).report(false),
            };
        }
    };
    let mut context = Context::new(&cli.global);
    let outcome = signals::watch()
        .map_err(|error| Failure::io("signals", &error))
        .and_then(|()| cli.command.run(&mut context))
        .and_then(|exit| context.finish().map(|()| exit));
    // Nothing that was found in a file that lost its end is worth a report.
    let outcome = match shortened() {
        Some((path, sentence)) => Err(Failure::file(&path.display().to_string(), sentence)),
        None => outcome,
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(context.colour_on_stderr),
    }
}
