//! Variables behind a `$` that is being typed.

use rustc_hash::FxHashSet;

use super::{Beside, CompletionKind, List, Topic};
use crate::TextRange;
use crate::ide::place::{Typed, Word};
use crate::model::scope::{is_automatic, is_proxy, predefined, visible_before};
use crate::model::{Arguments, Dockerfile, Instruction, InstructionId, VarDef, VarDefKind};
use crate::syntax::Keyword;
use crate::{TextSize, ide::markdown::one_line};

/// The variables that can stand at the cursor; false where no variable is being typed.
pub(super) fn variables(list: &mut List<'_>, typed: &Typed<'_>) -> bool {
    let dockerfile = list.dockerfile();
    let Some(begun) = Begun::of(&typed.word, dockerfile.escape) else { return false };
    if expands(dockerfile, typed) {
        offer(list, typed.keyword, typed.instruction.id, &begun);
    }
    true
}

/// The variables that can stand at the cursor in a heredoc.
pub(super) fn in_heredoc(list: &mut List<'_>, instruction: Instruction<'_>, word: &Word) {
    let escape = list.dockerfile().escape;
    // What `$` means to a shell of Windows is another matter.
    let is_known = escape == '\\' || instruction.keyword() != Keyword::Run;
    if let Some(begun) = Begun::of(word, escape).filter(|_| is_known) {
        offer(list, instruction.keyword(), instruction.id, &begun);
    }
}

fn offer(list: &mut List<'_>, keyword: Keyword, at: InstructionId, begun: &Begun<'_>) {
    let dockerfile = list.dockerfile();
    let replace = begun.range();
    let at_run_time = matches!(keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck);
    let mut known = FxHashSet::default();
    for id in visible_before(dockerfile, at) {
        let def = dockerfile.scopes().def(id);
        // An ARG is gone when the container runs.
        if (at_run_time && def.kind != VarDefKind::Env) || !known.insert(def.name.as_str()) {
            continue;
        }
        let detail = detail(list.beside, def);
        add(list, begun, &def.name, detail, replace);
    }
    let automatic = match keyword {
        Keyword::From => AUTOMATIC.iter().filter(|name| is_automatic(name)).collect::<Vec<_>>(),
        Keyword::Run if !begun.name.is_empty() => AUTOMATIC
            .iter()
            .filter(|name| is_proxy(name))
            .filter(|name| name.to_lowercase().starts_with(&begun.name.to_lowercase()))
            .collect(),
        _ => Vec::new(),
    };
    for name in automatic {
        if known.insert(name) {
            add(list, begun, name, "set by BuildKit".to_owned(), replace);
        }
    }
    // BuildKit sees to it that every stage has one.
    let has_use = at_run_time || matches!(keyword, Keyword::Run | Keyword::Env);
    if has_use && dockerfile.stage_of(at).is_some() && known.insert("PATH") {
        add(list, begun, "PATH", "set by the base image".to_owned(), replace);
    }
}

/// What BuildKit gives a value without a declaration: platforms in FROM, proxies in RUN.
const AUTOMATIC: [&str; 21] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

fn add(list: &mut List<'_>, begun: &Begun<'_>, name: &str, detail: String, replace: TextRange) {
    let label = if begun.braces { format!("${{{name}}}") } else { format!("${name}") };
    let item = list.add(CompletionKind::Variable, label, replace);
    item.detail = detail;
    item.topic = Some(Topic::Predefined(name.to_owned())).filter(|_| predefined(name).is_some());
}

/// Who defines a variable, and with what value: that of the build, or else of the file.
fn detail(beside: &Beside<'_>, def: &VarDef) -> String {
    let (keyword, given) = match def.kind {
        VarDefKind::Env => ("ENV", None),
        _ => ("ARG", beside.build_arg(&def.name)),
    };
    match (given, &def.value) {
        (Some(value), _) => format!("{keyword} {}, given to the build", one_line(value, 60)),
        (None, Some(value)) => format!("{keyword} {}", one_line(value, 60)),
        (None, None) => keyword.to_owned(),
    }
}

