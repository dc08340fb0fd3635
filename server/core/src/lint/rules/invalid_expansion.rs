//! Words whose quotes or variables cannot be read.

use crate::lint::expanded::words;
use crate::lint::rule::{Context, declare_rule};
use crate::model::expand::{ExpandError, expand};

declare_rule! {
    /// ## What it does
    /// Reports quotes that are not closed and variables that cannot be expanded, in the arguments that
    /// BuildKit expands: those of FROM, ARG, ENV, LABEL, COPY, ADD, EXPOSE, VOLUME, USER, WORKDIR, STOPSIGNAL
    /// and of RUN's mounts.
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
    let dockerfile = cx.dockerfile;
    for instruction in dockerfile.instructions().filter(|it| it.data.faults.is_empty()) {
        for word in words(instruction.data).into_iter().filter(|word| word.text.contains(['$', '\'', '"'])) {
            let Err(error) = expand(word.text, dockerfile.escape, &mut |_| None) else { continue };
            if let Some(message) = message(&error) {
                cx.report(instruction.abs(word.range), message);
            }
        }
    }
}

/// What to say; nothing of what depends on the values of variables.
fn message(error: &ExpandError) -> Option<String> {
    Some(match error {
        ExpandError::UnclosedQuote(quote) => {
            format!("A quote is open here. Close it with {quote}, or escape it.")
        }
        ExpandError::MissingBrace => "`${` is open here. Close it with `}`.".to_owned(),
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
    use crate::lint::test::check;

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
    fn what_a_shell_reads() {
        check(
            r#"
FROM alpine
RUN echo "it's ${a:T}
CMD echo 'a
ENTRYPOINT echo ${b
HEALTHCHECK CMD echo "a
ONBUILD WORKDIR ${a
ENV A='a\' B=${c:?needed}
"#,
        );
    }
}
