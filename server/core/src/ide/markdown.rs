//! Markdown that user text cannot break.

/// The longest user text that a card shows in one piece.
const LONGEST: usize = 120;

/// `text` as inline code: on one line, cut when it is very long, whatever backticks it holds.
pub(super) fn code(text: &str) -> String {
    let mut shown: String =
        text.chars().take(LONGEST).map(|it| if it.is_control() { ' ' } else { it }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    let longest_run = shown.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // Markdown takes one blank off each side, which keeps a backtick away from the fence.
    let pad =
        if shown.trim().is_empty() || shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// `text` with every run of white space as one blank, cut behind `longest` characters.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if !out.is_empty() {
            if length >= longest {
                out.push('…');
                return out;
            }
            out.push(' ');
            length += 1;
        }
        for char in word.chars() {
            if length >= longest {
                out.push('…');
                return out;
            }
            // What is no character to see would upset the card.
            out.push(if char.is_control() { '\u{fffd}' } else { char });
            length += 1;
        }
    }
    out
}

/// A user's prose, with the characters escaped that markdown gives a meaning to.
pub(super) fn prose(text: &str) -> String {
    let text = one_line(text, 600);
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_in_code_get_a_longer_fence() {
        assert_eq!(code("alpine"), "`alpine`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a ``"), "``` a `` ```");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn code_stays_on_one_line_and_is_cut() {
        assert_eq!(code("a\n\tb  c"), "`a  b  c`");
        assert_eq!(code(&"ü".repeat(500)), format!("`{}…`", "ü".repeat(120)));
        assert_eq!(one_line(&"ab ".repeat(5), 5), "ab ab…");
    }

    #[test]
    fn prose_keeps_its_words_and_loses_its_markup() {
        assert_eq!(prose("see <b>*this*</b> [x](y)"), "see \\<b\\>\\*this\\*\\</b\\> \\[x\\](y)");
    }
}
