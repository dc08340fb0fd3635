//! `dockstage parse`: what BuildKit's parser makes of Dockerfiles, as data.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use dockstage_core::model::SourceFile;

use super::{Outcome, complain};
use crate::disk;
use crate::render::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "A file that BuildKit would reject is printed too, with `ok` false and the first \
                        error; only a file that cannot be read makes the exit code 2.")]
pub(super) struct Args {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Files, folders to look for Dockerfiles in, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a file, one line each
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let mut outcome = Outcome::Clean;
    let no_dockerfile = |folder: &std::path::Path| {
        complain(format_args!("{}: no Dockerfile in this folder", folder.display()));
    };
    for input in disk::inputs(&args.paths, no_dockerfile) {
        match input.text {
            Ok(text) => match args.format {
                Format::Json => json::parse(out, &input.path, &SourceFile::new(&text.text))?,
            },
            Err(reason) => {
                complain(format_args!("{}: {reason}", input.path));
                outcome = Outcome::Failed;
            }
        }
    }
    Ok(outcome)
}
