//! `dockstage split`: the build of one stage as a builder and a final stage.

use std::io::{self, Write};
use std::path::PathBuf;

use dockstage_core::assists::split_stage::{self, Request};
use dockstage_core::model::SourceFile;

use super::check::folder;
use super::diff::unified_diff;
use super::settings::{AllSettings, Flags};
use super::{Outcome, complain};
use crate::config::Build;
use crate::disk::{self, Input};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The project's own files beside the Dockerfile (pom.xml, package.json, Cargo.toml and so on) are \
                  read, not run. What the split assumes, and what to look at afterwards, is said on standard error.\n\
                  Exit codes: 0 split, 2 wrong usage or a file that cannot be read or written, 3 not split, \
                  for the reason on standard error."
)]
pub(super) struct Args {
    /// Write the new text into the file instead of printing it
    #[arg(long, conflicts_with = "diff")]
    write: bool,
    /// Print what changes, as a unified diff
    #[arg(long)]
    diff: bool,
    /// The kind of runtime image: jre, jlink, layered, slim, distroless, scratch, …; the preferred one if not given
    #[arg(long, value_name = "NAME")]
    runtime: Option<String>,
    /// The build context, whose files are read; else that of `dockstage.toml`, or the folder of the Dockerfile
    #[arg(long, value_name = "FOLDER", value_parser = folder)]
    context: Option<PathBuf>,
    /// The Dockerfile, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let failed = |reason: &str| {
        complain(format_args!("{}: {reason}", args.file.display()));
        Ok(Outcome::Failed)
    };
    let input = match disk::file(&args.file) {
        Input { file: None, .. } if args.write => return failed("standard input cannot be written to"),
        input => input,
    };
    let text = match &input.text {
        Ok(text) => text,
        Err(reason) => return failed(reason),
    };
    let build = Build { context: args.context.clone(), ..Build::default() };
    let flags = Flags { build, ..Flags::default() };
    let Some(settings) = AllSettings::new(flags).of(input.file.as_deref()) else {
        return Ok(Outcome::Failed);
    };
    let context = disk::project_files(input.file.as_deref(), settings.config.context.as_deref());
    let images = &settings.config.analysis.runtime_images;
    let request = Request { context: &context, images, runtime: args.runtime.as_deref() };
    let Some(new) = split(&input.path, text, request) else { return Ok(Outcome::Refused) };
    if args.diff {
        let (old, new) = (text.with_mark(&text.text), text.with_mark(&new));
        write!(out, "{}", unified_diff(&input.path, &old, &new))?;
    } else if let Some(file) = input.file.as_ref().filter(|_| args.write) {
        if let Err(reason) = disk::overwrite(file, &text.with_mark(&new)) {
            return failed(&reason);
        }
    } else {
        write!(out, "{}", text.with_mark(&new))?;
    }
    Ok(Outcome::Clean)
}

/// The text after the split. The notes about it, or the reason why there is none, are said.
fn split(path: &str, text: &disk::Text, request: Request<'_>) -> Option<String> {
    let refused = |reason: &dyn std::fmt::Display| {
        complain(format_args!("{path} cannot be split: {reason}"));
        None
    };
    if text.lossy {
        return refused(&"it is not valid UTF-8");
    }
    let split = match split_stage::split_with(&SourceFile::new(&text.text), request) {
        Ok(split) => split,
        Err(refusal) => return refused(&refusal),
    };
    match split.change.apply(&text.text) {
        Ok(new) => {
            split.notes.iter().for_each(|note| complain(format_args!("{path}: {note}")));
            Some(new)
        }
        Err(error) => refused(&error),
    }
}