/// Names that are worth declaring with ARG: in a stage the global ARGs and what BuildKit knows of the platforms,
/// and everywhere what the build is given.
pub(super) fn declarations(list: &mut List<'_>, typed: &Typed<'_>) {
    if typed.word.typed.contains('=') {
        return;
    }
    let dockerfile = list.dockerfile();
    let here = typed.instruction.id;
    let stage = dockerfile.stage_of(here);
    let from = stage.map_or(InstructionId(0), |stage| stage.from);
    let mut known: FxHashSet<&str> = dockerfile
        .scopes()
        .defs_in(from, here)
        .iter()
        .filter(|def| !def.onbuild)
        .map(|def| def.name.as_str())
        .collect();
    known.extend(typed.words.iter().map(|word| word.split_once('=').map_or(word.as_str(), |it| it.0)));
    let replace = typed.word.until(|it| it == '=' || it == dockerfile.escape);
    let offer = |list: &mut List<'_>, name: &str, detail: String| {
        let item = list.add(CompletionKind::Variable, name, replace);
        item.detail = detail;
        item.topic = Some(Topic::Predefined(name.to_owned())).filter(|_| predefined(name).is_some());
    };
    if stage.is_some() {
        let first = dockerfile.stages.first().map_or(here, |stage| stage.from);
        let globals = dockerfile.scopes().defs_in(InstructionId(0), first).iter().rev();
        for def in globals.filter(|def| def.kind == VarDefKind::GlobalArg) {
            if known.insert(&def.name) {
                offer(list, &def.name, format!("global {}", detail(list.beside, def)));
            }
        }
    }
    for (name, value) in list.beside.build_args.iter().rev() {
        if known.insert(name) && !name.is_empty() && name.bytes().all(is_name_byte) {
            offer(list, name, format!("{}, given to the build", one_line(value, 60)));
        }
    }
    if stage.is_some() {
        for name in AUTOMATIC.iter().filter(|name| is_automatic(name)) {
            if known.insert(name) {
                offer(list, name, "set by BuildKit".to_owned());
            }
        }
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// An expansion up to the cursor: `$`, `${` and the first letters of a name.
struct Begun<'a> {
    word: &'a Word,
    /// Where its `$` stands in what is typed of the word.
    at: usize,
    braces: bool,
    name: &'a str,
}

impl<'a> Begun<'a> {
    fn of(word: &'a Word, escape: char) -> Option<Self> {
        let at = word.typed.rfind('$')?;
        let before = &word.typed[..at];
        let escapes = before.len() - before.trim_end_matches(escape).len();
        let rest = &word.typed[at + 1..];
        let (braces, name) = rest.strip_prefix('{').map_or((false, rest), |name| (true, name));
        let is_name = name.bytes().all(is_name_byte);
        (is_name && escapes.is_multiple_of(2) && !before.ends_with('$')).then_some(Self {
            word,
            at,
            braces,
            name,
        })
    }

    /// From the `$` to the end of the name, the closing brace included.
    fn range(&self) -> TextRange {
        let word = self.word.from(self.at);
        let range = word.until(|it| !it.is_ascii_alphanumeric() && it != '_');
        let behind = &word.behind[usize::from(range.end() - word.cursor)..];
        let brace = u32::from(self.braces && behind.starts_with('}'));
        TextRange::new(range.start(), range.end() + TextSize::new(brace))
    }
}

