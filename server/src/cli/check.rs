//! `dockstage check`: what is wrong with Dockerfiles, for people and for tools.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use dockstage_core::analysis::Analysis;
use dockstage_core::assists::split_stage::ContextFiles;
use dockstage_core::lint::{Diagnostic, Severity, apply_fixes};
use dockstage_core::model::SourceFile;
use dockstage_core::workspace::IgnoreFile;

use super::settings::{AllSettings, Flags, Settings};
use super::{Outcome, complain};
use crate::catalogue::source_or_rule;
use crate::config::Build;
use crate::disk;
use crate::render::{Checked, Report, github, human, json, sarif};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing to mend, 1 errors, warnings or infos, 2 wrong usage or a file that \
                  cannot be read or written. Hints are printed, but they are offers, not findings: they \
                  leave the exit code at 0.\n\
                  The nearest dockstage.toml, in the folder of a file or above it, says what holds where no \
                  flag does."
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
    /// Apply the fixes that need no look, and write the files; what `-` holds is printed
    #[arg(long)]
    fix: bool,
    /// Give ARG this value, as in a build with it
    #[arg(long, value_name = "NAME=VALUE", value_parser = build_arg)]
    build_arg: Vec<(String, String)>,
    /// Check for a build with this target: stages that it does not need are left alone
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// The build context, the folder that COPY and `.dockerignore` are about; without it, the folder of each
    /// Dockerfile
    #[arg(long, value_name = "FOLDER", value_parser = folder)]
    context: Option<PathBuf>,
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
    /// For code scanning: one SARIF 2.1.0 document
    Sarif,
    /// For GitHub Actions: annotations in the workflow's log
    Github,
}

impl Args {
    fn flags(&self) -> Flags {
        let build = Build {
            context: self.context.clone(),
            target: self.target.clone(),
            args: self.build_arg.iter().cloned().collect(),
        };
        let (select, ignore) = (self.select.clone(), self.ignore.clone());
        Flags { select, ignore, build, assume_empty_base: self.assume_empty_base }
    }
}

impl Format {
    fn report(self) -> Box<dyn Report> {
        match self {
            Self::Text => Box::new(human::Printer::new(colours())),
            Self::Json => Box::new(json::Objects),
            Self::Sarif => Box::new(sarif::Log::new()),
            Self::Github => Box::new(github::Annotations),
        }
    }
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let mut settings = AllSettings::new(args.flags());
    let mut report = args.format.report();
    let mut outcome = Outcome::Clean;
    // The mended text of standard input goes to standard output, so what is found in it cannot.
    let mends_stdin = args.fix && args.paths.iter().any(|path| path == Path::new("-"));
    let mut stderr = io::stderr();
    let no_dockerfile = |folder: &Path| {
        complain(format_args!("{}: no Dockerfile in this folder", folder.display()));
    };
    for input in disk::inputs(&args.paths, no_dockerfile) {
        let text = match &input.text {
            Ok(text) => text,
            Err(reason) => {
                complain(format_args!("{}: {reason}", input.path));
                report.failure(&input.path, reason);
                outcome = outcome.max(Outcome::Failed);
                continue;
            }
        };
        if text.lossy {
            complain(format_args!("{}: not valid UTF-8, read with replacement characters", input.path));
        }
        let Some(settings) = settings.of(input.file.as_deref()) else {
            report.failure(&input.path, "its configuration is wrong");
            outcome = outcome.max(Outcome::Failed);
            continue;
        };
        let context = settings.config.context.as_deref();
        let ignore = disk::ignore_file(input.file.as_deref(), context).map(Arc::new);
        let place = (input.file.clone(), context.map(Path::to_owned));
        let view = View { settings: &settings, ignore, place, project: OnceCell::new() };
        let mut now = Cow::Borrowed(text.text.as_str());
        if args.fix {
            match mend(&input.path, input.file.as_deref(), text, &view, out)? {
                Ok(mended) => now = Cow::Owned(mended),
                Err(reason) => {
                    complain(format_args!("{}: {reason}", input.path));
                    outcome = outcome.max(Outcome::Failed);
                }
            }
        }
        let file = Arc::new(SourceFile::new(&now));
        let found = view.findings(&file);
        if found.iter().any(|it| it.severity != Severity::Hint) {
            outcome = outcome.max(Outcome::Found);
        }
        let checked = Checked { path: &input.path, text: &now, document: file.text(), found: &found };
        report.file(if mends_stdin { &mut stderr } else { out }, &checked)?;
    }
    report.end(if mends_stdin { &mut stderr } else { out })?;
    Ok(outcome)
}

/// How a file is looked at.
struct View<'a> {
    settings: &'a Settings,
    /// The ignore file that counts for it.
    ignore: Option<Arc<IgnoreFile>>,
    /// The file, and its build context where that is another folder than the file's.
    place: (Option<PathBuf>, Option<PathBuf>),
    /// The project's own files, once they were asked for.
    project: OnceCell<Arc<ContextFiles>>,
}

impl View<'_> {
    /// What is found in the file, as far as it is wanted.
    fn findings(&self, file: &Arc<SourceFile>) -> Vec<Diagnostic> {
        let mut analysis = Analysis::new(Arc::clone(file), Arc::clone(&self.settings.config.analysis));
        if analysis.asks_for_project() {
            let (file, context) = &self.place;
            let read = || Arc::new(disk::project_files(file.as_deref(), context.as_deref()));
            analysis = analysis.with_project(Arc::clone(self.project.get_or_init(read)));
        }
        let mut found = analysis.with_ignore(self.ignore.clone()).diagnostics();
        found.retain(|it| self.settings.take(it));
        found
    }
}

/// Applies the safe fixes and writes the text back, to standard output when it came from standard input.
/// Returns the text as it is now, or why it was not written.
fn mend(
    path: &str,
    file: Option<&Path>,
    text: &disk::Text,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<Result<String, String>> {
    let fixed = apply_fixes(&text.text, |file| view.findings(file));
    if text.lossy && (file.is_none() || fixed.count > 0) {
        return Ok(Err("not mended: bytes that are no UTF-8 would be lost".to_owned()));
    }
    match file {
        None => write!(out, "{}", text.with_mark(&fixed.text))?,
        Some(file) if fixed.count > 0 => {
            if let Err(reason) = disk::overwrite(file, &text.with_mark(&fixed.text)) {
                return Ok(Err(reason));
            }
        }
        Some(_) => (),
    }
    match fixed.count {
        0 => (),
        1 => complain(format_args!("{path}: 1 fix applied")),
        count => complain(format_args!("{path}: {count} fixes applied")),
    }
    Ok(Ok(fixed.text))
}

/// Reads a `--build-arg`. Like Docker, but a name alone, which would take the value of the environment, is
/// refused: a check says the same everywhere.
fn build_arg(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// Reads a `--context`.
pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if disk::is_folder(&folder) { Ok(folder) } else { Err("there is no such folder".to_owned()) }
}

/// Colours are for terminals whose user has not said no (<https://no-color.org>).
fn colours() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|it| it == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}
