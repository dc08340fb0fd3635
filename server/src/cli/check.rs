//! `dockstage check`: what is wrong with Dockerfiles, for people and for tools.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::lint::{Diagnostic, Severity};
use dockstage_core::model::SourceFile;

use super::{Outcome, complain};
use crate::catalogue::source_or_rule;
use crate::disk;
use crate::render::{human, json};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing to mend, 1 errors, warnings or infos, 2 wrong usage or a file \
                        that cannot be read. Hints are printed, but they are offers, not findings: they \
                        leave the exit code at 0."
)]
pub(super) struct Args {
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Only these sources (buildkit, hadolint, dockstage) or rules; several with commas
    #[arg(long, value_delimiter = ',', value_name = "SOURCE|RULE", value_parser = source_or_rule)]
    select: Vec<String>,
    /// None of these sources or rules; several with commas
    #[arg(long, value_delimiter = ',', value_name = "SOURCE|RULE", value_parser = source_or_rule)]
    ignore: Vec<String>,
    /// Take it that an image we know nothing of defines PATH and no other variable; without it, such an
    /// image keeps the checks of variables silent
    #[arg(long)]
    assume_empty_base: bool,
    /// Files, folders to look for Dockerfiles in, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: the lines in question, with what to do
    Text,
    /// For tools: one JSON object a file, one line each
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let settings = Arc::new(Settings::default());
    let selection = Selection { select: &args.select, ignore: &args.ignore };
    let printer = human::Printer::new(colours());
    let mut totals = human::Totals::default();
    let mut outcome = Outcome::Clean;
    let no_dockerfile = |folder: &std::path::Path| {
        complain(format_args!("{}: no Dockerfile in this folder", folder.display()));
    };
    for input in disk::inputs(&args.paths, no_dockerfile) {
        let text = match input.text {
            Ok(text) => text,
            Err(reason) => {
                complain(format_args!("{}: {reason}", input.path));
                outcome = Outcome::Failed;
                continue;
            }
        };
        if text.lossy {
            complain(format_args!("{}: not valid UTF-8, read with replacement characters", input.path));
        }
        let analysis = Analysis::new(Arc::new(SourceFile::new(&text.text)), Arc::clone(&settings));
        let mut found = analysis.diagnostics();
        found.retain(|it| selection.takes(it));
        if found.iter().any(|it| it.severity != Severity::Hint) {
            outcome = outcome.max(Outcome::Found);
        }
        totals.add(&found);
        match args.format {
            Format::Json => json::check(out, &input.path, &analysis, &found)?,
            Format::Text => printer.print(out, &input.path, &text.text, &found)?,
        }
    }
    if args.format == Format::Text {
        writeln!(out, "{totals}")?;
    }
    Ok(outcome)
}

/// Which diagnostics to print, by source or by code, in lower case.
struct Selection<'a> {
    select: &'a [String],
    ignore: &'a [String],
}

impl Selection<'_> {
    fn takes(&self, diagnostic: &Diagnostic) -> bool {
        let code = diagnostic.code.to_ascii_lowercase();
        let named = |names: &[String]| names.iter().any(|it| it == diagnostic.source.as_str() || *it == code);
        (self.select.is_empty() || named(self.select)) && !named(self.ignore)
    }
}

/// Colours are for terminals whose user has not said no (<https://no-color.org>).
fn colours() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|it| it == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}
