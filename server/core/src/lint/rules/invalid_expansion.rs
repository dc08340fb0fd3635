//! Words whose quotes or variables cannot be read.

use std::ops::Range;

use crate::analysis::Settings;
use crate::lint::expanded::{without_quoting, words};
use crate::lint::rule::{Context, declare_rule};
use crate::model::expand::{ExpandError, expand, is_plain};
use crate::model::{Instruction, InstructionData};
use crate::syntax::expansion::{Expander, expansions};
use crate::syntax::{Keyword, RelRange};

declare_rule! {
    /// ## What it does
    /// Reports quotes that are not closed and variables that cannot be expanded, in the arguments that
    /// BuildKit expands: those of FROM, ARG, ENV, LABEL, COPY, ADD, EXPOSE, VOLUME, USER, WORKDIR, STOPSIGNAL
    /// and of RUN's mounts; also in heredocs of COPY and ADD.
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
    let escape = cx.dockerfile.escape;
    cx.each_executed(|cx, instruction, data| {
        for word in words(data).into_iter().filter(|word| word.text.contains(['$', '\'', '"'])) {
            if is_plain(word.text, escape) || is_given(cx.settings, data, word.range) {
                continue;
            }
            let Err(error) = expand(word.text, escape, &mut |_| None) else { continue };
            if let Some(message) = message(&error) {
                cx.report(instruction.abs(word.range), message);
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

/// BuildKit expands variables in the files that COPY and ADD make of heredocs; quotes mean nothing there.
fn check_heredocs(cx: &mut Context<'_>, instruction: Instruction<'_>) {
    let heredocs = instruction.data.heredocs.iter().filter(|it| it.expand && it.content.text.contains('$'));
    for heredoc in heredocs {
        let content = &heredoc.content;
        let Err(error) = expand(&without_quoting(&content.text), '\\', &mut |_| None) else { continue };
        let Some(message) = message(&error) else { continue };
        let at = first_fault(&content.text).map_or(content.range, |at| {
            let offset = |at: usize| content.range.start() + u32::try_from(at).unwrap_or(u32::MAX);
            RelRange::new(offset(at.start), offset(at.end))
        });
        cx.report(instruction.abs(at), message);
    }
}

/// The first variable that cannot be expanded: its first line.
fn first_fault(content: &str) -> Option<Range<usize>> {
    let found = expansions(content, Expander::BuildkitHeredoc('\\')).into_iter().find(|it| {
        let whole = content.get(it.whole.clone()).unwrap_or_default();
        expand(&without_quoting(whole), '\\', &mut |_| None).is_err()
    })?;
    let line = content.get(found.whole.clone())?.lines().next()?;
    Some(found.whole.start..found.whole.start + line.len())
}

const OPEN_BRACE: &str = "`${` is open here. Close it with `}`.";

/// What to say; nothing of what depends on the values of variables.
fn message(error: &ExpandError) -> Option<String> {
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
}
