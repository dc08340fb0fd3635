//! Words whose quotes or variables cannot be read.

use std::ops::Range;

use crate::analysis::Settings;
use crate::lint::commands::{Command, CommandWord};
use crate::lint::expanded::{heredocs, without_quoting, words};
use crate::lint::rule::{Context, declare_rule};
use crate::model::expand::{ExpandError, expand, is_plain};
use crate::model::{Heredoc, Instruction, InstructionData};
use crate::syntax::expansion::{Expander, expansions};
use crate::syntax::{Keyword, RelRange};

declare_rule! {
    /// ## What it does
    /// Reports quotes that are not closed and variables that cannot be expanded, in the arguments that
    /// BuildKit expands: those of FROM, ARG, ENV, LABEL, COPY, ADD, EXPOSE, VOLUME, USER, WORKDIR, STOPSIGNAL
    /// and of RUN's mounts; also in heredocs of COPY and ADD.
    ///
    /// A variable that needs a value, `${NAME:?}`, is reported where nothing can give it one.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// ARG VERSION
    /// ENV APP="app-${VERSION
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// ARG VERSION
    /// ENV APP="app-${VERSION}"
    /// ```
    InvalidExpansion {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    check_forms(cx);
    check_globals(cx);
    check_values(cx);
}

/// What can be expanded with no values at all.
fn check_forms(cx: &mut Context<'_>) {
    let escape = cx.dockerfile.escape;
    cx.each_executed(|cx, instruction, data| {
        for word in words(data).into_iter().filter(|word| word.text.contains(['$', '\'', '"'])) {
            if is_plain(word.text, escape) || is_given(cx.settings, data, word.range) {
                continue;
            }
            let Err(error) = expand(word.text, escape, &mut any_value) else { continue };
            if let Some(message) = message_of_form(&error) {
                cx.report_once(instruction.abs(word.range), message);
            }
        }
        if matches!(data.keyword, Keyword::Copy | Keyword::Add) {
            check_heredocs(cx, instruction);
        }
    });
}

/// Whether a word is the default of an ARG that the build gives a value: nobody reads it then.
fn is_given(settings: &Settings, data: &InstructionData, value: RelRange) -> bool {
    if data.keyword != Keyword::Arg || settings.build_args.is_empty() {
        return false;
    }
    let holder = data.arguments.words().iter().find(|word| word.range.end() == value.end());
    let name = holder.and_then(|word| word.text.split('=').next());
    name.is_some_and(|name| settings.build_arg(name).is_some())
}

/// A value that no form of variable objects to.
fn any_value(_: &str) -> Option<String> {
    Some("a".to_owned())
}

/// BuildKit expands variables in the files that COPY and ADD make of heredocs; quotes mean nothing there.
fn check_heredocs(cx: &mut Context<'_>, instruction: Instruction<'_>) {
    for (_, heredoc) in heredocs(instruction.data) {
        let content = &heredoc.content;
        let Err(error) = expand(&without_quoting(&content.text), '\\', &mut any_value) else { continue };
        let Some(message) = message_of_form(&error) else { continue };
        let at = first_fault(&content.text).map_or(content.range, |at| inside(heredoc, at));
        cx.report_once(instruction.abs(at), message);
    }
}

/// What the ARGs above the first FROM, and FROM itself, make of the values that are there.
fn check_globals(cx: &mut Context<'_>) {
    let globals = cx.globals();
    for (id, range, error) in globals.refused() {
        if let Some(message) = message_of_value(error, true) {
            cx.report_once(cx.dockerfile.instruction(*id).abs(*range), message);
        }
    }
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let words = words(instruction.data).into_iter().filter(|word| word.text.contains('$'));
        for word in words.filter(|_| instruction.data.faults.is_empty()) {
            let error = globals.evaluate(word.text).error;
            if let Some(message) = error.and_then(|error| message_of_value(&error, true)) {
                cx.report_once(instruction.abs(word.range), message);
            }
        }
    }
}

/// What commands make of the values that are there when they run.
fn check_values(cx: &mut Context<'_>) {
    let all = |_: &Command<'_>| true;
    cx.each_command(all, all, |cx, command| {
        for word in command.words() {
            let error = word.error.as_ref();
            if let Some(message) = error.and_then(|error| message_of_value(error, false)) {
                cx.report_once(command.abs(place(command, word)), message);
            }
        }
    });
}

/// Where a word stands that is refused; for the content of a heredoc, the variable that needs a value.
fn place(command: &Command<'_>, word: &CommandWord<'_>) -> RelRange {
    let (true, Some(ExpandError::Required { name, .. })) = (word.is_heredoc, &word.error) else {
        return word.range;
    };
    let heredoc = heredocs(command.instruction.data).find(|(it, _)| it.redirect == word.range);
    let needed = expansions(word.written, Expander::BuildkitHeredoc('\\'))
        .into_iter()
        .find(|it| word.written.get(it.name.clone()) == Some(name.as_str()) && it.operator.ends_with('?'));
    match (heredoc, needed) {
        (Some((_, heredoc)), Some(needed)) => inside(heredoc, needed.name),
        _ => word.range,
    }
}

/// A part of a heredoc's content.
fn inside(heredoc: &Heredoc, part: Range<usize>) -> RelRange {
    let offset = |at: usize| heredoc.content.range.start() + u32::try_from(at).unwrap_or(u32::MAX);
    RelRange::new(offset(part.start), offset(part.end))
}

