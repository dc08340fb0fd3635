//! CMD, ENTRYPOINT or HEALTHCHECK more than once.

use crate::lint::commands::Command;
use crate::lint::rule::{Casing, Context, declare_rule};
use crate::lint::suppression;
use crate::lint::{Fix, Heeds};
use crate::model::StageId;
use crate::syntax::Keyword;
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports CMD, ENTRYPOINT and HEALTHCHECK that are followed by another one in the same stage. The fix
    /// removes the one without effect; whether the other one is meant, only you can tell.
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
        fix: Sometimes,
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
            let fix = fix(cx, earlier);
            let found = cx.report_run(earlier, earlier.data.keyword_word.range, message);
            found.fixes.extend(fix);
            found.relate(command.abs(command.data.keyword_word.range), "the later one is here");
            // BuildKit says it when it comes to the later one.
            found.heeds = match command.is_trigger() {
                true => Heeds::Nothing,
                false => Heeds::Instruction(command.instruction.id),
            };
        }
    }
}

/// Removes the one without effect with its lines, but no comment.
fn fix(cx: &Context<'_>, command: &Command<'_>) -> Option<Fix> {
    let (instruction, data) = (command.instruction, command.data);
    if command.is_trigger() || !data.comments.is_empty() || !data.heredocs.is_empty() {
        return None;
    }
    // Without it the other case could be that of most keywords.
    let (Casing { lower, upper, .. }, is_lower) = (cx.casing(), cx.casing().is_lower());
    if (is_lower && upper > 0 && lower - 1 <= upper) || (!is_lower && lower > 0 && upper <= lower) {
        return None;
    }
    // A `# check=` above it would count for the instruction that comes next.
    if cx.suppression().is_about(instruction.id) {
        return None;
    }
    // So would any other comment for an experimental check, as a description.
    let is_described = || suppression::last_comment(cx.dockerfile, cx.text(), instruction.id).is_some();
    if cx.suppression().asks_for_experiments() && is_described() {
        return None;
    }
    let lines = cx.lines_of(instruction);
    Some(Fix::guess(format!("Remove this {}", data.keyword.as_str()), TextEdit::delete(lines)))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::{check, fixed};
    use crate::model::SourceFile;

    #[test]
    fn the_comment_above_the_later_one_counts() {
        check(
            r#"
FROM alpine
# check=skip=MultipleInstructionsDisallowed
CMD ["a"]
#<^ MultipleInstructionsDisallowed: A later CMD of this stage replaces this one. Remove one of them.
CMD ["b"]
#<^ … the later one is here
# check=skip=MultipleInstructionsDisallowed
CMD ["c"]
"#,
        );
    }

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

    #[test]
    fn the_lines_go_and_comments_stay() {
        fixed(
            "FROM alpine\n# first\n  CMD a \\\n\n    b\n\n# second\nCMD c\n",
            "MultipleInstructionsDisallowed",
            &expect![[r"
                FROM alpine
                # first

                # second
                CMD c
            "]],
        );
        for kept in [
            "# a file\nFROM alpine\n# check=skip=JSONArgsRecommended\nCMD a\n",
            "# a file\nFROM alpine\nCMD a \\\n# why\n b\n",
            "# check=experimental=all\nFROM alpine\n# b\nCMD a\nARG c\n",
        ] {
            let text = format!("{kept}CMD c\n");
            let found = diagnostics(&SourceFile::new(&text), &Settings::default());
            let found = found.iter().find(|it| it.code == "MultipleInstructionsDisallowed");
            assert!(found.is_some_and(|it| it.fixes.is_empty()), "{text}");
        }
    }
}
