//! What BuildKit says of a text beside what Dockstage says.

use std::panic::catch_unwind;
use std::sync::Arc;

use dockstage::render::json;
use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::lint::Severity;
use dockstage_core::model::SourceFile;
use serde_json::Value;

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

/// Compares what a build would stop at: BuildKit's build checks have to end with an error where Dockstage has one,
/// and only there.
pub(crate) fn build_difference(buildkit: &Value, text: &str) -> Option<Difference> {
    let said = catch_unwind(|| {
        let file = Arc::new(SourceFile::new(text));
        let found = Analysis::new(file, Arc::new(Settings::default())).diagnostics();
        found.into_iter().filter(|it| it.severity == Severity::Error).map(|it| it.message).collect()
    });
    let errors: Vec<String> = said.unwrap_or_else(|_| vec!["a panic".to_owned()]);
    let theirs = &buildkit["build_error"];
    if theirs.is_null() == errors.is_empty() {
        return None;
    }
    let message = |of: &str| of.split([' ', ':']).take(3).collect::<Vec<_>>().join(" ");
    let kind = match errors.first() {
        None => {
            format!("only BuildKit does not build it: {}", message(theirs["message"].as_str().unwrap_or("")))
        }
        Some(ours) => format!("only Dockstage does not build it: {}", message(ours)),
    };
    Some(Difference { kind, buildkit: theirs.to_string(), dockstage: errors.join(" ") })
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
