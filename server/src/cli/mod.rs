//! The command line.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use tracing::level_filters::LevelFilter;

mod check;
mod diff;
mod explain;
mod format;
mod parse;
mod settings;
mod split;

/// Understands the build stages of Dockerfiles: a language server and a linter.
#[derive(Debug, Parser)]
#[command(
    name = "dockstage",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 in order, 1 something was found, 2 wrong usage or a file cannot be read, \
                  3 refused.\n\
                  Set DOCKSTAGE_LOG to error, warn, info, debug or trace to see more on standard error."
)]
struct Cli {
    /// Run the language server on standard input and output, as `lsp` does
    #[arg(long)]
    stdio: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the language server on standard input and output
    Lsp {
        /// The only way there is; editors like to say it
        #[arg(long)]
        stdio: bool,
    },
    /// Say what is wrong with Dockerfiles
    Check(check::Args),
    /// Print what BuildKit's parser makes of Dockerfiles
    Parse(parse::Args),
    /// Split the build of a Dockerfile with one stage into a builder and a final stage
    Split(split::Args),
    /// Put the layout of Dockerfiles in order
    Format(format::Args),
    /// Print the page of a rule, or the list of all rules
    Explain(explain::Args),
    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// In order.
    Clean,
    /// Something was found.
    Found,
    /// Something could not be read or written, or was asked for wrongly.
    Failed,
    /// What was asked for would not be right.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(outcome as u8)
    }
}

/// Runs what the arguments of this process say.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr();
    match cli.command {
        None | Some(Command::Lsp { .. }) => crate::server::run(),
        Some(Command::Check(args)) => to_stdout(|out| check::run(&args, out)),
        Some(Command::Parse(args)) => to_stdout(|out| parse::run(&args, out)),
        Some(Command::Split(args)) => to_stdout(|out| split::run(&args, out)),
        Some(Command::Format(args)) => to_stdout(|out| format::run(&args, out)),
        Some(Command::Explain(args)) => to_stdout(|out| explain::run(&args, out)),
        Some(Command::Completions { shell }) => to_stdout(|out| {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dockstage", &mut script);
            out.write_all(&script).map(|()| Outcome::Clean)
        }),
    }
}

/// Logs go to standard error: standard output belongs to the answers.
fn log_to_stderr() {
    let wanted = std::env::var("DOCKSTAGE_LOG").ok().and_then(|it| it.parse::<LevelFilter>().ok());
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_max_level(wanted.unwrap_or(LevelFilter::WARN))
        .init();
}

fn to_stdout(command: impl FnOnce(&mut dyn Write) -> io::Result<Outcome>) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let outcome = command(&mut out).and_then(|outcome| out.flush().map(|()| outcome));
    match outcome {
        Ok(outcome) => outcome.into(),
        // Whoever read us, `head` for one, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("cannot write: {error}"));
            Outcome::Failed.into()
        }
    }
}

/// Says something on standard error. If even that cannot be written, nobody is left to be told.
fn complain(message: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "dockstage: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_declared_without_contradiction() {
        Cli::command().debug_assert();
    }
}
