//! CMD, ENTRYPOINT or HEALTHCHECK more than once.

use crate::lint::commands::Command;
use crate::lint::rule::{Context, declare_rule};
use crate::model::StageId;
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports CMD, ENTRYPOINT and HEALTHCHECK that are followed by another one in the same stage.
    ///
    /// ## Why it matters
    /// Only the last one has an effect.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// CMD ["server", "--debug"]
    /// CMD ["server"]
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// CMD ["server"]
    /// ```
    MultipleInstructionsDisallowed {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/multiple-instructions-disallowed/",
    }
}

const ONCE: [Keyword; 3] = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];

fn check(cx: &mut Context<'_>) {
    let mut last: [Option<&Command<'_>>; 3] = [None; 3];
    let mut stage: Option<StageId> = None;
    for command in cx.commands() {
        if stage.replace(command.stage) != Some(command.stage) {
            last = [None; 3];
        }
        let Some(kind) = ONCE.iter().position(|&it| it == command.data.keyword) else { continue };
        if let Some(earlier) = last[kind].replace(command) {
            let keyword = command.data.keyword.as_str();
            let message = format!("A later {keyword} of this stage replaces this one. Remove one of them.");
            let found = cx.report_run(earlier, earlier.data.keyword_word.range, message);
            found.relate(command.abs(command.data.keyword_word.range), "the later one is here");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn all_but_the_last_of_a_stage() {
        check(
            r#"
FROM alpine AS a
 CMD ["a"]
#^^^ MultipleInstructionsDisallowed: A later CMD of this stage replaces this one. Remove one of them.
 ENTRYPOINT ["a"]
 CMD ["b"]
#^^^ … the later one is here
#^^^ MultipleInstructionsDisallowed: A later CMD of this stage replaces this one. Remove one of them.
 CMD ["c"]
#^^^ … the later one is here
FROM a
CMD ["d"]
"#,
        );
    }
}
