//! `vmsd generate`: code from streams, and streams from schemas.

mod prove;
mod rust;
mod stream;

use clap::Subcommand;

use crate::common::{Context, Exit, Failure};

/// Write code from streams, and streams from schemas.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Rust(rust::Args),
    Prove(prove::Args),
    Stream(stream::Args),
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        match &self.what {
            What::Rust(args) => args.run(context),
            What::Prove(args) => args.run(context),
            What::Stream(args) => args.run(context),
        }
    }
}
