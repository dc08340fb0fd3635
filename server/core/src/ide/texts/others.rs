//! Parser directives, variables that BuildKit defines, heredocs, `AS`.

use super::{Text, link};
use crate::model::scope;
use crate::syntax::DirectiveName;

/// The text about a parser directive.
pub(in crate::ide) fn directive(name: DirectiveName) -> Text {
    match name {
        DirectiveName::Syntax => Text::new(
            "# syntax=<image>",
            "The frontend image that builds this file. With `docker/dockerfile:1` the newest features work on older builders too.",
            "syntax",
        ),
        DirectiveName::Escape => Text::new(
            "# escape=<character>",
            "The character that continues a line and escapes others: `\\` unless given. A backtick suits Windows paths.",
            "escape",
        ),
        DirectiveName::Check => Text::new(
            "# check=skip=<check>[,<check>…][;error=<boolean>]",
            "Settings of the build checks: which to skip (`all` for every one), and whether a finding fails the build.",
            "check",
        ),
    }
}

/// The text about an option of `# check=`.
pub(in crate::ide) fn check_option(name: &str) -> Option<Text> {
    let (usage, about) = match name {
        "skip" => ("# check=skip=<check>[,<check>…]", "Build checks that are not made; `all` for every one."),
        "error" => ("# check=error=true", "A finding of a build check fails the build."),
        "experimental" => {
            ("# check=experimental=<check>[,…]", "Experimental build checks to make; `all` for every one.")
        }
        _ => return None,
    };
    Some(Text::new(usage, about, "check"))
}

/// The text about `AS` in FROM.
pub(in crate::ide) fn stage_name_keyword() -> Text {
    Text::new(
        "FROM <image> AS <name>",
        "Names the stage, so that `FROM`, `COPY --from`, `RUN --mount=from=` and `docker build --target` can refer to it.",
        "from",
    )
}

/// The text about `<<NAME`.
pub(in crate::ide) fn heredoc() -> Text {
    Text::new(
        "<<[-]<name>\n…\n<name>",
        "The lines up to the name alone on a line are the input. `<<-` drops leading tabs; a quoted name keeps variables from being expanded.",
        "here-documents",
    )
}

/// The text about the JSON form of a command.
pub(in crate::ide) fn json_form() -> Text {
    Text::new(
        "[\"<program>\", \"<argument>\"…]",
        "The JSON form: the program runs as it is, without a shell. Signals reach it, and nothing expands variables, wildcards or `&&`. The quotes have to be double ones.",
        "shell-and-exec-form",
    )
}

/// What a variable is for that BuildKit knows by itself, as markdown; none for other names.
pub(in crate::ide) fn predefined(name: &str) -> Option<String> {
    let about = scope::predefined(name)?;
    let anchor = match name {
        _ if scope::is_automatic(name) => "automatic-platform-args-in-the-global-scope",
        _ if scope::is_proxy(name) => "predefined-args",
        _ => "buildkit-built-in-build-args",
    };
    Some(format!("{about}.\n\n{}", link(anchor)))
}
