//! AS in another case than its FROM.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports an AS that is not in the case of its FROM: `FROM … as`.
    ///
    /// ## Why it matters
    /// Keywords are easier to tell from names when all of them are in one case.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine as build
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS build
    /// ```
    FromAsCasing {
        severity: Warning,
        source: Buildkit,
        fix: Always,
        url: "https://docs.docker.com/go/dockerfile/rule/from-as-casing/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let [_, keyword, _, ..] = instruction.data.arguments.words() else { continue };
        let from = instruction.data.keyword_word.text.as_str();
        let is_usual = matches!((from, keyword.text.as_str()), ("FROM", "AS") | ("from", "as"));
        if is_usual || !instruction.data.faults.is_empty() {
            continue;
        }
        let right = match from {
            _ if from == from.to_lowercase() => keyword.text.to_lowercase(),
            _ if from == from.to_uppercase() => keyword.text.to_uppercase(),
            // A mixture of both is reported for itself.
            _ => continue,
        };
        if keyword.text != right {
            let message = format!("`{}` should be in the case of `{from}`.", keyword.text);
            let edit = TextEdit::replace(instruction.abs(keyword.range), right.as_str());
            let fix = Fix::safe(format!("Change to `{right}`"), edit);
            cx.report_in(instruction, keyword.range, message).fixes.push(fix);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn both_ways() {
        check(
            r"
FROM alpine as a
#           ^^ FromAsCasing: `as` should be in the case of `FROM`.
FROM alpine As b
#           ^^ FromAsCasing: `As` should be in the case of `FROM`.
FROM alpine AS c
FROM alpine
",
        );
        check(
            r"
from alpine AS a
#           ^^ FromAsCasing: `AS` should be in the case of `from`.
from alpine as b
",
        );
    }
}