/// The first variable that cannot be expanded: its first line.
fn first_fault(content: &str) -> Option<Range<usize>> {
    let found = expansions(content, Expander::BuildkitHeredoc('\\')).into_iter().find(|it| {
        let whole = content.get(it.whole.clone()).unwrap_or_default();
        expand(&without_quoting(whole), '\\', &mut any_value).is_err()
    })?;
    let line = content.get(found.whole.clone())?.lines().next()?;
    Some(found.whole.start..found.whole.start + line.len())
}

const OPEN_BRACE: &str = "`${` is open here. Close it with `}`.";

/// What to say of a form; nothing of what depends on the values of variables.
fn message_of_form(error: &ExpandError) -> Option<String> {
    Some(match error {
        ExpandError::UnclosedQuote(quote) => {
            format!("A quote is open here. Close it with {quote}, or escape it.")
        }
        ExpandError::MissingBrace => OPEN_BRACE.to_owned(),
        // The name ends with its line or word.
        ExpandError::UnsupportedModifier(operator) if operator.starts_with(char::is_whitespace) => {
            OPEN_BRACE.to_owned()
        }
        ExpandError::MissingSlash => "A second `/` is missing: `${name/pattern/text}`.".to_owned(),
        ExpandError::BadSubstitution => "A name is missing behind `${`.".to_owned(),
        ExpandError::UnsupportedModifier(operator) if operator == ":}" => {
            "Nothing stands behind `:`. Write a default behind `:-`, or remove it.".to_owned()
        }
        ExpandError::UnsupportedModifier(operator) => format!(
            "`{operator}` cannot follow a variable's name. After `${{name` BuildKit reads `}}`, `:-`, `:+`, `:?`, \
             `#`, `%` or `/`."
        ),
        ExpandError::BadPattern(_) | ExpandError::Required { .. } | ExpandError::TooLong => return None,
    })
}

/// What to say of values; nothing of what no value can mend.
fn message_of_value(error: &ExpandError, is_global: bool) -> Option<String> {
    Some(match error {
        ExpandError::Required { name, .. } if is_global => {
            format!("`{name}` needs a value. Give it one with ARG above the first FROM.")
        }
        ExpandError::Required { name, .. } => {
            format!("`{name}` needs a value. Give it one with ARG or ENV above this line.")
        }
        ExpandError::BadPattern(pattern) => {
            format!("The pattern `{pattern}` is none: only `*`, `?` and the escape itself can be escaped.")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::check;
    use crate::model::SourceFile;

    #[test]
    fn nobody_reads_the_default_of_what_is_given() {
        let file = SourceFile::new("ARG A=\"x\nARG B='\nFROM alpine\nARG C A=${\n");
        let given = |names: &[&str]| {
            let build_args = names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
            diagnostics(&file, &Settings { build_args, ..Settings::default() }).len()
        };
        assert_eq!(given(&["A"]), 1);
        assert_eq!(given(&["A", "B"]), 0);
        assert_eq!(given(&["C"]), 3, "nothing is remembered of the other builds");
        assert_eq!(given(&[]), 3);
    }

    #[test]
    fn quotes_and_braces() {
        check(
            r#"
ARG A="x
#     ^^ InvalidExpansion: A quote is open here. Close it with ", or escape it.
FROM alpine
ADD a ${b:}
#     ^^^^^ InvalidExpansion: Nothing stands behind `:`. Write a default behind `:-`, or remove it.
USER ${b
#    ^^^ InvalidExpansion: `${` is open here. Close it with `}`.
WORKDIR ${a:T}
#       ^^^^^^ InvalidExpansion: `:T` cannot follow a variable's name. After `${name` BuildKit reads `}`, `:-`, `:+`, `:?`, `#`, `%` or `/`.
ENV "a=b c=d
#   ^^ InvalidExpansion: A quote is open here. Close it with ", or escape it.
"#,
        );
    }

    #[test]
    fn heredocs_of_copy() {
        check(
            r#"
FROM alpine
COPY <<a <<'b' /x/
it's $A and "${B}
and ${C
#   ^^^ InvalidExpansion: `${` is open here. Close it with `}`.
a
${D
b
RUN <<c
${E
c
"#,
        );
    }

    #[test]
    fn the_last_heredoc_of_a_name_counts() {
        check(
            r"
FROM scratch
COPY <<a <<a /x/
${A
a
${B
#<^ InvalidExpansion: `${` is open here. Close it with `}`.
a
COPY <<a <<a /y/
$A
a
a
",
        );
    }

    #[test]
    fn what_a_shell_reads() {
        check(
            r#"
FROM alpine
RUN echo "it's ${a:T}
SHELL ["sh", "-c"]
CMD echo 'a
ENTRYPOINT echo ${b
HEALTHCHECK CMD echo "a
ONBUILD WORKDIR ${a
ENV A='a\' B=${c:?needed}
"#,
        );
    }

    #[test]
    fn values_that_are_needed() {
        check(
            r#"
ARG A
ARG E=
ARG F=${E:?}
#     ^^^^^^ InvalidExpansion: `E` needs a value. Give it one with ARG above the first FROM.
FROM a${A:?}
FROM a${E?}
FROM alpine:${E:?none}
#    ^^^^^^^^^^^^^^^^^ InvalidExpansion: `E` needs a value. Give it one with ARG above the first FROM.
FROM alpine
ARG A
USER ${A:?}${B:?}
FROM scratch
ENV C= D=${PATH?}
COPY <<x /${C?}
a ${C:?}
#   ^ InvalidExpansion: `C` needs a value. Give it one with ARG or ENV above this line.
x
WORKDIR /${C:?
#       ^^^^^^ InvalidExpansion: `${` is open here. Close it with `}`.
LABEL a=${C#\b}
#       ^^^^^^^ InvalidExpansion: The pattern `\b` is none: only `*`, `?` and the escape itself can be escaped.
"#,
        );
    }
}
