//! `vmsd completions`: scripts that complete the command line in a shell.

use clap::CommandFactory;

use crate::common::{Context, Exit, Failure};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  vmsd completions bash > /etc/bash_completion.d/vmsd\n  vmsd completions fish > ~/.config/fish/completions/vmsd.fish"
)]
pub(crate) struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "vmsd", &mut script);
        context.print(|out, _| out.write_all(&script))?;
        Ok(Exit::Clean)
    }
}
