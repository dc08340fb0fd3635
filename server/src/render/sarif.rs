//! SARIF 2.1.0, the format that code scanning services read: one run with the rules and what they found.

use std::collections::HashMap;
use std::io::{self, Write};

use dockstage_core::TextRange;
use dockstage_core::lint::{Diagnostic, Fix, Severity};
use dockstage_core::text::{Applicability, PositionEncoding};
use serde_json::{Value, json};

use super::{Checked, Report};
use crate::catalogue::{self, Entry};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Gathers what is found, and prints it as one document at the end.
#[derive(Debug)]
pub(crate) struct Log {
    rules: Vec<Entry>,
    /// Where each rule stands in the list.
    index: HashMap<&'static str, usize>,
    results: Vec<Value>,
    failures: Vec<Value>,
}

impl Log {
    /// A log without results.
    pub(crate) fn new() -> Self {
        let rules = catalogue::all();
        let index = rules.iter().enumerate().map(|(at, rule)| (rule.code, at)).collect();
        Self { rules, index, results: Vec::new(), failures: Vec::new() }
    }
}

impl Report for Log {
    fn file(&mut self, _out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        let file = File { checked, uri: uri(checked.path) };
        for diagnostic in checked.found {
            let mut result = file.result(diagnostic);
            if let Some(&at) = self.index.get(diagnostic.code) {
                result["ruleIndex"] = json!(at);
            }
            self.results.push(result);
        }
        Ok(())
    }

    fn failure(&mut self, path: &str, reason: &str) {
        self.failures.push(json!({
            "level": "error",
            "message": { "text": format!("{path}: {reason}") },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(path) } } }],
        }));
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let run = json!({
            "tool": { "driver": {
                "name": "Dockstage",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": self.rules.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "invocations": [{
                "executionSuccessful": self.failures.is_empty(),
                "toolExecutionNotifications": std::mem::take(&mut self.failures),
            }],
            "results": std::mem::take(&mut self.results),
        });
        serde_json::to_writer(&mut *out, &json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))?;
        out.write_all(b"\n")
    }
}

fn rule(entry: &Entry) -> Value {
    let mut rule = json!({
        "id": entry.code,
        "shortDescription": { "text": entry.summary() },
        "help": { "text": entry.page(), "markdown": entry.page() },
        "defaultConfiguration": { "level": level(entry.severity) },
        "properties": { "tags": [entry.source.as_str()] },
    });
    if let Some(url) = entry.url {
        rule["helpUri"] = json!(url);
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

/// A file that results point into.
struct File<'a> {
    checked: &'a Checked<'a>,
    uri: String,
}

impl File<'_> {
    fn result(&self, diagnostic: &Diagnostic) -> Value {
        let mut result = json!({
            "ruleId": diagnostic.code,
            "level": level(diagnostic.severity),
            "message": { "text": diagnostic.message },
            "locations": [{ "physicalLocation": self.place(diagnostic.range) }],
        });
        let related = diagnostic.related.iter().enumerate().map(|(at, related)| {
            json!({
                "id": at + 1,
                "message": { "text": related.message },
                "physicalLocation": self.place(related.range),
            })
        });
        if !diagnostic.related.is_empty() {
            result["relatedLocations"] = related.collect();
        }
        if !diagnostic.fixes.is_empty() {
            result["fixes"] = diagnostic.fixes.iter().map(|fix| self.fix(fix)).collect();
        }
        result
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacements = fix.change.edits().iter().map(|edit| {
            json!({
                "deletedRegion": self.region(edit.range),
                "insertedContent": { "text": edit.new_text },
            })
        });
        json!({
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": self.uri },
                "replacements": replacements.collect::<Vec<_>>(),
            }],
            "properties": { "safe": fix.applicability == Applicability::Safe },
        })
    }

    fn place(&self, range: TextRange) -> Value {
        json!({ "artifactLocation": { "uri": self.uri }, "region": self.region(range) })
    }

    /// Lines and columns count from 1; the end is the first column behind.
    fn region(&self, range: TextRange) -> Value {
        let position = |offset| self.checked.document.line_col(offset, PositionEncoding::Utf16);
        let (start, end) = (position(range.start()), position(range.end()));
        json!({
            "startLine": start.line + 1,
            "startColumn": start.col + 1,
            "endLine": end.line + 1,
            "endColumn": end.col + 1,
        })
    }
}

/// A path as a URI: relative as it was given, or with the scheme of files.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.strip_prefix("./").unwrap_or(&path).bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./api/Dockerfile.dev"), "api/Dockerfile.dev");
        assert_eq!(uri("../a b/c:d/é%"), "../a%20b/c%3Ad/%C3%A9%25");
        assert_eq!(uri("/src/Dockerfile"), "file:///src/Dockerfile");
    }
}
