//! Variables behind a `$` that is being typed.

use super::{CompletionKind, List};
use crate::TextRange;
use crate::ide::place::{Typed, Word};
use crate::model::scope::{is_automatic, is_proxy, visible_before};
use crate::model::{Arguments, Dockerfile, VarDef, VarDefKind};
use crate::syntax::Keyword;
use crate::{TextSize, ide::markdown::one_line};

/// The variables that can stand at the cursor; false where no variable is being typed.
pub(super) fn variables(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>) -> bool {
    let Some(begun) = Begun::of(&typed.word, dockerfile.escape) else { return false };
    if !expands(dockerfile, typed) {
        return true;
    }
    let replace = begun.range();
    let at_run_time = matches!(typed.keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck);
    let mut known = rustc_hash::FxHashSet::default();
    for id in visible_before(dockerfile, typed.instruction.id) {
        let def = dockerfile.scopes().def(id);
        // An ARG is gone when the container runs.
        if (at_run_time && def.kind != VarDefKind::Env) || !known.insert(def.name.as_str()) {
            continue;
        }
        add(list, &begun, &def.name, detail(def), replace);
    }
    let automatic = match typed.keyword {
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
            add(list, &begun, name, "set by BuildKit".to_owned(), replace);
        }
    }
    true
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
    list.add(CompletionKind::Variable, label, replace).detail = detail;
}

fn detail(def: &VarDef) -> String {
    let keyword = if def.kind == VarDefKind::Env { "ENV" } else { "ARG" };
    match &def.value {
        Some(value) => format!("{keyword} {}", one_line(value, 60)),
        None => keyword.to_owned(),
    }
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
        let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
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
