//! Volumes without a path.

use crate::lint::rule::{Context, declare_rule};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports a path in VOLUME that is empty once its quotes are taken away and its variables put in. A
    /// variable counts where the file tells its value.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM scratch
    /// ENV DATA=
    /// VOLUME $DATA
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM scratch
    /// ENV DATA=/data
    /// VOLUME $DATA
    /// ```
    InvalidVolume {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands().iter().filter(|it| it.keyword == Keyword::Volume) {
        for word in command.words().iter().filter(|it| it.text.as_deref() == Some("")) {
            let message = match word.written.contains('$') {
                true => format!("The volume `{}` is empty here. Give its variable a path.", word.written),
                false => "A volume needs a path: `VOLUME /data`.".to_owned(),
            };
            cx.report_once(command.abs(word.range), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::{check, check_under};
    use crate::model::SourceFile;

    #[test]
    fn what_is_empty_and_what_may_be() {
        check(
            r#"
FROM alpine
ARG A
VOLUME $A $B
ENV C=
VOLUME ["/a", " $C "]
#             ^^^^^^ InvalidVolume: The volume `$C` is empty here. Give its variable a path.
VOLUME /a "" /b
#         ^^ InvalidVolume: A volume needs a path: `VOLUME /data`.
VOLUME ${C:-/c}
"#,
        );
        let found = diagnostics(&SourceFile::new("FROM alpine\nVOLUME\t\\\x0b"), &Settings::default());
        assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), ["InvalidVolume"]);
    }

    #[test]
    fn a_plain_build_leaves_nothing_open() {
        let settings = Settings { assume_empty_base: true, unreachable_stages: false, ..Settings::default() };
        check_under(
            &settings,
            r"
FROM alpine AS a
ARG A
VOLUME $A
#      ^^ InvalidVolume: The volume `$A` is empty here. Give its variable a path.
ONBUILD VOLUME $A
#              ^^ InvalidVolume: The volume `$A` is empty here. Give its variable a path.
FROM a
FROM a
ENV A=/a
VOLUME $A
",
        );
    }
}
