//! MAINTAINER.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Arguments, Instruction};
use crate::syntax::Keyword;
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports MAINTAINER.
    ///
    /// ## Why it matters
    /// It is deprecated. A label says the same, can be looked at with `docker inspect`, and can be joined
    /// by others.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// MAINTAINER Ada <ada@example.org>
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// LABEL org.opencontainers.image.authors="Ada <ada@example.org>"
    /// ```
    MaintainerDeprecated {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/",
    }
}

fn check(cx: &mut Context<'_>) {
    let all = cx.dockerfile.instructions().filter(|it| it.keyword() == Keyword::Maintainer);
    for instruction in all.filter(|it| it.data.faults.is_empty()) {
        let message = "MAINTAINER is deprecated. Use the label `org.opencontainers.image.authors`.";
        let fix = fix(instruction, cx.dockerfile.escape, &cx.casing().in_case("LABEL"));
        cx.report(instruction.keyword_range(), message).fixes.extend(fix);
    }
}

fn fix(instruction: Instruction<'_>, escape: char, keyword: &str) -> Option<Fix> {
    let Arguments::Text(text) = &instruction.data.arguments else { return None };
    if instruction.data.newlines > 0 || !instruction.data.flags.is_empty() {
        return None;
    }
    let mut value = String::new();
    for ch in text.text.chars() {
        // Unlike MAINTAINER, LABEL expands variables and takes quotes away.
        if matches!(ch, '"' | '$') || ch == escape {
            value.push(escape);
        }
        value.push(ch);
    }
    let label = format!("{keyword} org.opencontainers.image.authors=\"{value}\"");
    Some(Fix::safe("Change to a LABEL", TextEdit::replace(instruction.range(), label)))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::test::fixed;

    #[test]
    fn what_a_label_would_read_otherwise_is_escaped() {
        fixed(
            "from alpine\nmaintainer \"Ada\" $A \\x\n",
            "MaintainerDeprecated",
            &expect![[r#"
                from alpine
                label org.opencontainers.image.authors="\"Ada\" \$A \\x"
            "#]],
        );
    }
}
