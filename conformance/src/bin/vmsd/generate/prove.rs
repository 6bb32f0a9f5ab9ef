//! `vmsd generate prove`: whether code can be generated from streams that reads, writes and describes them exactly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use conformance::files::output::Output;
use conformance::generate::batch::Batch;
use conformance::generate::prove::{Count, Outcome};
use conformance::generate::write::Dependency;

use crate::common::{Context, Exit, Failure};
use crate::files::files;

/// Generate devices from every stream of a folder, compile them, and put every section through them.
///
/// One device is generated for each layout, from the first section that has it. Then each section of each stream is
/// read, written and described by the device of its layout, the descriptions are put into the stream's own, and fields
/// are set to other values. Cargo compiles what is generated.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Streams, and folders of streams.
    #[arg(value_name = "FOLDER", required = true)]
    sources: Vec<PathBuf>,
    /// Where the crates are written.
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
    /// The vmsd-schema that the crates use, instead of the checkout that this program was built from.
    #[arg(long, value_name = "PATH")]
    vmsd_schema: Option<String>,
    /// A line for each stream.
    #[arg(long, short)]
    verbose: bool,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut batch = Batch::default();
        for path in files(&self.sources)? {
            let path = path.canonicalize().unwrap_or(path);
            batch
                .add(&path)
                .map_err(|error| Failure::io(&path.display().to_string(), &error))?;
        }
        let library = match &self.vmsd_schema {
            Some(text) => Dependency::of(text),
            None => Dependency::checkout(),
        };
        let runner = Path::new(env!("CARGO_MANIFEST_DIR"));
        let io = |error: std::io::Error| Failure::io(&self.output.display().to_string(), &error);
        let size = batch.write(&self.output, &library, runner).map_err(io)?;
        let sentence = format!(
            "{} streams: {} layouts, {} structs, {} crates",
            batch.streams.len(),
            size.devices,
            size.structs,
            size.crates
        );
        context.say(&sentence);
        let streams: Vec<String> = batch
            .streams
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        let list = self.output.join("streams.txt");
        Output::write(&list, streams.join("\n").as_bytes()).map_err(io)?;
        let warnings = self.compile(context)?;
        let outcomes = self.prove(&list)?;
        self.print(context, &batch, &outcomes, warnings)
    }

    /// How many warnings the compiler has.
    fn compile(&self, context: &mut Context) -> Result<usize, Failure> {
        let mut cargo = Command::new("cargo");
        cargo
            .arg("build")
            .arg("--manifest-path")
            .arg(self.output.join("Cargo.toml"));
        let output = cargo.stdin(Stdio::null()).output();
        let output = output.map_err(|error| Failure::io("cargo", &error))?;
        let text = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(Failure::file(
                "cargo",
                format!("what was generated does not compile\n{text}"),
            ));
        }
        let warnings = text
            .lines()
            .filter(|line| line.starts_with("warning"))
            .count();
        if warnings > 0 {
            context.say(&text);
        }
        Ok(warnings)
    }

    fn prove(&self, list: &Path) -> Result<Vec<(String, Outcome)>, Failure> {
        let mut cargo = Command::new("cargo");
        cargo
            .arg("run")
            .arg("--quiet")
            .arg("--manifest-path")
            .arg(self.output.join("Cargo.toml"));
        // Devices live on the stack of whoever reads them.
        cargo.arg("-p").arg("prove").arg("--").arg(list);
        let output = cargo.stderr(Stdio::inherit()).stdin(Stdio::null()).output();
        let output = output.map_err(|error| Failure::io("cargo", &error))?;
        if !output.status.success() {
            return Err(Failure::file("cargo", "what was generated does not run"));
        }
        let lines = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let outcomes = lines.map(serde_json::from_slice).collect::<Result<_, _>>();
        outcomes
            .map_err(|error| Failure::file("cargo", format!("what was generated prints {error}")))
    }

    fn print(
        &self,
        context: &mut Context,
        batch: &Batch,
        outcomes: &[(String, Outcome)],
        warnings: usize,
    ) -> Result<Exit, Failure> {
        let total =
            |count: fn(&Outcome) -> usize| outcomes.iter().map(|(_, o)| count(o)).sum::<usize>();
        let (sections, exact) = (total(|o| o.sections), total(|o| o.exact));
        let spliced = total(|o| usize::from(o.spliced));
        let findings = total(|o| o.findings.len());
        let (foreign, changed) = (total(|o| o.foreign), total(|o| o.changed));
        let mut opaque: BTreeMap<&str, Count> = BTreeMap::new();
        for (name, count) in outcomes.iter().flat_map(|(_, outcome)| &outcome.opaque) {
            let sum = opaque.entry(name).or_default();
            sum.fields += count.fields;
            sum.bytes += count.bytes;
        }
        let undescribed = Count {
            fields: total(|o| o.undescribed.fields),
            bytes: outcomes.iter().map(|(_, o)| o.undescribed.bytes).sum(),
        };
        context.print(|out, _| {
            for (path, outcome) in outcomes {
                if self.verbose {
                    writeln!(
                        out,
                        "{path}: {} of {} sections",
                        outcome.exact, outcome.sections
                    )?;
                }
                for finding in &outcome.findings {
                    writeln!(out, "{path}: {finding}")?;
                }
            }
            for (path, sentence) in &batch.others {
                writeln!(out, "{}: not used: {sentence}", path.display())?;
            }
            writeln!(out, "streams            {:>8}", outcomes.len())?;
            writeln!(out, "sections           {sections:>8}")?;
            writeln!(out, "exact              {exact:>8}")?;
            writeln!(out, "not exact          {:>8}", sections - exact)?;
            writeln!(out, "by another stream  {foreign:>8}")?;
            writeln!(out, "whole descriptions {spliced:>8}")?;
            writeln!(out, "fields changed     {changed:>8}")?;
            writeln!(out, "compiler warnings  {warnings:>8}")?;
            let row = |name: &str, count: &Count| {
                let Count { fields, bytes } = count;
                format!("{name:<37} {fields:>6} fields {bytes:>10} bytes")
            };
            for (name, count) in &opaque {
                writeln!(out, "{}", row(&format!("opaque {name}"), count))?;
            }
            writeln!(out, "{}", row("described as \"struct\": {}", &undescribed))?;
            Ok(())
        })?;
        Ok(Exit::of(findings > 0 || warnings > 0))
    }
}
