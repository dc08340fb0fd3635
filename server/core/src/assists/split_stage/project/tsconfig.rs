//! `tsconfig.json`: where the compiler of TypeScript puts what it makes.

use serde_json::Value;

/// The directory of the output, where the file says one itself.
pub(in crate::assists::split_stage) fn out_dir(text: &str) -> Option<String> {
    let json: Value = serde_json::from_str(&without_comments(text.trim_start_matches('\u{feff}'))).ok()?;
    let dir = json.get("compilerOptions")?.get("outDir")?.as_str()?;
    (!dir.contains("${")).then(|| dir.trim_start_matches("./").trim_end_matches('/').to_owned())
}

/// The text as plain JSON: without comments, and without commas in front of a bracket that closes.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '"' => string_len(rest),
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = &rest[rest.find("*/").map_or(rest.len(), |it| it + 2)..];
                continue;
            }
            '}' | ']' => {
                let kept = out.trim_end();
                if kept.ends_with(',') {
                    out.truncate(kept.len() - 1);
                }
                1
            }
            _ => c.len_utf8(),
        };
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    out
}

/// How long the string is that `text` begins with.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_hinder() {
        let text = "{\n  // where\n  \"compilerOptions\": {\n    \"outDir\": \"./server\", /* \"x\" */\n    \"a\": \"//\\\"\",\n  },\n}";
        assert_eq!(out_dir(text).as_deref(), Some("server"));
        assert_eq!(out_dir("{\"compilerOptions\": {}}"), None);
        for text in ["", "{\"", "{\"compilerOptions\": {\"outDir\": \"${configDir}/x\"}}", "/*", "{,}"] {
            assert_eq!(out_dir(text), None, "{text}");
        }
    }
}
