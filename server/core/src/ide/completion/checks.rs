//! `# check=`: its options and the rules that it can name, at the head of a file and above an instruction.

use super::{CompletionKind, List, Topic};
use crate::ide::place::Word;
use crate::syntax::checks::{BUILD_CHECKS, EXPERIMENTAL, WHOLE_FILE};

/// Where a `check=` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// At the head: it counts for the whole file.
    File,
    /// In a comment: it counts for the instruction below.
    Instruction,
}

/// What can stand in a comment above an instruction: `check=` alone, and that where somebody begins to type it.
pub(super) fn comment(list: &mut List<'_>, word: &Word) {
    if let Some((name, value)) = word.typed.split_once('=') {
        if name.trim().eq_ignore_ascii_case("check") {
            let value = word.from(word.typed.len() - value.trim_start().len());
            options(list, &value, Reach::Instruction);
        }
        return;
    }
    let is_begun = !word.typed.is_empty() && "check".starts_with(&word.typed);
    if is_begun && word.behind.trim().is_empty() {
        let item = list.add(CompletionKind::Keyword, "check", word.until(|_| false));
        item.insert = "check=skip=".to_owned();
        item.detail = "checks of the instruction below".to_owned();
        item.topic = Some(Topic::CheckOption("skip".to_owned()));
    }
}

/// The options of `check=`, or what one of them can be set to.
pub(super) fn options(list: &mut List<'_>, value: &Word, reach: Reach) {
    let option = value.from(value.typed.rfind(';').map_or(0, |at| at + 1));
    if let Some((name, value)) = option.typed.split_once('=') {
        let value = option.from(option.typed.len() - value.len());
        return values(list, name.trim(), &value, reach);
    }
    let others: Vec<&str> = value.typed.split(';').chain(value.behind.split(';').skip(1)).collect();
    let is_given =
        |name: &str| others.iter().any(|it| it.split('=').next().is_some_and(|it| it.trim() == name));
    let replace = option.with_equals(|it| it == ';');
    for name in ["skip", "error", "experimental"] {
        // Above an instruction `error` means nothing.
        if (name == "error" && reach == Reach::Instruction) || (is_given(name) && option.typed != name) {
            continue;
        }
        let item = list.add(CompletionKind::Key, name, replace);
        item.insert = format!("{name}=");
        item.topic = Some(Topic::CheckOption(name.to_owned()));
    }
}

/// What an option can be set to.
fn values(list: &mut List<'_>, option: &str, value: &Word, reach: Reach) {
    let begin = value.typed.rfind(',').map_or(0, |at| at + 1);
    let last = value.from(begin);
    let end = value.behind.find(|it: char| it.is_whitespace() || it == ';').unwrap_or(value.behind.len());
    let others = value.typed[..begin].split(',').chain(value.behind[..end].split(',').skip(1));
    let others: Vec<&str> = others.map(str::trim).filter(|it| !it.is_empty()).collect();
    let replace = last.until(|it| it == ',' || it == ';');
    let rules = list.beside.rules;
    let mut add = |name: &str, commits: &'static [char]| {
        if !others.contains(&name) {
            let item = list.add(CompletionKind::Value, name, replace);
            item.commits = commits;
            item.topic = Some(Topic::Rule(name.to_owned()));
        }
    };
    // `all` is no rule: it stands alone.
    let all = others.is_empty().then_some("all");
    match option {
        "skip" => {
            all.into_iter().for_each(|it| add(it, &[';']));
            let listens = |name: &&&str| reach == Reach::File || !WHOLE_FILE.contains(name);
            let checks = BUILD_CHECKS.iter().filter(|name| !EXPERIMENTAL.contains(name)).filter(listens);
            checks.for_each(|name| add(name, &[',', ';']));
            rules.iter().for_each(|name| add(name, &[',', ';']));
        }
        "experimental" => {
            all.into_iter().for_each(|it| add(it, &[';']));
            EXPERIMENTAL.iter().for_each(|name| add(name, &[',', ';']));
        }
        "error" if reach == Reach::File => ["true", "false"].iter().for_each(|it| add(it, &[';'])),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::TextSize;
    use crate::ide::completion::tests::{accept, labels};
    use crate::ide::completion::{Beside, completions};
    use crate::model::SourceFile;

    #[test]
    fn above_an_instruction() {
        assert_eq!(labels("FROM a\n# ch<|>\nRUN b\n"), "check");
        assert_eq!(accept("FROM a\n#c<|>\nRUN b\n", "check"), "FROM a\n#check=skip=\nRUN b\n");
        assert_eq!(labels("FROM a\n# check=<|>\nRUN b\n"), "skip experimental");
        let names = labels("FROM a\n# check=skip=<|>\nRUN b\n");
        assert!(names.starts_with("all ") && names.contains(" JSONArgsRecommended"), "{names}");
        assert!(!names.contains("NoEmptyContinuation"), "it listens to the head only: {names}");
        assert_eq!(
            accept("FROM a\n# check=skip=UndefinedVar,JS<|>\nCMD b\n", "JSONArgsRecommended"),
            "FROM a\n# check=skip=UndefinedVar,JSONArgsRecommended\nCMD b\n"
        );
        assert!(!labels("FROM a\n# check=skip=UndefinedVar,<|>\nCMD b\n").contains("UndefinedVar"));
        assert_eq!(
            labels("FROM a\n# check=skip=all;experimental=<|>\nCMD b\n"),
            "all InvalidDefinitionDescription"
        );
        assert_eq!(labels("FROM a\n# check=error=<|>\nCMD b\n"), "");
    }

    #[test]
    fn in_other_comments_nothing_is_offered() {
        for text in [
            "# <|>\nRUN b\n",
            "# a ch<|>\nRUN b\n",
            " # ch<|>\nRUN b\n",
            "# ch<|>\n",
            "RUN b \\\n# ch<|>\n c\n",
            "# ch<|>ange\nRUN b\n",
        ] {
            assert_eq!(labels(&format!("FROM a\n{text}")), "", "{text}");
        }
    }

    #[test]
    fn own_rules_can_be_named() {
        let text = "FROM a\n# check=skip=\nRUN b\n";
        let beside = Beside { rules: &["UnreachableStage"], ..Beside::default() };
        let items = completions(&SourceFile::new(text), TextSize::new(20), &beside);
        assert_eq!(items.last().map(|it| it.label.as_str()), Some("UnreachableStage"));
    }
}
