//! Variables in a text: `$name`, `${name…}`, nested, with quotes.

use std::ops::Range;

use super::letters::{is_digit, is_name_letter};

/// A variable in a text. Offsets are bytes of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The name, without `$` and braces.
    pub name: Range<usize>,
    /// From `$` to the end of the name, or behind the closing brace; to the end of the text where that
    /// is missing.
    pub whole: Range<usize>,
    /// The operator behind the name in braces; empty without one.
    pub operator: &'static str,
}

/// Who expands the variables of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expander {
    /// BuildKit, in a word; with the file's escape character.
    Buildkit(char),
    /// BuildKit, in a heredoc of COPY or ADD, where quotes mean nothing.
    BuildkitHeredoc(char),
    /// A POSIX shell: `$(…)` opens a command with quotes of its own, `#` a comment.
    Shell,
    /// A POSIX shell, in a heredoc, where quotes mean something in `$(…)` only.
    ShellHeredoc,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Top,
    DoubleQuote,
    /// In a heredoc of a shell.
    Heredoc,
    /// Inside `${name…`: the expansion's index in the result.
    Brace(usize),
    /// Inside `$(…)`, or a bracket in it.
    Command,
}

/// The variables of `text` in order of their start. Single quotes protect what they hold.
pub fn expansions(text: &str, expander: Expander) -> Vec<Expansion> {
    if !text.contains('$') {
        return Vec::new();
    }
    let (escape, quotes, shell) = match expander {
        Expander::Buildkit(escape) => (escape, true, false),
        Expander::BuildkitHeredoc(escape) => (escape, false, false),
        Expander::Shell => ('\\', true, true),
        Expander::ShellHeredoc => ('\\', false, true),
    };
    let bytes = text.as_bytes();
    let mut found: Vec<Expansion> = Vec::new();
    // To a shell, a heredoc is much like a text in double quotes, but that a quote does not end it.
    let outermost = if expander == Expander::ShellHeredoc { Context::Heredoc } else { Context::Top };
    let mut stack = vec![outermost];
    let mut at = 0;
    while at < bytes.len() {
        let context = stack.last().copied().unwrap_or(outermost);
        let quotes = quotes || in_command(&stack);
        let byte = bytes[at];
        if char::from(byte) == escape {
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        }
        match byte {
            b'\'' if quotes && context != Context::DoubleQuote && !(shell && in_double_quote(&stack)) => {
                at = text[at + 1..].find('\'').map_or(bytes.len(), |close| at + close + 2);
                continue;
            }
            b'"' if quotes => match context {
                Context::DoubleQuote => drop(stack.pop()),
                _ => stack.push(Context::DoubleQuote),
            },
            b'}' => {
                if let Context::Brace(index) = context {
                    found[index].whole.end = at + 1;
                    stack.pop();
                }
            }
            b'(' if context == Context::Command => stack.push(Context::Command),
            b')' if context == Context::Command => drop(stack.pop()),
            b'#' if shell && begins_comment(bytes, at, context) => {
                at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                continue;
            }
            b'$' => {
                at = dollar(text, at, shell, &mut found, &mut stack);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether the `#` at `at` stands where a shell's word would begin.
fn begins_comment(bytes: &[u8], at: usize, context: Context) -> bool {
    let between = matches!(context, Context::Top | Context::Command);
    between && (at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b';' | b'('))
}

/// To a shell, single quotes mean nothing inside `"${name…`, as in the double quotes around it; to
/// BuildKit they do.
fn in_double_quote(stack: &[Context]) -> bool {
    let outer = stack.iter().rev().find(|context| !matches!(context, Context::Brace(_)));
    matches!(outer, Some(Context::DoubleQuote | Context::Heredoc))
}

/// Whether a command's text goes on here, in a heredoc too.
fn in_command(stack: &[Context]) -> bool {
    stack.iter().rev().any(|context| *context == Context::Command)
}

/// Reads what follows a `$` and returns where to go on.
fn dollar(text: &str, at: usize, shell: bool, found: &mut Vec<Expansion>, stack: &mut Vec<Context>) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(at + 1) {
        Some(b'{') => {
            // `${#name}` is the name's length to a shell, `${!name}` an indirection.
            let prefix = usize::from(shell && matches!(bytes.get(at + 2), Some(b'#' | b'!')));
            let start = at + 2 + prefix;
            let end = name_end(text, start);
            if end == start {
                return at + 2;
            }
            let (operator, len) = operator(&bytes[end..]);
            found.push(Expansion { name: start..end, whole: at..bytes.len(), operator });
            stack.push(Context::Brace(found.len() - 1));
            end + len
        }
        Some(b'(') if shell => {
            stack.push(Context::Command);
            at + 2
        }
        // The number of the shell's process; BuildKit reads it as one, too.
        Some(b'$') => at + 2,
        _ => {
            let end = name_end(text, at + 1);
            if end > at + 1 {
                found.push(Expansion { name: at + 1..end, whole: at..end, operator: "" });
            }
            end.max(at + 1)
        }
    }
}

fn operator(rest: &[u8]) -> (&'static str, usize) {
    const OPERATORS: [&str; 14] =
        [":-", ":+", ":?", ":=", "##", "%%", "//", "-", "+", "?", "=", "#", "%", "/"];
    let found = OPERATORS.into_iter().find(|operator| rest.starts_with(operator.as_bytes()));
    found.map_or(("", 0), |operator| (operator, operator.len()))
}

/// Behind the name that begins at `start`: a letter or `_`, then letters, digits and `_`. Numbers and
/// signs (`$1`, `$@`) are the shell's own and no variables.
fn name_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    if rest.starts_with(is_digit) {
        return start;
    }
    start + rest.find(|ch| !is_name_letter(ch)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, expander: Expander) -> String {
        let found = expansions(text, expander);
        let shown = found
            .iter()
            .map(|it| format!("{}[{}]{}", &text[it.name.clone()], it.operator, &text[it.whole.clone()]));
        shown.collect::<Vec<_>>().join(" ")
    }

    const WORD: Expander = Expander::Buildkit('\\');

    #[test]
    fn forms() {
        assert_eq!(names("$a${b}x$c.d", WORD), "a[]$a b[]${b} c[]$c");
        assert_eq!(names(r#"${a:-"${b}-$c"}d"#, WORD), r#"a[:-]${a:-"${b}-$c"} b[]${b} c[]$c"#);
        assert_eq!(names("${a//b/$c}${d##e}", WORD), "a[//]${a//b/$c} c[]$c d[##]${d##e}");
        assert_eq!(names("$1 $$ $@ ${} $ $$a $$${b}", WORD), "b[]${b}");
        assert_eq!(names("${a", WORD), "a[]${a");
    }

    #[test]
    fn quotes_and_escapes() {
        assert_eq!(names(r#"'$a' "$b '$c'" \$d"#, WORD), "b[]$b c[]$c");
        assert_eq!(names(r#""${a:-'$b'}$c""#, WORD), r"a[:-]${a:-'$b'} c[]$c");
        assert_eq!(names("it's $a", Expander::BuildkitHeredoc('\\')), "a[]$a");
        assert_eq!(names("`$a $b", Expander::Buildkit('`')), "b[]$b");
    }

    #[test]
    fn shell() {
        assert_eq!(names(r#"echo "$(f '$a' "$b")" ${#c}"#, Expander::Shell), "b[]$b c[]${#c}");
        assert_eq!(names(r#""${a:-'$b'}""#, Expander::Shell), "a[:-]${a:-'$b'} b[]$b");
        assert_eq!(names("a # don't $b\necho $c", Expander::Shell), "c[]$c");
        assert_eq!(names("echo $((a + $b))", Expander::Shell), "b[]$b");
        assert_eq!(names("it's $a \"$b\n # $c \\$d", Expander::ShellHeredoc), "a[]$a b[]$b c[]$c");
        assert_eq!(
            names("$(echo '$a' \"$b\") ${c:-'$d'}", Expander::ShellHeredoc),
            "b[]$b c[:-]${c:-'$d'} d[]$d"
        );
    }
}
