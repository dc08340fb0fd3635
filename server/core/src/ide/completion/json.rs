//! JSON forms: the shells of SHELL, and a frame for CMD and ENTRYPOINT.

use super::{CompletionKind, List};
use crate::TextRange;
use crate::ide::place::{Typed, Word};

const SHELLS: [(&str, &str); 4] = [
    (r#"["/bin/bash", "-o", "pipefail", "-c"]"#, "a failure in a pipe fails the command"),
    (r#"["/bin/bash", "-c"]"#, "bash"),
    (r#"["/bin/sh", "-c"]"#, "the default"),
    (r#"["/bin/sh", "-eu", "-c"]"#, "failures and unset variables fail the command"),
];

const WINDOWS_SHELLS: [(&str, &str); 3] = [
    (
        r#"["powershell", "-Command", "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';"]"#,
        "an error fails the command",
    ),
    (r#"["powershell", "-Command"]"#, "PowerShell"),
    (r#"["cmd", "/S", "/C"]"#, "the default"),
];

/// Where a JSON form can be put: nothing but the `begun` one stands behind the keyword, up to the end of the line.
fn whole(typed: &Typed<'_>, begun: &[&str]) -> Option<TextRange> {
    let is_alone = typed.words.is_empty() && begun.contains(&typed.word.typed.as_str());
    // An editor closes what is opened.
    let is_last = matches!(typed.word.behind.trim_end(), "" | "]" | "\"" | "\"]");
    let end = typed.word.cursor + crate::TextSize::of(typed.word.behind.trim_end());
    (is_alone && is_last).then(|| TextRange::new(typed.word.start, end))
}

/// What stands in front of the cursor of the string at the end of a text that begins as an array, as written; none
/// where no string is open.
fn open_string(text: &str) -> Option<&str> {
    let array = text.strip_prefix('[')?;
    let mut open = None;
    let mut chars = array.char_indices();
    while let Some((at, char)) = chars.next() {
        match (open, char) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(_), '"') => open = None,
            (None, '"') => open = Some(at + 1),
            (None, ']') => return None,
            _ => {}
        }
    }
    array.get(open?..)
}

/// The string at the cursor of a JSON array, from its first character; none where no string is open.
pub(super) fn string_at(typed: &Typed<'_>) -> Option<Word> {
    let string = open_string(&typed.text)?;
    let start = typed.word.cursor.checked_sub(crate::TextSize::of(string))?;
    Some(Word { typed: string.to_owned(), start, ..typed.word.clone() })
}

/// The usual shells: those of Windows where the file is written for it.
pub(super) fn shells(list: &mut List<'_>, typed: &Typed<'_>) {
    let Some(replace) = whole(typed, &["", "[", "[\""]) else { return };
    match list.dockerfile().escape {
        '`' => list.explained(&WINDOWS_SHELLS, replace),
        _ => list.explained(&SHELLS, replace),
    }
}

/// A frame for a command in JSON form.
pub(super) fn command(list: &mut List<'_>, typed: &Typed<'_>) {
    let Some(replace) = whole(typed, &["", "["]) else { return };
    let item = list.add(CompletionKind::Snippet, r#"["program", "argument"]"#, replace);
    item.detail = "runs without a shell".to_owned();
    item.snippet = Some(r#"["${1:program}"$0]"#.to_owned());
    item.insert = r#"[""]"#.to_owned();
}

#[cfg(test)]
mod tests {
    use crate::ide::completion::tests::{accept, labels};

    #[test]
    fn the_usual_shells() {
        let bash = r#"["/bin/bash", "-o", "pipefail", "-c"]"#;
        for typed in ["<|>", "[<|>", "[<|>]", "[\"<|>", "[\"<|>\"]"] {
            let text = format!("FROM a\nSHELL {typed}\nRUN b\n");
            assert!(labels(&text).starts_with(bash), "{typed}");
            assert_eq!(accept(&text, bash), format!("FROM a\nSHELL {bash}\nRUN b\n"), "{typed}");
        }
        assert!(labels("# escape=`\nFROM a\nSHELL <|>").starts_with(r#"["powershell", "-Command""#));
        for text in ["SHELL [\"a\", <|>", "SHELL ba<|>", "SHELL <|> [\"a\"]"] {
            assert_eq!(labels(&format!("FROM a\n{text}")), "", "{text}");
        }
    }

    #[test]
    fn a_frame_for_a_command() {
        assert_eq!(accept("FROM a\nCMD <|>\n", r#"["program", "argument"]"#), "FROM a\nCMD [\"\"]\n");
        assert_eq!(
            accept("FROM a\nONBUILD ENTRYPOINT [<|>]\n", r#"["program", "argument"]"#),
            "FROM a\nONBUILD ENTRYPOINT [\"\"]\n"
        );
        for text in ["CMD a<|>", "CMD <|> a", "CMD [\"<|>\"]", "RUN x <|>"] {
            assert_eq!(labels(&format!("FROM a\n{text}")), "", "{text}");
        }
    }
}
