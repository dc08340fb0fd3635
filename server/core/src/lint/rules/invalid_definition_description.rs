//! Comments above ARG and FROM that describe something else.

use crate::lint::rule::{Context, declare_rule};
use crate::lint::suppression;
use crate::model::Instruction;
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports a comment above ARG or `FROM … AS` that does not begin with the name. It is an experiment of
    /// BuildKit's: `# check=experimental=InvalidDefinitionDescription` switches it on.
    ///
    /// ## Why it matters
    /// `docker build --call=outline` shows such comments as descriptions of arguments and stages.
    ///
    /// ## Example
    /// ```dockerfile
    /// # check=experimental=InvalidDefinitionDescription
    ///
    /// # the version of the base
    /// ARG TAG=3
    /// FROM alpine:${TAG}
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// # check=experimental=InvalidDefinitionDescription
    ///
    /// # TAG the version of the base
    /// ARG TAG=3
    /// FROM alpine:${TAG}
    /// ```
    InvalidDefinitionDescription {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/invalid-definition-description/",
    }
}

fn check(cx: &mut Context<'_>) {
    if !cx.suppression().asks_for_experiments() {
        return;
    }
    for instruction in cx.dockerfile.instructions().filter(|it| it.data.faults.is_empty()) {
        let names = names(instruction);
        if names.is_empty() {
            continue;
        }
        let Some(comment) = suppression::last_comment(cx.dockerfile, cx.text(), instruction.id) else {
            continue;
        };
        let first = comment.split(' ').next().unwrap_or_default();
        if names.iter().any(|(name, _)| *name == first) {
            continue;
        }
        let (name, range) = names[0];
        let message = format!("The comment above should begin with the name: `# {name} …`.");
        cx.report_in(instruction, range, message);
    }
}

/// What an ARG or FROM defines.
fn names(instruction: Instruction<'_>) -> Vec<(&str, crate::syntax::RelRange)> {
    let words = instruction.data.arguments.words();
    match (instruction.keyword(), words) {
        (Keyword::Arg, words) => {
            words.iter().map(|word| (word.text.split('=').next().unwrap_or_default(), word.range)).collect()
        }
        (Keyword::From, [_, _, name]) => vec![(name.text.as_str(), name.range)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn only_when_it_is_asked_for() {
        check("# other\nARG A\nFROM alpine AS a\n");
        check(
            r"
# check=experimental=all
# a the first
ARG b=1 a=2
# other
ARG c
#   ^ InvalidDefinitionDescription: The comment above should begin with the name: `# c …`.
# other
#
FROM alpine AS a
",
        );
    }
}
