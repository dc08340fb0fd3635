//! What BuildKit says of a text beside what Dockstage says.

use std::panic::catch_unwind;
use std::sync::Arc;

use dockstage::render::json;
use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::lint::{Diagnostic, Severity, Source};
use dockstage_core::model::SourceFile;
use serde_json::Value;

use crate::build::Build;

/// The first thing that is not the same.
pub(crate) struct Difference {
    /// What kind of thing: differences of one kind tend to have one cause.
    pub(crate) kind: String,
    pub(crate) buildkit: String,
    pub(crate) dockstage: String,
}

/// What Dockstage says of a text, in the same shape as the oracle.
pub(crate) fn dockstage(text: &str) -> Value {
    let said = catch_unwind(|| {
        let mut out = Vec::new();
        json::parse(&mut out, "", &SourceFile::new(text)).expect("memory can be written");
        out
    });
    match said {
        Ok(line) => serde_json::from_slice(&line).expect("it is JSON"),
        Err(_) => Value::Null,
    }
}

/// Compares two answers.
pub(crate) fn difference(buildkit: &Value, dockstage: &Value) -> Option<Difference> {
    let differ = |kind: &str, theirs: &Value, ours: &Value| {
        Some(Difference { kind: kind.to_owned(), buildkit: theirs.to_string(), dockstage: ours.to_string() })
    };
    if dockstage.is_null() {
        return differ("Dockstage panics", buildkit, dockstage);
    }
    let (theirs, ours) = (&buildkit["error"], &dockstage["error"]);
    if theirs.is_null() != ours.is_null() {
        let kind = if ours.is_null() { "only BuildKit rejects it" } else { "only Dockstage rejects it" };
        return differ(kind, theirs, ours);
    }
    if theirs["line"] != ours["line"] {
        return differ("line of the error", theirs, ours);
    }
    if buildkit["instructions"].is_null() {
        return None;
    }
    if buildkit["escape"] != dockstage["escape"] {
        return differ("escape", &buildkit["escape"], &dockstage["escape"]);
    }
    if let Some((kind, theirs, ours)) =
        of_lists("instruction", &buildkit["instructions"], &dockstage["instructions"])
    {
        return differ(&kind, &theirs, &ours);
    }
    if theirs.is_null() {
        if dockstage["syntax_errors"] != 0 {
            return differ("syntax errors", &Value::Null, &dockstage["syntax_errors"]);
        }
        if let Some((kind, theirs, ours)) = of_lists("stage", &buildkit["stages"], &dockstage["stages"]) {
            return differ(&kind, &theirs, &ours);
        }
    }
    None
}

/// Compares what `docker build --check` says: whether it ends with an error, and which rules speak of which
/// instructions. What Dockstage says when it assumes nothing of the build has to be a part of that.
pub(crate) fn check_difference(buildkit: &Value, text: &str, build: &Build) -> Option<Difference> {
    let said = catch_unwind(|| {
        let file = Arc::new(SourceFile::new(text));
        let say = |assume_empty_base| {
            let settings = Settings {
                assume_empty_base,
                target: build.target.clone(),
                build_args: build.args.clone().into_iter().collect(),
                ..Settings::default()
            };
            let mut found = Analysis::new(Arc::clone(&file), Arc::new(settings)).diagnostics();
            found.retain(|it| it.source == Source::Buildkit);
            found
        };
        (say(true), say(false), file)
    });
    let Ok((plain, open, file)) = said else {
        return Some(Difference {
            kind: "Dockstage panics".to_owned(),
            buildkit: String::new(),
            dockstage: String::new(),
        });
    };
    build_difference(&buildkit["build_error"], &plain).or_else(|| {
        // What BuildKit found before it stopped depends on the order of its steps.
        let stopped = !buildkit["build_error"].is_null();
        if stopped {
            return None;
        }
        rules_difference(&buildkit["checks"], &file, &plain).or_else(|| open_difference(&file, &plain, &open))
    })
}

/// What is said of any build has to hold for the plain one.
fn open_difference(file: &SourceFile, plain: &[Diagnostic], open: &[Diagnostic]) -> Option<Difference> {
    let (plain, open) = (places(file, plain), places(file, open));
    let kind = format!("said of any build, but not of the plain one: {}", lack(&open, &plain)?);
    Some(Difference { kind, buildkit: format!("{plain:?}"), dockstage: format!("{open:?}") })
}

