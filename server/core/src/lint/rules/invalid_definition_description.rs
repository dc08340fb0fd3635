//! Comments above ARG and FROM that describe something else.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule, line_end};
use crate::lint::suppression;
use crate::model::Instruction;
use crate::syntax::{Keyword, RelRange, Spanned, casing};
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports a comment above ARG or `FROM … AS` that does not begin with the name. It is an experiment of
    /// BuildKit's: `# check=experimental=InvalidDefinitionDescription` switches it on. There are two fixes:
    /// the name in front where the comment is a description, an empty comment behind it where it is not.
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
        fix: Sometimes,
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
        let Some((comment, place)) = suppression::last_comment(cx.dockerfile, cx.text(), instruction.id)
        else {
            continue;
        };
        let first = comment.split(' ').next().unwrap_or_default();
        if names.iter().any(|(name, _)| name == first) {
            continue;
        }
        let (name, range) = &names[0];
        let message = format!("The comment above should begin with the name: `# {name} …`.");
        // What says which checks are made is neither to be changed nor to be cut off.
        let is_free = !cx.suppression().is_about(instruction.id);
        let fixes = if is_free { fixes(cx, name, &comment, place) } else { Vec::new() };
        cx.report_in(instruction, *range, message).fixes = fixes;
    }
}

/// The name in front of the comment, and an empty comment behind it, which keeps it from being read as a
/// description.
fn fixes(cx: &Context<'_>, name: &str, comment: &str, place: TextRange) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let written = cx.text().slice(place);
    // In front of a `#` that is not in the first column nothing can be put, and one word only is read.
    if let Some(at) = written.find(comment).filter(|&at| at > 0 && !name.contains(' ')) {
        let start = place.start() + TextSize::of(&written[..at]);
        fixes
            .push(Fix::guess(format!("Begin it with `{name}`"), TextEdit::insert(start, format!("{name} "))));
    }
    let edit = TextEdit::insert(place.end(), format!("{}#", line_end(cx.text())));
    let separate = Fix::guess("Separate it with an empty comment", edit);
    fixes.push(Fix { preferred: fixes.is_empty(), ..separate });
    fixes
}

/// What an ARG or FROM defines.
fn names(instruction: Instruction<'_>) -> Vec<(String, RelRange)> {
    let words = instruction.data.arguments.words();
    let name_of = |word: &Spanned| word.text.split('=').next().unwrap_or_default().to_owned();
    match (instruction.keyword(), words) {
        (Keyword::Arg, words) => words.iter().map(|word| (name_of(word), word.range)).collect(),
        // BuildKit knows stages by their names in lower case.
        (Keyword::From, [_, _, name]) => vec![(casing::lower(&name.text), name.range)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::check;
    use crate::model::SourceFile;

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

    #[test]
    fn stages_are_known_in_lower_case() {
        check(
            r"
# check=experimental=all;skip=StageNameCasing
# a the first
FROM alpine AS A
# B the second
FROM alpine AS B
#              ^ InvalidDefinitionDescription: The comment above should begin with the name: `# b …`.
",
        );
    }

    /// What the fixes make of the comment above `ARG A`, without the head.
    fn fixed(comment: &str) -> Vec<String> {
        let head = "# check=experimental=all\n\n";
        let text = format!("{head}{comment}ARG A\nFROM alpine\n");
        let found = diagnostics(&SourceFile::new(&text), &Settings::default());
        let found = found.iter().find(|it| it.code == "InvalidDefinitionDescription").unwrap();
        let after = found.fixes.iter().map(|it| it.change.apply(&text).unwrap());
        after.map(|it| it[head.len()..it.find("ARG").unwrap()].to_owned()).collect()
    }

    #[test]
    fn it_is_a_description_or_it_is_none() {
        assert_eq!(fixed("# so\n#the tag\n"), ["# so\n#A the tag\n", "# so\n#the tag\n#\n"]);
        assert_eq!(fixed("# the tag\n\n"), ["# A the tag\n\n", "# the tag\n#\n\n"]);
        assert_eq!(fixed("  # the tag\n"), ["  # the tag\n#\n"]);
        assert!(fixed("# check=skip=UndefinedVar\n# the tag\n").is_empty());
    }
}
