//! `dockstage format`: the layout of Dockerfiles put in order.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockstage_core::analysis::Analysis;
use dockstage_core::format::EditorStyle;
use dockstage_core::model::SourceFile;

use super::diff::unified_diff;
use super::settings::{AllSettings, Flags};
use super::{Outcome, complain};
use crate::disk::{self, Input, Text};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "What BuildKit reads stays the same: only indentation, blanks at line ends, empty lines in a row and \
                  the end of the file change, and never inside of heredocs, quotes and shell text. The nearest \
                  dockstage.toml can say more in its table [format]: indent, keywordCase, shell.\n\
                  Exit codes: 0 in order, 1 with --check or --diff when a file is not, 2 wrong usage or a file that \
                  cannot be read or written."
)]
pub(super) struct Args {
    /// Write nothing: name the files that are not in order
    #[arg(long)]
    check: bool,
    /// Write nothing: print what would change, as a unified diff
    #[arg(long)]
    diff: bool,
    /// Files, folders to look for Dockerfiles in, or `-` for standard input, which is printed
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let mut settings = AllSettings::new(Flags::default());
    let mut outcome = Outcome::Clean;
    let no_dockerfile = |folder: &Path| {
        complain(format_args!("{}: no Dockerfile in this folder", folder.display()));
    };
    for input in disk::inputs(&args.paths, no_dockerfile) {
        let done = match formatted(&input, &mut settings) {
            Ok((text, new)) => give(args, &input, text, &new, out)?,
            Err(reason) => Err(reason),
        };
        outcome = outcome.max(done.unwrap_or_else(|reason| {
            complain(format_args!("{}: {reason}", input.path));
            Outcome::Failed
        }));
    }
    Ok(outcome)
}

/// A text, and what it is when it is formatted; or why it cannot be.
fn formatted<'a>(input: &'a Input, settings: &mut AllSettings) -> Result<(&'a Text, String), String> {
    let text = input.text.as_ref().map_err(Clone::clone)?;
    if text.lossy {
        return Err("not formatted: bytes that are no UTF-8 would be lost".to_owned());
    }
    let settings = settings.of(input.file.as_deref()).ok_or("its configuration is wrong")?;
    let analysis = Analysis::new(Arc::new(SourceFile::new(&text.text)), settings.config.analysis);
    let change = analysis.format(None, &EditorStyle::default());
    let new = change.apply(&text.text).map_err(|error| error.to_string())?;
    Ok((text, new))
}

/// Writes, prints or only tells, as it was asked for.
fn give(
    args: &Args,
    input: &Input,
    text: &Text,
    new: &str,
    out: &mut dyn Write,
) -> io::Result<Result<Outcome, String>> {
    let is_in_order = text.text == new;
    let (old, new) = (text.with_mark(&text.text), text.with_mark(new));
    if args.check || args.diff {
        if is_in_order {
            return Ok(Ok(Outcome::Clean));
        }
        if args.diff {
            write!(out, "{}", unified_diff(&input.path, &old, &new))?;
        }
        if args.check {
            complain(format_args!("{} is not formatted", input.path));
        }
        return Ok(Ok(Outcome::Found));
    }
    match &input.file {
        None => write!(out, "{new}")?,
        Some(file) if !is_in_order => {
            if let Err(reason) = disk::overwrite(file, &new) {
                return Ok(Err(reason));
            }
            complain(format_args!("{}: formatted", input.path));
        }
        Some(_) => (),
    }
    Ok(Ok(Outcome::Clean))
}
