//! `dockstage explain`: the page of a rule.

use std::io::{self, Write};

use dockstage_core::lint::{FixKind, nearest};

use super::{Outcome, complain};
use crate::catalogue::{self, Entry};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule, in any case; without it, all of them are listed
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> io::Result<Outcome> {
    let Some(name) = &args.rule else { return list(out) };
    let name = name.trim();
    if let Some(entry) = catalogue::find(name) {
        return page(out, &entry);
    }
    match nearest(name, catalogue::all().iter().map(|entry| entry.code)) {
        Some(near) => complain(format_args!("there is no rule `{name}`. Did you mean `{near}`?")),
        None => complain(format_args!("there is no rule `{name}`. `dockstage explain` lists them.")),
    }
    Ok(Outcome::Failed)
}

fn list(out: &mut dyn Write) -> io::Result<Outcome> {
    let all = catalogue::all();
    let width = all.iter().map(|entry| entry.code.len()).max().unwrap_or_default();
    for entry in all {
        writeln!(out, "{:width$}  {}", entry.code, entry.summary())?;
    }
    Ok(Outcome::Clean)
}

fn page(out: &mut dyn Write, entry: &Entry) -> io::Result<Outcome> {
    let fix = match entry.fix {
        FixKind::None => "no fix",
        FixKind::Sometimes => "sometimes with a fix",
        FixKind::Always => "with a fix",
    };
    writeln!(out, "# {}\n", entry.code)?;
    writeln!(out, "Source: {}. Severity: {}, {fix}.\n", entry.source.as_str(), entry.severity.as_str())?;
    write!(out, "{}", entry.page())?;
    if let Some(url) = entry.url {
        writeln!(out, "\nSee {url}")?;
    }
    Ok(Outcome::Clean)
}