/// Whether anything expands variables at the cursor.
fn expands(dockerfile: &Dockerfile, typed: &Typed<'_>) -> bool {
    if typed.in_single_quotes {
        return false;
    }
    if typed.among_flags && typed.word.typed.starts_with("--") {
        let flag = typed.word.typed.split('=').next().unwrap_or("");
        let names_stage = match flag {
            "--from" => true,
            "--mount" => typed.word.typed.rsplit(',').next().is_some_and(|it| it.starts_with("from=")),
            _ => false,
        };
        let is_fixed = matches!(flag, "--network" | "--security");
        return !names_stage && !is_fixed && typed.keyword != Keyword::Healthcheck;
    }
    let data = typed.instruction.data.effective();
    match typed.keyword {
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
            // In JSON form nothing does, and what `$` means to a shell of Windows is another matter.
            let opens_array = typed.words.iter().chain([&typed.word.typed]).any(|it| it.starts_with('['));
            let is_json = data.arguments.is_json() || (opens_array && typed.keyword != Keyword::Run);
            !is_json && dockerfile.escape == '\\'
        }
        Keyword::From => typed.words.is_empty(),
        Keyword::Shell | Keyword::Maintainer | Keyword::Unknown | Keyword::Onbuild => false,
        _ => !matches!(data.arguments, Arguments::None),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::TextSize;
    use crate::ide::completion::tests::{accept, check, labels};
    use crate::ide::completion::{Beside, completions};
    use crate::model::SourceFile;

    #[test]
    fn names_to_declare_in_a_stage() {
        check(
            "ARG G=1\nARG TAG\nFROM a:$TAG\nARG TARGETOS\nARG OWN=2 TAG\nARG <|>\n",
            &expect![[r#"
            G (global ARG 1)
            TARGETPLATFORM (set by BuildKit)
            TARGETOSVERSION (set by BuildKit)
            TARGETARCH (set by BuildKit)
            TARGETVARIANT (set by BuildKit)
            TARGETSTAGE (set by BuildKit)
            BUILDPLATFORM (set by BuildKit)
            BUILDOS (set by BuildKit)
            BUILDOSVERSION (set by BuildKit)
            BUILDARCH (set by BuildKit)
            BUILDVARIANT (set by BuildKit)
        "#]],
        );
        assert_eq!(accept("ARG G=1\nFROM a\nARG <|>G=2\n", "G"), "ARG G=1\nFROM a\nARG G=2\n");
        assert_eq!(labels("ARG G=1\nARG <|>\nFROM a\n"), "");
        assert_eq!(labels("ARG G=1\nFROM a\nARG G=<|>\n"), "");
        assert!(labels("ARG G=1\nFROM a\nARG A G<|>\n").starts_with("G TARGETPLATFORM"));
    }

    #[test]
    fn in_heredocs_that_something_expands() {
        let text = "FROM a\nENV E=1\n";
        for heredoc in [
            "RUN <<EOF\necho $<|>\nEOF\n",
            "RUN <<'EOF'\necho \"${<|>}\"",
            "RUN cat <<EOF\n$<|>\nEOF\n",
            "COPY <<EOF /x\na 'b=$<|>\nEOF\n",
            "RUN <<EOF\n#!/bin/bash\n$E<|>",
            "COPY <<'A' <<B /x\n$\nA\n$<|>\nB\n",
        ] {
            let found = labels(&format!("{text}{heredoc}")).replace(['{', '}'], "");
            assert!(found.starts_with("$E"), "{heredoc}: {found:?}");
        }
        for heredoc in [
            "RUN cat <<'EOF'\n$<|>\nEOF\n",
            "COPY <<'EOF' /x\n$<|>\nEOF\n",
            "RUN <<EOF\n#!/usr/bin/env python3\n$<|>\nEOF\n",
            "RUN <<EOF\necho '$<|>'\nEOF\n",
            "RUN <<EOF\necho \\$<|>\nEOF\n",
            "COPY <<EOF /x\nE<|>\nEOF\n",
            "COPY <<EOF /x\n$\nEOF<|>\n",
        ] {
            assert_eq!(labels(&format!("{text}{heredoc}")), "", "{heredoc}");
        }
    }

    #[test]
    fn the_build_has_a_say_in_values() {
        let text = "ARG G=1\nFROM a\nARG G\nENV E=1\nUSER $\nARG \n";
        let args = [("G", "2"), ("E", "2"), ("NEW", "3"), ("not a name", "")];
        let args = args.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let beside = Beside { build_args: &args, ..Beside::default() };
        let shown = |offset: usize| {
            let items = completions(&SourceFile::new(text), TextSize::try_from(offset).unwrap(), &beside);
            items.iter().take(3).map(|it| format!("{} ({})\n", it.label, it.detail)).collect::<String>()
        };
        expect![[r#"
            $E (ENV 1)
            $G (ARG 2, given to the build)
        "#]]
        .assert_eq(&shown(text.find('$').unwrap() + 1));
        expect![[r#"
            NEW (3, given to the build)
            TARGETPLATFORM (set by BuildKit)
            TARGETOS (set by BuildKit)
        "#]]
        .assert_eq(&shown(text.len() - 1));
    }
}
