//! `vmsd rules`: what the checks look for.

use vmsd_schema::compat::{by_id, rules};

use crate::common::{Context, Exit, Failure};

/// List the rules of `vmsd matrix` and `vmsd check`, or print the page of one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  vmsd rules\n  vmsd rules field-removed\n\nExit status: 0; 2 there is no such rule."
)]
pub(crate) struct Args {
    /// The rule's id.
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let Some(id) = &self.id else {
            let width = rules().map(|rule| rule.id.len()).max().unwrap_or(0);
            context.print(|out, styles| {
                for rule in rules() {
                    let name = styles.name;
                    writeln!(
                        out,
                        "{name}{:width$}{name:#}  {:<7}  {}",
                        rule.id,
                        rule.severity.name(),
                        rule.summary()
                    )?;
                }
                Ok(())
            })?;
            return Ok(Exit::Clean);
        };
        let Some(rule) = by_id(id) else {
            return Err(Failure::file(
                id,
                "there is no such rule; `vmsd rules` lists them",
            ));
        };
        context.print(|out, styles| {
            let heading = styles.heading;
            writeln!(
                out,
                "{heading}{}{heading:#} ({} at worst)\n",
                rule.id, rule.severity
            )?;
            // The lines of a doc comment begin with its blank.
            for line in rule.text.lines() {
                writeln!(out, "{}", line.strip_prefix(' ').unwrap_or(line))?;
            }
            writeln!(
                out,
                "\nThe format: section {} of docs/format.md",
                rule.section
            )
        })?;
        Ok(Exit::Clean)
    }
}
