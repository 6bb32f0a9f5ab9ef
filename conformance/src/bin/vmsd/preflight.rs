//! `vmsd preflight`: two command lines of QEMU, and whether a guest can move between them.

use std::path::PathBuf;

use conformance::migration::judge::Judge;
use conformance::migration::preflight::{capture, way, Agreement, Captured};
use conformance::qemu::Machine;
use conformance::report::preflight as report;

use crate::common::{print_json, Context, Exit, Failure, Format};

/// Start two QEMUs and say whether a guest can move between them, both ways.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Each command line is split as a shell does: the binary, then its arguments. Both machines are started stopped, save themselves and dump\n",
    "their tables; no guest runs. `vmsd check` then judges both ways. With --live each QEMU also really loads the other's\n",
    "stream, and a prediction that differs from that is said.\n",
    "\nExamples:\n",
    "  vmsd preflight --from 'qemu-7.2 -M pc-q35-7.2 -m 1G' --to 'qemu-10.0 -M pc-q35-7.2 -m 1G'\n",
    "  vmsd preflight --live --from \"$OLD $ARGS\" --to \"$NEW $ARGS\" --format json | jq '.ways[].live'\n",
    "\nExit status: 0 both ways load, as predicted; 1 a way does not load, nobody can tell, or reality differs from the prediction; 2 a QEMU\n",
    "does not start."
))]
pub(crate) struct Args {
    /// The command line of the one.
    #[arg(long, value_name = "QEMU ARGS")]
    from: String,
    /// The command line of the other.
    #[arg(long, value_name = "QEMU ARGS")]
    to: String,
    /// Let each QEMU really load the other's stream.
    #[arg(long)]
    live: bool,
    /// A folder that both QEMUs can read and write; streams lie there while they run.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let machines = [
            self.machine("--from", &self.from)?,
            self.machine("--to", &self.to)?,
        ];
        let [from, to] = &machines;
        let sides = [started(from, "--from")?, started(to, "--to")?];
        let judge = Judge::with_mirrors();
        let [ours, theirs] = &sides;
        let mut ways = Vec::new();
        for (source, target, machine) in [(ours, theirs, to), (theirs, ours, from)] {
            let live = self.live.then_some(machine);
            let way = way(source, target, &judge, live);
            ways.push(way.map_err(|error| Failure::file(&target.side.name, error.to_string()))?);
        }
        context.print(|out, styles| match self.format {
            Format::Text => report::text(&ways, out, styles),
            Format::Json => print_json(out, &report::Report::new(&ways, &report::checks(&ways))),
        })?;
        let bad =
            |agreement| matches!(agreement, Some(Agreement::Differs | Agreement::OtherReason));
        Ok(Exit::of(
            ways.iter().any(|way| !way.works() || bad(way.agreement())),
        ))
    }

    fn machine(&self, option: &str, command: &str) -> Result<Machine, Failure> {
        let words = shell_words::split(command)
            .map_err(|error| Failure::file(option, error.to_string()))?;
        let Some((binary, args)) = words.split_first() else {
            return Err(Failure::file(option, "the command line is empty"));
        };
        Ok(Machine {
            binary: binary.into(),
            args: args.to_vec(),
            scratch: self.scratch.clone().unwrap_or_else(std::env::temp_dir),
        })
    }
}

fn started(machine: &Machine, option: &str) -> Result<Captured, Failure> {
    let name = option.trim_start_matches('-');
    let named = format!("{option} {}", machine.binary.display());
    capture(machine, name).map_err(|error| Failure::file(&named, error.to_string()))
}
