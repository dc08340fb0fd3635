//! Small Dockerfiles, one construct each, against what BuildKit's parser made of them.
//!
//! The answers in `constructs.jsonl` were recorded from BuildKit, one JSON object a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

#[test]
fn constructs_are_parsed_as_by_buildkit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/grammar/tests");
    let recorded = objects(include_str!("constructs.jsonl"));
    assert!(recorded.len() > 100, "the recorded answers are gone");
    let output = Command::new(env!("CARGO_BIN_EXE_dockstage"))
        .args(["parse", "--format", "json"])
        .args(recorded.iter().map(path))
        .current_dir(&folder)
        .output()
        .unwrap();
    let answers = objects(std::str::from_utf8(&output.stdout).unwrap());
    let answers: HashMap<&str, &Value> = answers.iter().map(|it| (path(it), it)).collect();

    let mut found = Vec::new();
    for record in &recorded {
        let truth = comparable(record);
        let ours = answers.get(path(record)).map_or(Value::Null, |it| comparable(it));
        // BuildKit does not always name the line of a mistake.
        let is_refused_somewhere = truth["line"] == json!(0) && ours["ok"] == json!(false);
        if ours != truth && !is_refused_somewhere {
            found.push(format!("{}\n  BuildKit: {truth}\n  we:       {ours}", path(record)));
        }
    }
    assert!(found.is_empty(), "{} of {} differ:\n{}", found.len(), recorded.len(), found.join("\n"));
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn path(object: &Value) -> &str {
    object["path"].as_str().unwrap()
}

/// What both say, in one form. Of a refused file only the line counts: the words are ours, and how much
/// is understood of the rest is more than BuildKit says.
fn comparable(answer: &Value) -> Value {
    if answer["ok"] == json!(false) {
        let line = answer["error_line"].as_u64().or(answer["error"]["line"].as_u64());
        return json!({"ok": false, "line": line.unwrap_or_default()});
    }
    let instruction = |it: &Value| {
        let heredoc = |it: &Value| only(it, &["name", "expand", "chomp", "content"]);
        let mut seen = only(it, &["keyword", "start_line", "end_line"]);
        seen["flags"] = list(&it["flags"], Value::clone);
        seen["args"] = list(&it["args"], Value::clone);
        seen["json"] = json!(it["json"] == json!(true));
        seen["heredocs"] = list(&it["heredocs"], heredoc);
        seen
    };
    let stage = |it: &Value| {
        let mut seen = only(it, &["index", "line"]);
        for key in ["name", "base", "platform"] {
            seen[key] = json!(it[key].as_str().unwrap_or_default());
        }
        seen
    };
    json!({
        "ok": true,
        "escape": answer["escape"].as_str().filter(|it| !it.is_empty()).unwrap_or("\\"),
        "instructions": list(&answer["instructions"], instruction),
        "stages": list(&answer["stages"], stage),
    })
}

fn only(object: &Value, keys: &[&str]) -> Value {
    keys.iter().map(|key| ((*key).to_owned(), object[*key].clone())).collect()
}

fn list(values: &Value, each: impl Fn(&Value) -> Value) -> Value {
    values.as_array().into_iter().flatten().map(each).collect()
}
