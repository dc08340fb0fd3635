//! Keywords in another case than most.

use crate::lint::Fix;
use crate::lint::rule::{Casing, Context, declare_rule};
use crate::model::{Dockerfile, Instruction};
use crate::syntax::Keyword;
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports keywords that are not in the case of most keywords of the file, and those with both upper-
    /// and lower-case letters. Where both are equally frequent, upper case is right.
    ///
    /// ## Why it matters
    /// Instructions are easier to tell from their arguments when all keywords are in one case.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// run apk add curl
    /// USER app
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// RUN apk add curl
    /// USER app
    /// ```
    ConsistentInstructionCasing {
        severity: Warning,
        source: Buildkit,
        fix: Always,
        url: "https://docs.docker.com/go/dockerfile/rule/consistent-instruction-casing/",
    }
}

/// The instructions whose keywords are looked at. BuildKit leaves out what stands before the first FROM.
fn keywords(dockerfile: &Dockerfile) -> impl Iterator<Item = Instruction<'_>> {
    let first = dockerfile.stages.first().map_or(usize::MAX, |stage| stage.from.index());
    dockerfile.instructions().skip(first).filter(|it| it.keyword() != Keyword::Unknown)
}

/// How many of them are in which case.
pub(in crate::lint) fn casing(dockerfile: &Dockerfile) -> Casing {
    let mut found = Casing::default();
    for keyword in keywords(dockerfile) {
        found.all += 1;
        if keyword.marks.is_upper_case {
            found.upper += 1;
            continue;
        }
        let written = &keyword.data.keyword_word.text;
        found.lower += usize::from(is_in_case(written, true));
        found.upper += usize::from(is_in_case(written, false));
    }
    found
}

fn check(cx: &mut Context<'_>) {
    let casing = cx.casing();
    let is_lower = casing.is_lower();
    if casing.lower.max(casing.upper) == casing.all {
        return;
    }
    let others: Vec<(Instruction<'_>, String)> = keywords(cx.dockerfile)
        .filter(|it| !is_in_case(&it.data.keyword_word.text, is_lower))
        .map(|it| (it, in_case(&it.data.keyword_word.text, is_lower)))
        .collect();
    for (instruction, right) in others {
        let message = format!(
            "`{}` should be written `{right}`, as most keywords are.",
            instruction.data.keyword_word.text
        );
        let mut edits = vec![TextEdit::replace(instruction.keyword_range(), right.as_str())];
        // AS has to be in the case of its FROM.
        if let (Keyword::From, [_, keyword, _, ..]) =
            (instruction.keyword(), instruction.data.arguments.words())
        {
            edits.push(TextEdit::replace(instruction.abs(keyword.range), in_case(&keyword.text, is_lower)));
        }
        let fix = Fix::safe_edits(format!("Change to `{right}`"), edits);
        cx.report(instruction.keyword_range(), message).fixes.extend(fix);
    }
}

fn is_in_case(word: &str, lower: bool) -> bool {
    let other = |byte: &u8| if lower { byte.is_ascii_uppercase() } else { byte.is_ascii_lowercase() };
    if word.is_ascii() { !word.as_bytes().iter().any(other) } else { word == in_case(word, lower) }
}

fn in_case(word: &str, lower: bool) -> String {
    if lower { word.to_lowercase() } else { word.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::test::{check, fixed};

    #[test]
    fn the_majority_is_right() {
        check(
            r"
arg X=1
from alpine
user x
 USER y
#^^^^ ConsistentInstructionCasing: `USER` should be written `user`, as most keywords are.
",
        );
    }

    #[test]
    fn its_as_follows() {
        fixed(
            "From alpine as a\nUSER x\n",
            "ConsistentInstructionCasing",
            &expect![[r"
                FROM alpine AS a
                USER x
            "]],
        );
    }
}
