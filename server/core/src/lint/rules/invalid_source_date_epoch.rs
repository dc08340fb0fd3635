//! A SOURCE_DATE_EPOCH that names no point in time.

use crate::lint::commands::Command;
use crate::lint::expanded::words;
use crate::lint::globals::EPOCH;
use crate::lint::rule::{Context, declare_rule};
use crate::model::Stage;
use crate::model::remote::{Remote, remote};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports a default of the global ARG `SOURCE_DATE_EPOCH` that is neither a number of seconds, nor
    /// `context`, nor a stage that does nothing but fetch one source: `FROM scratch`, ARGs, and one ADD of a
    /// URL or a Git repository.
    ///
    /// Any other name can be a build context that the build is given, so it is reported for a plain build
    /// only; a stage that does not fit always is.
    ///
    /// ## Why it matters
    /// BuildKit refuses to build any stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// ARG SOURCE_DATE_EPOCH=src
    /// FROM alpine AS src
    /// RUN date
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// ARG SOURCE_DATE_EPOCH=src
    /// FROM scratch AS src
    /// ADD https://example.com/src.git /
    /// FROM alpine
    /// COPY --from=src / /src
    /// ```
    InvalidSourceDateEpoch {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let Some(value) = cx.settings.build_arg(EPOCH).or(cx.globals().epoch()) else { return };
    if value.is_empty() || value == "context" || value.parse::<i64>().is_ok() {
        return;
    }
    let dockerfile = cx.dockerfile;
    let is_named =
        |stage: &&Stage| stage.name.as_ref().is_some_and(|name| name.lower == value.to_lowercase());
    let message = match dockerfile.stages.iter().find(is_named) {
        Some(stage) if only_fetches(cx, stage) => return,
        Some(_) => format!(
            "Stage `{value}` tells no time. It has to be FROM scratch, with one ADD of a URL or a repository."
        ),
        None if !cx.settings.assume_empty_base => return,
        None => format!("`{value}` is no time. Write a number of seconds, or `context`."),
    };
    let before = dockerfile.instructions().take_while(|it| it.keyword() != Keyword::From);
    let args = before.filter(|it| it.keyword() == Keyword::Arg);
    let places = args.flat_map(|arg| {
        let mut values = words(arg.data).into_iter();
        arg.data.arguments.words().iter().map(move |word| match word.text.split_once('=') {
            Some((name, _)) => (name, arg.abs(values.next().map_or(word.range, |value| value.range))),
            None => (word.text.as_str(), arg.abs(word.range)),
        })
    });
    let declared = places.filter(|(name, _)| *name == EPOCH).last().map(|(_, range)| range);
    // The build may give it without any ARG.
    let first = dockerfile.instructions().next().map(|it| it.keyword_range());
    if let Some(range) = declared.or(first) {
        cx.report(range, message);
    }
}

/// Whether a stage does nothing but fetch one source.
fn only_fetches(cx: &Context<'_>, stage: &Stage) -> bool {
    let base = stage.base_word.as_ref().and_then(|(word, _)| cx.globals().evaluate(word).text);
    let instructions = || stage.instructions().skip(1).map(|id| cx.dockerfile.instruction(id));
    let is_fit = |keyword: Keyword| matches!(keyword, Keyword::Arg | Keyword::Add);
    let added: Vec<&Command<'_>> = cx.commands().iter().filter(|it| it.stage == stage.id).collect();
    let mut added = added.into_iter().filter(|it| it.keyword == Keyword::Add);
    // What is not known may be right.
    base.is_none_or(|base| base == "scratch")
        && instructions().all(|it| is_fit(it.keyword()))
        && added.next().is_some_and(fetches_one)
        && added.next().is_none()
}

fn fetches_one(add: &Command<'_>) -> bool {
    let mut sources = add.sources();
    let (Some(source), None) = (sources.next(), sources.next()) else { return false };
    let is_remote = |text: &str| matches!(remote(text), Remote::Http | Remote::Git(_));
    add.data.heredocs.is_empty() && source.text.as_deref().is_none_or(is_remote)
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::{check, check_under};

    #[test]
    fn times_and_contexts() {
        for value in ["0", "-5", "1700000000", "context", "\"\"", "$NONE", "src"] {
            check(&format!("ARG SOURCE_DATE_EPOCH={value}\nARG SOURCE_DATE_EPOCH\nFROM alpine\n"));
        }
        let settings = Settings { assume_empty_base: true, unreachable_stages: false, ..Settings::default() };
        check_under(
            &settings,
            r"
ARG A=1 SOURCE_DATE_EPOCH=now
#                         ^^^ InvalidSourceDateEpoch: `now` is no time. Write a number of seconds, or `context`.
FROM alpine
",
        );
    }

    #[test]
    fn what_the_build_gives() {
        let build_args = vec![("SOURCE_DATE_EPOCH".to_owned(), "now".to_owned())];
        let settings = Settings { assume_empty_base: true, build_args, ..Settings::default() };
        check_under(
            &settings,
            r"
ARG SOURCE_DATE_EPOCH
#   ^^^^^^^^^^^^^^^^^ InvalidSourceDateEpoch: `now` is no time. Write a number of seconds, or `context`.
FROM alpine
",
        );
        check_under(
            &settings,
            r"
FROM alpine
#<^^ InvalidSourceDateEpoch: `now` is no time. Write a number of seconds, or `context`.
",
        );
    }

    #[test]
    fn stages_get_a_number_only() {
        let settings = |value: &str| {
            let build_args = vec![("SOURCE_DATE_EPOCH".to_owned(), value.to_owned())];
            Settings { assume_empty_base: true, build_args, ..Settings::default() }
        };
        check_under(&settings("1"), "FROM alpine\nARG SOURCE_DATE_EPOCH=$NONE\n");
        check_under(
            &settings("context"),
            r"
FROM alpine
ARG SOURCE_DATE_EPOCH=$NONE
#                      ^^^^ UndefinedVar: `NONE` is not defined. Define it with ARG or ENV.
",
        );
    }

    #[test]
    fn stages() {
        for stage in ["ADD git@a:b.git#v1 /src", "ARG U=https://a/b\nADD $U /"] {
            check(&format!("ARG SOURCE_DATE_EPOCH=a\nFROM scratch AS a\n{stage}\n"));
        }
        for stage in
            ["", "ADD a /", "ADD https://a/b https://a/c /", "ADD https://a /\nADD https://b /", "USER a"]
        {
            check(&format!(
                "ARG SOURCE_DATE_EPOCH=a\n\
                 #                     ^ InvalidSourceDateEpoch: Stage `a` tells no time. It has to be FROM scratch, with one ADD of a URL or a repository.\n\
                 FROM scratch AS a\n{stage}\nFROM alpine\n"
            ));
        }
    }
}