/// Which rules speak of which instructions.
fn places<'a>(file: &SourceFile, found: &'a [Diagnostic]) -> Vec<(&'a str, Option<u32>)> {
    let at = |it: &Diagnostic| file.dockerfile().instruction_at(it.range.start()).map(|it| it.row + 1);
    found.iter().map(|it| (it.code, at(it))).collect()
}

fn build_difference(theirs: &Value, found: &[Diagnostic]) -> Option<Difference> {
    let ours = found.iter().find(|it| it.severity == Severity::Error);
    if theirs.is_null() == ours.is_none() {
        return None;
    }
    let start = |of: &str| of.split([' ', ':']).take(3).collect::<Vec<_>>().join(" ");
    let kind = match ours {
        None => {
            format!("only BuildKit does not build it: {}", start(theirs["message"].as_str().unwrap_or("")))
        }
        Some(ours) => format!("only Dockstage does not build it: {}", ours.code),
    };
    let dockstage = ours.map(|it| it.message.clone()).unwrap_or_default();
    Some(Difference { kind, buildkit: theirs.to_string(), dockstage })
}

/// BuildKit names a line of an instruction, Dockstage the words at fault: it is the instruction that counts.
fn rules_difference(theirs: &Value, file: &SourceFile, found: &[Diagnostic]) -> Option<Difference> {
    let dockerfile = file.dockerfile();
    let holder = |line: u64| {
        let mut instructions = dockerfile.instructions();
        let holds = |row: u32, last: u32| (u64::from(row) + 1..=u64::from(last) + 1).contains(&line);
        instructions.find(|it| holds(it.row, it.last_row())).map(|it| it.row + 1)
    };
    let theirs = theirs.as_array().into_iter().flatten();
    let mut theirs: Vec<(&str, Option<u32>)> =
        theirs.map(|it| (it["rule"].as_str().unwrap_or(""), it["line"].as_u64().and_then(holder))).collect();
    let mut ours = places(file, found);
    theirs.sort();
    ours.sort();
    let kind = match (lack(&theirs, &ours), lack(&ours, &theirs)) {
        (Some(rule), _) => format!("only BuildKit says {rule}"),
        (None, Some(rule)) => format!("only Dockstage says {rule}"),
        (None, None) => return None,
    };
    Some(Difference { kind, buildkit: format!("{theirs:?}"), dockstage: format!("{ours:?}") })
}

/// A rule that `all` has more often at some place than `some`.
fn lack(all: &[(&str, Option<u32>)], some: &[(&str, Option<u32>)]) -> Option<String> {
    let times = |list: &[(&str, Option<u32>)], wanted: &(&str, Option<u32>)| {
        list.iter().filter(|&it| it == wanted).count()
    };
    let found = all.iter().find(|it| times(all, it) > times(some, it));
    found.map(|(rule, _)| (*rule).to_owned())
}

/// The first field of two lists of objects that is not the same.
fn of_lists(name: &str, theirs: &Value, ours: &Value) -> Option<(String, Value, Value)> {
    let empty = Vec::new();
    let (theirs, ours) = (theirs.as_array().unwrap_or(&empty), ours.as_array().unwrap_or(&empty));
    for (theirs, ours) in theirs.iter().zip(ours) {
        for (key, theirs_value) in theirs.as_object()? {
            if *theirs_value != ours[key] && !is_explained(key, theirs, ours) {
                let keyword = theirs["keyword"].as_str().unwrap_or("").to_uppercase();
                let keyword =
                    if matches!(key.as_str(), "start_line" | "end_line" | "keyword") { "" } else { &keyword };
                return Some((format!("{name} {keyword} {key}"), theirs.clone(), ours.clone()));
            }
        }
    }
    let (many, less) = (theirs.len(), ours.len());
    (many != less).then(|| (format!("number of {name}s"), many.into(), less.into()))
}

/// Differences that are meant.
fn is_explained(key: &str, theirs: &Value, ours: &Value) -> bool {
    // BuildKit cuts bytes, Dockstage whole characters: half a character is none in JSON.
    let halved = |of: &Value| of[key].to_string().contains('\u{fffd}');
    halved(theirs) && !halved(ours)
}
