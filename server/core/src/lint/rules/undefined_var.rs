//! Variables that nothing defines.

use super::secrets_used_in_arg_or_env::tells_of_secret;
use crate::lint::Fix;
use crate::lint::commands::{Command, CommandWord, Undefined};
use crate::lint::rule::{Context, declare_rule, line_end};
use crate::model::InstructionId;
use crate::syntax::{Keyword, RelRange};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports variables that neither ENV nor ARG defines, here or in a stage below, in the instructions in
    /// which BuildKit expands them: not in the commands of RUN, CMD and ENTRYPOINT.
    ///
    /// What an image defines is not known. On top of one, only a name that is nearly that of a variable of
    /// the file is reported. There is a fix where such a near name is, and where a global ARG can be taken
    /// over into the stage.
    ///
    /// ## Why it matters
    /// The variable is empty: a path, a version or a name is not what it should be.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// ENV APP_HOME=/srv/app
    /// COPY app.conf $AP_HOME/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// ENV APP_HOME=/srv/app
    /// COPY app.conf $APP_HOME/
    /// ```
    UndefinedVar {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/undefined-var/",
    }
}

fn check(cx: &mut Context<'_>) {
    // BuildKit does not say it of EXPOSE.
    for command in cx.commands().iter().filter(|it| it.keyword != Keyword::Expose && !it.is_plain) {
        for word in command.words() {
            for undefined in word.undefined.iter().filter(|it| it.certain || it.near.is_some()) {
                report(cx, command, word, undefined);
            }
        }
    }
}

fn report(cx: &mut Context<'_>, command: &Command<'_>, word: &CommandWord<'_>, undefined: &Undefined) {
    let name = &undefined.name;
    let is_global = cx.globals().get(name).is_some();
    // The base image may well define what its tag was chosen by.
    if is_global && !undefined.certain {
        return;
    }
    let message = match &undefined.near {
        _ if is_global => {
            format!("`{name}` is no variable of this stage. Take over the global one: `ARG {name}`.")
        }
        Some(near) => format!("`{name}` is not defined. Did you mean `{near}`?"),
        None => format!("`{name}` is not defined. Define it with ARG or ENV."),
    };
    let place = place(command, word, name);
    let take_over = is_global.then(|| take_over(cx, command, name)).flatten();
    let found = cx.report_run(command, place.unwrap_or(word.range), message);
    match (&undefined.near, place) {
        _ if is_global => found.fixes.extend(take_over),
        (Some(near), Some(place)) => found.fixes.push(Fix::change_to(command.abs(place), near)),
        _ => {}
    }
}

/// Declares the global ARG in the stage, above the instruction and the comments that belong to it.
fn take_over(cx: &Context<'_>, command: &Command<'_>, name: &str) -> Option<Fix> {
    let before = cx.dockerfile.instruction(InstructionId(command.instruction.id.0.checked_sub(1)?));
    if command.is_trigger() || tells_of_secret(name) {
        return None;
    }
    let keyword = cx.casing().in_case("ARG");
    let start = cx.lines_of(before).end();
    let edit = TextEdit::insert(start, format!("{keyword} {name}{}", line_end(cx.text())));
    Some(Fix::guess(format!("Take over the global one: `{keyword} {name}`"), edit))
}

/// Where the name stands in its word.
fn place(command: &Command<'_>, word: &CommandWord<'_>, name: &str) -> Option<RelRange> {
    let inside = |at: u32| (word.range.start()..=word.range.end()).contains(&at);
    // The uses of a trigger are kept with its ONBUILD.
    let uses = command.instruction.data.var_uses.iter();
    let mut found = uses.filter(|it| !it.shell && it.name.text == name && inside(it.name.range.start()));
    found.next().map(|it| it.name.range)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::test::{check, check_under, fixed};

    #[test]
    fn a_global_argument_is_taken_over() {
        fixed(
            "ARG V=1\nFROM scratch\nCOPY <<E /\nx\nE\n\n# check=skip=CopyIgnoredFile\nCOPY a-$V /\n",
            "UndefinedVar",
            &expect![[r"
                ARG V=1
                FROM scratch
                COPY <<E /
                x
                E
                ARG V

                # check=skip=CopyIgnoredFile
                COPY a-$V /
            "]],
        );
    }

    #[test]
    fn an_image_may_define_anything() {
        check(
            r"
ARG VERSION=1
FROM alpine
ENV APP_HOME=/app
USER $NOBODY
WORKDIR ${APP_HOM}
#         ^^^^^^^ UndefinedVar: `APP_HOM` is not defined. Did you mean `APP_HOME`?
COPY . $VERSION
RUN echo $APP_HOM
FROM scratch
COPY $A $PATH /$VERSION
#     ^ UndefinedVar: `A` is not defined. Define it with ARG or ENV.
#               ^^^^^^^ UndefinedVar: `VERSION` is no variable of this stage. Take over the global one: `ARG VERSION`.
ARG A
COPY $A $PATH /
",
        );
    }

    #[test]
    fn heredocs_of_a_trigger() {
        check(
            r"
FROM scratch AS a
ONBUILD COPY <<X /x
#            ^^^ … in the ONBUILD of its base
$A
X
FROM a
#<^^ UndefinedVar: `A` is not defined. Define it with ARG or ENV.
",
        );
    }

    #[test]
    fn as_buildkit_says_it_of_a_plain_build() {
        let settings = Settings { assume_empty_base: true, unreachable_stages: false, ..Settings::default() };
        check_under(
            &settings,
            r#"
FROM alpine AS base
ENV A=$B C=$B$B
#      ^ UndefinedVar: `B` is not defined. Define it with ARG or ENV.
#           ^ UndefinedVar: `B` is not defined. Define it with ARG or ENV.
ARG D=$A EE=$D
FROM base
COPY <<X $D$A$C/$EE/
it's "$A"
X
"#,
        );
    }
}
