//! Secrets in ARG and ENV.

use crate::lint::rule::{Context, declare_rule};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports ARGs and ENVs in stages whose names tell of a secret: `password`, `token`, `key`, `auth` and
    /// others, as a word of the name. Names with the word `public`, `file` or `version` are fine.
    ///
    /// ## Why it matters
    /// Their values stay in the image and its history, for everybody who has it. `RUN --mount=type=secret`
    /// leaves nothing behind.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// ARG API_TOKEN
    /// RUN fetch --token "$API_TOKEN"
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// RUN --mount=type=secret,id=token,env=API_TOKEN fetch --token "$API_TOKEN"
    /// ```
    ///
    /// ## Why there is no fix
    /// The secret has to come from somewhere else, so the command that builds the image changes with the file:
    /// `docker build --secret`. Which instruction needs the secret is not to be seen either.
    SecretsUsedInArgOrEnv {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/",
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands() {
        match command.data.keyword {
            Keyword::Arg => {
                for word in command.data.arguments.words() {
                    let name = word.text.split('=').next().unwrap_or_default();
                    if tells_of_secret(name) {
                        let line = &command.instruction.data.line;
                        let start = line.offset_of_source(word.range.start());
                        cx.report_run(
                            command,
                            line.source_range(start, start + name.len()),
                            message("ARG", name),
                        );
                    }
                }
            }
            Keyword::Env => {
                for name in command.words().iter().step_by(2) {
                    // What a variable makes of a name is not always known.
                    let text = name.text.as_deref().unwrap_or_default();
                    if tells_of_secret(text) {
                        cx.report_run(command, name.range, message("ENV", text));
                    }
                }
            }
            _ => {}
        }
    }
}

fn message(keyword: &str, name: &str) -> String {
    format!("{keyword} `{name}` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.")
}

/// Whether a word of the name, between underscores, is one of a secret.
pub(super) fn tells_of_secret(name: &str) -> bool {
    const SECRET: [&str; 10] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "password",
        "pword",
        "passwd",
        "secret",
        "token",
    ];
    const FINE: [&str; 3] = ["public", "file", "version"];
    let is_one_of = |part: &str, list: &[&str]| list.iter().any(|it| part.eq_ignore_ascii_case(it));
    let mut parts = name.split('_');
    parts.clone().any(|part| is_one_of(part, &SECRET)) && !parts.any(|part| is_one_of(part, &FINE))
}

#[cfg(test)]
mod tests {
    use super::tells_of_secret;
    use crate::lint::test::check;

    #[test]
    fn names() {
        for secret in ["KEY", "GIT_KEY", "auth", "my_ApiKey_x", "SECRET_PASSPHRASE"] {
            assert!(tells_of_secret(secret), "{secret}");
        }
        for other in ["KEYS", "MONKEY", "PUBLIC_KEY", "TOKEN_FILE", "AUTH_MODULE_VERSION", "author", ""] {
            assert!(!tells_of_secret(other), "{other}");
        }
    }

    #[test]
    fn names_with_variables() {
        check(
            r"
FROM alpine
ENV A=API
ENV $A_KEY=1 ${A}_KEY=1 ${B}_KEY=1
#            ^^^^^^^^ SecretsUsedInArgOrEnv: ENV `API_KEY` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
",
        );
    }

    #[test]
    fn every_name_of_a_line() {
        check(
            r"
ARG TOKEN
FROM alpine
ARG TOKEN a=1 key=2
#   ^^^^^ SecretsUsedInArgOrEnv: ARG `TOKEN` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
#             ^^^ SecretsUsedInArgOrEnv: ARG `key` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
ENV password=x b=secret
#   ^^^^^^^^ SecretsUsedInArgOrEnv: ENV `password` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
",
        );
    }
}
