//! Paths of the build context: in COPY and ADD, in `--exclude`, and as the source of a mount.
//!
//! Sources count from the top of the context, whatever WORKDIR says, and `..` leads no higher. The core reads no
//! disk: it says which folder it wants ([`wanted_folder`]), and is given what lies in it. What the ignore file leaves
//! out cannot be copied, so it is not offered.

use super::{CompletionKind, List, folders, json};
use crate::ide::place::{Place, Typed, Word, place};
use crate::ide::texts::usual_key;
use crate::model::SourceFile;
use crate::model::state::clean;
use crate::syntax::Keyword;
use crate::workspace::dockerignore::{Decision, IgnoreFile, Steps};
use crate::workspace::{Entry, WantedFolder};
use crate::{TextRange, TextSize};

/// How a path is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As a word of its own.
    Word,
    /// As a word before which no other source stands: here the JSON form can be begun.
    FirstWord,
    /// As a string of a JSON array.
    Json,
    /// As a field of a mount, or as the pattern of a flag.
    Value,
}

/// A path of the context that is being typed.
struct Path {
    form: Form,
    /// The folders in front of the last `/`, as typed, with that `/`.
    typed_folder: String,
    /// The folder from the top of the context, `/` between names.
    folder: String,
    /// What is typed behind the last `/`.
    name: Word,
}

/// The folder of the build context that has to be known for completions at `offset`.
pub fn wanted_folder(file: &SourceFile, offset: TextSize) -> Option<WantedFolder> {
    let Some(Place::Arguments(typed)) = place(file, offset) else { return None };
    let path = Path::of(&typed)?;
    Some(WantedFolder { folder: path.folder, begun: path.name.typed })
}

/// The entries of the folder that is typed, and what else can stand there.
pub(super) fn paths(list: &mut List<'_>, typed: &Typed<'_>) {
    if let Some(word) = destination(typed) {
        destinations(list, typed, &word);
    }
    let Some(path) = Path::of(typed) else { return };
    // A name that goes on over several lines cannot be replaced as one.
    if list.file.text().slice(TextRange::new(path.name.start, path.name.cursor)) != path.name.typed {
        return;
    }
    if path.form == Form::FirstWord
        && path.typed_folder.is_empty()
        && matches!(path.name.typed.as_str(), "" | ".")
    {
        let replace = path.name.until(|it| it == list.dockerfile().escape);
        list.add(CompletionKind::Folder, ".", replace).detail = "the whole build context".to_owned();
    }
    let Some(listing) = list.beside.listing else { return };
    let mut entries: Vec<&Entry> = listing.entries.iter().filter(|it| path.can_hold(it)).collect();
    if let Some(ignore) = list.beside.ignore {
        let mut steps = Steps::default();
        entries.retain(|entry| is_sent(ignore, &path.folder, entry, &mut steps));
    }
    entries.sort_by_key(|it| (it.name.starts_with('.'), !it.is_folder, &it.name));
    entries.into_iter().for_each(|entry| path.add(list, entry));
}

/// Whether an entry is in the build context, or a folder that something below may be.
fn is_sent(ignore: &IgnoreFile, folder: &str, entry: &Entry, steps: &mut Steps) -> bool {
    let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
    if !matches!(ignore.decide(&path, steps), Decision::Ignored(_)) {
        return true;
    }
    let mut exceptions = ignore.patterns().iter().filter(|it| it.is_exception());
    entry.is_folder
        && exceptions.any(|it| it.text().starts_with(&format!("{path}/")) || it.text().starts_with('*'))
}

impl Path {
    /// The path of the context at the cursor; none where something else stands there.
    fn of(typed: &Typed<'_>) -> Option<Self> {
        let data = typed.instruction.data.effective();
        let from = data.flag("from").and_then(|flag| flag.value.as_ref());
        let is_context = from.is_none_or(|from| from.text.is_empty());
        match typed.keyword {
            Keyword::Copy | Keyword::Add if is_context => Self::of_copy(typed),
            Keyword::Run => Self::of_mount(typed),
            _ => None,
        }
    }

    fn of_copy(typed: &Typed<'_>) -> Option<Self> {
        let word = &typed.word;
        if typed.text.starts_with('[') {
            return Self::new(Form::Json, json::string_at(typed)?);
        }
        if typed.among_flags && word.typed.starts_with('-') {
            let pattern = word.typed.strip_prefix("--exclude=")?;
            let mut path = Self::new(Form::Value, word.from(word.typed.len() - pattern.len()))?;
            // It counts from the source, where there is one.
            let source = the_source(typed)?;
            path.folder = inside(&source, &path.folder);
            return Some(path);
        }
        if !typed.words.is_empty() && word.typed.starts_with('/') && is_last(typed) {
            return None;
        }
        let form = if typed.words.is_empty() { Form::FirstWord } else { Form::Word };
        Self::new(form, word.clone())
    }

    /// `source=` of a bind mount.
    fn of_mount(typed: &Typed<'_>) -> Option<Self> {
        let value = typed.word.typed.strip_prefix("--mount=").filter(|_| typed.among_flags)?;
        let tail = typed.word.behind.split_whitespace().next().unwrap_or_default();
        let tail = if typed.word.behind.starts_with(char::is_whitespace) { "" } else { tail };
        let mut fields =
            value.split(',').chain(tail.split(',').skip(1)).map(|it| it.split_once('=').unwrap_or((it, "")));
        let last = value.rsplit(',').next().unwrap_or_default();
        let (key, path) = last.split_once('=')?;
        let is_bind = fields.clone().all(|(key, value)| key != "type" || value == "bind");
        if usual_key(key) != "source" || !is_bind || fields.any(|(key, _)| key == "from") {
            return None;
        }
        Self::new(Form::Value, typed.word.from(typed.word.typed.len() - path.len()))
    }

    fn new(form: Form, word: Word) -> Option<Self> {
        let (folder, name) = word.typed.split_at(word.typed.rfind('/').map_or(0, |at| at + 1));
        let is_plain = |text: &str| !text.contains(['$', '*', '?', '[', '\\', '`', '"', '\'', '<']);
        let is_heredoc = word.typed.is_empty() && word.behind.starts_with("<<");
        if !is_plain(&word.typed) || is_heredoc || word.typed.contains("://") {
            return None;
        }
        let name = word.from(word.typed.len() - name.len());
        Some(Self { form, folder: inside("", folder), typed_folder: folder.to_owned(), name })
    }

    /// Whether an entry can be named here. Variables and wildcards are read in every form, and so are quotes.
    fn can_hold(&self, entry: &Entry) -> bool {
        let special =
            |it: char| it.is_control() || matches!(it, '$' | '*' | '?' | '[' | '\\' | '`' | '"' | '\'');
        let has_blank = entry.name.contains(char::is_whitespace);
        // It would be taken for a flag, a heredoc or a comment.
        let is_mistaken = self.typed_folder.is_empty() && entry.name.starts_with(['-', '<', '#']);
        if entry.name.is_empty() || entry.name.contains(special) || is_mistaken {
            return false;
        }
        match self.form {
            Form::Json => true,
            Form::FirstWord => !has_blank || self.name.behind.trim().is_empty(),
            Form::Word => !has_blank,
            Form::Value => !has_blank && !entry.name.contains([',', '=']),
        }
    }

    fn add(&self, list: &mut List<'_>, entry: &Entry) {
        let escape = list.dockerfile().escape;
        let ends = |it: char| match self.form {
            Form::Json => matches!(it, '"' | '/'),
            Form::Value => matches!(it, ',' | '/') || it == escape,
            Form::Word | Form::FirstWord => it == '/' || it == escape,
        };
        let mut replace = self.name.until(ends);
        let behind = &self.name.behind[usize::from(replace.end() - self.name.cursor)..];
        let kind = if entry.is_folder { CompletionKind::Folder } else { CompletionKind::File };
        let slash = if entry.is_folder && self.form != Form::Value { "/" } else { "" };
        if entry.name.contains(char::is_whitespace) && self.form != Form::Json {
            return self.add_json(list, entry, slash);
        }
        if !slash.is_empty() && behind.starts_with('/') {
            replace = TextRange::new(replace.start(), replace.end() + TextSize::of('/'));
        }
        list.add(kind, format!("{}{slash}", entry.name), replace);
    }

    /// An entry whose name can be written in JSON form only: with it the whole instruction takes that form.
    fn add_json(&self, list: &mut List<'_>, entry: &Entry, slash: &str) {
        let start =
            self.name.start.checked_sub(TextSize::of(self.typed_folder.as_str())).unwrap_or(self.name.start);
        let path = format!("{}{}{slash}", self.typed_folder, entry.name);
        let kind = if entry.is_folder { CompletionKind::Folder } else { CompletionKind::File };
        let replace = TextRange::new(start, self.name.until(|_| false).end());
        let item = list.add(kind, format!("{}{slash}", entry.name), replace);
        item.detail = "in JSON form".to_owned();
        item.insert = format!("[\"{path}\", \".\"]");
        item.snippet = Some(format!("[\"{path}\", \"${{1:.}}\"]"));
        item.filter = Some(path);
    }
}

/// A folder below another one, from the top of the context; no `..` leads above the top.
fn inside(folder: &str, below: &str) -> String {
    clean(&format!("/{folder}/{below}")).trim_start_matches('/').to_owned()
}

/// The only source of COPY or ADD, which has to be a path to say where a pattern counts from; the top where there is
/// none yet.
fn the_source(typed: &Typed<'_>) -> Option<String> {
    let words = typed.instruction.data.effective().arguments.words();
    match words {
        [] => Some(String::new()),
        [source] | [source, _] if !source.text.contains(['$', '*', '?', '[', ':', '<', '"', '\'', '\\']) => {
            Some(inside("", &source.text))
        }
        _ => None,
    }
}

/// Whether nothing stands behind the word at the cursor.
fn is_last(typed: &Typed<'_>) -> bool {
    let end = typed.word.until(|_| false).end();
    let behind = &typed.word.behind[usize::from(end - typed.word.cursor)..];
    behind.trim().is_empty()
}

/// The word at the cursor where COPY or ADD can end there.
fn destination(typed: &Typed<'_>) -> Option<Word> {
    if !matches!(typed.keyword, Keyword::Copy | Keyword::Add) {
        return None;
    }
    if !typed.text.starts_with('[') {
        return (!typed.words.is_empty() && is_last(typed)).then(|| typed.word.clone());
    }
    let word = json::string_at(typed)?;
    let in_front = typed.text.len().checked_sub(word.typed.len() + 1)?;
    let has_source = typed.text.get(..in_front)?.contains('"');
    let behind = word.behind.trim_start_matches(|it| it != '"').trim_start_matches('"').trim();
    (has_source && matches!(behind, "" | "]")).then_some(word)
}

/// Folders of the image that a destination can be.
fn destinations(list: &mut List<'_>, typed: &Typed<'_>, word: &Word) {
    let replace = word.until(|it| it == '"' || it == list.dockerfile().escape);
    if matches!(word.typed.as_str(), "" | ".") {
        list.add(CompletionKind::Folder, "./", replace).detail = "the current directory".to_owned();
    }
    if matches!(word.typed.chars().next(), None | Some('/')) {
        for (path, detail) in folders::known(list.dockerfile(), typed.instruction.id) {
            let item = list.add(CompletionKind::Folder, format!("{}/", path.trim_end_matches('/')), replace);
            item.detail = detail;
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ide::completion::{Beside, Completion, completions};
    use crate::workspace::Listing;

    /// What lies in every folder that is asked for.
    const ENTRIES: [&str; 9] =
        ["src/", ".git/", "node_modules/", "Dockerfile", "my file.txt", "a$b", ".env", "-x", "Cargo.toml"];

    /// The folder that is wanted, and what is offered.
    fn at(fixture: &str, ignore: &str) -> (String, Option<WantedFolder>, Vec<Completion>) {
        let (text, offset) = dockstage_fixture::cursor(fixture);
        let (file, offset) = (SourceFile::new(&text), TextSize::try_from(offset).unwrap());
        let entries = ENTRIES.map(|name| Entry {
            name: name.trim_end_matches('/').to_owned(),
            is_folder: name.ends_with('/'),
        });
        let wanted = wanted_folder(&file, offset);
        let listing = wanted.as_ref().map(|_| Listing { entries: entries.to_vec(), is_cut: false });
        let ignore = IgnoreFile::parse(ignore);
        let beside = Beside { listing: listing.as_ref(), ignore: Some(&ignore), ..Beside::default() };
        let mut items = completions(&file, offset, &beside);
        items.retain(|it| matches!(it.kind, CompletionKind::File | CompletionKind::Folder));
        (text, wanted, items)
    }

    fn labels(fixture: &str) -> String {
        at(fixture, "").2.into_iter().map(|it| it.label).collect::<Vec<_>>().join(" ")
    }

    fn wanted(fixture: &str) -> String {
        at(fixture, "")
            .1
            .map_or_else(|| "nothing".to_owned(), |it| format!("{:?} in {:?}", it.begun, it.folder))
    }

    fn accept(fixture: &str, label: &str) -> String {
        let (mut text, _, items) = at(fixture, "");
        let item =
            items.iter().find(|it| it.label == label).unwrap_or_else(|| panic!("no {label} in {items:?}"));
        text.replace_range(std::ops::Range::<usize>::from(item.replace), &item.insert);
        text.strip_prefix("FROM a\n").unwrap_or(&text).to_owned()
    }

    fn check(fixtures: &[&str], show: impl Fn(&str) -> String, expected: Expect) {
        let shown = fixtures.iter().map(|it| format!("{it:45} {}\n", show(&format!("FROM a\n{it}"))));
        expected.assert_eq(&shown.collect::<String>());
    }

    #[test]
    fn the_folder_that_is_typed() {
        check(
            &[
                "COPY <|>",
                "COPY --link s<|>rc a",
                "COPY src/m<|>",
                "ADD /src/../x/./y<|> /",
                "COPY ../../a<|>",
                "COPY a src/<|>",
                "COPY a /src<|>",
                "COPY a /src<|> b",
                "COPY [\"a b/c d/e<|>",
                "COPY --chown=1 [\"a\", \"b/<|>\"]",
                "COPY --exclude=<|> . /",
                "COPY --exclude=t/<|> src /",
                "COPY --exclude=t<|> a b c",
                "RUN --mount=source=a/b<|>,target=/x y",
                "RUN --mount=type=bind,src=<|>",
                "ONBUILD COPY a<|>",
            ],
            wanted,
            expect![[r#"
                COPY <|>                                      "" in ""
                COPY --link s<|>rc a                          "s" in ""
                COPY src/m<|>                                 "m" in "src"
                ADD /src/../x/./y<|> /                        "y" in "x"
                COPY ../../a<|>                               "a" in ""
                COPY a src/<|>                                "" in "src"
                COPY a /src<|>                                nothing
                COPY a /src<|> b                              "src" in ""
                COPY ["a b/c d/e<|>                           "e" in "a b/c d"
                COPY --chown=1 ["a", "b/<|>"]                 "" in "b"
                COPY --exclude=<|> . /                        "" in ""
                COPY --exclude=t/<|> src /                    "" in "src/t"
                COPY --exclude=t<|> a b c                     nothing
                RUN --mount=source=a/b<|>,target=/x y         "b" in "a"
                RUN --mount=type=bind,src=<|>                 "" in ""
                ONBUILD COPY a<|>                             "a" in ""
            "#]],
        );
    }

    #[test]
    fn other_things_stand_here() {
        for text in [
            "COPY --from=b a<|>",
            "COPY --from=b --exclude=<|> . .",
            "COPY --chown=<|>",
            "COPY src/*/a<|>",
            "COPY $X/<|>",
            "ADD https://a/<|>",
            "COPY <<E<|>",
            "COPY [<|>",
            "COPY [\"a\"<|>",
            "COPY a\\<|>",
            "RUN --mount=from=b,source=<|>",
            "RUN --mount=type=cache,source=<|>",
            "RUN --mount=source=<|>,type=secret",
            "RUN cp <|>",
            "ENV <|>",
        ] {
            assert_eq!(wanted(&format!("FROM a\n{text}")), "nothing", "{text}");
        }
    }

    #[test]
    fn entries_with_hidden_ones_last() {
        check(
            &[
                "COPY <|>",
                "COPY src/<|>",
                "COPY a <|>",
                "COPY [\"<|>",
                "COPY --exclude=<|>",
                "RUN --mount=source=<|>",
            ],
            labels,
            expect![[r#"
                COPY <|>                                      . node_modules/ src/ Cargo.toml Dockerfile my file.txt .git/ .env
                COPY src/<|>                                  node_modules/ src/ -x Cargo.toml Dockerfile my file.txt .git/ .env
                COPY a <|>                                    ./ node_modules/ src/ Cargo.toml Dockerfile .git/ .env
                COPY ["<|>                                    node_modules/ src/ Cargo.toml Dockerfile my file.txt .git/ .env
                COPY --exclude=<|>                            node_modules src Cargo.toml Dockerfile .git .env
                RUN --mount=source=<|>                        node_modules src Cargo.toml Dockerfile .git .env
            "#]],
        );
        assert_eq!(labels("FROM a\nWORKDIR /app\nCOPY a /<|>"), "/app/");
        assert_eq!(labels("FROM a\nWORKDIR /app\nCOPY a .<|>").split(' ').next(), Some("./"));
    }

    #[test]
    fn what_is_ignored_cannot_be_copied() {
        let labels = |ignore: &str| {
            let labels: Vec<String> =
                at("FROM a\nCOPY /<|>", ignore).2.into_iter().map(|it| it.label).collect();
            labels.join(" ")
        };
        expect!["src/ -x Cargo.toml my file.txt"].assert_eq(&labels("node_modules\n.*\nDockerfile\n"));
        assert!(labels("*\n!src/main\n").starts_with("src/"));
        assert_eq!(labels("*\n!src/main\n"), "src/");
    }

    #[test]
    fn what_comes_of_it() {
        assert_eq!(accept("FROM a\nCOPY s<|> /x\n", "src/"), "COPY src/ /x\n");
        assert_eq!(accept("FROM a\nCOPY s<|>x/y /x\n", "src/"), "COPY src/y /x\n");
        assert_eq!(accept("FROM a\nCOPY a/b/C<|> /x\n", "Cargo.toml"), "COPY a/b/Cargo.toml /x\n");
        assert_eq!(
            accept("FROM a\nCOPY [\"a b/<|>\", \"/x\"]\n", "my file.txt"),
            "COPY [\"a b/my file.txt\", \"/x\"]\n"
        );
        assert_eq!(accept("FROM a\nCOPY a/m<|>\n", "my file.txt"), "COPY [\"a/my file.txt\", \".\"]\n");
        assert_eq!(
            accept("FROM a\nCOPY --exclude=n<|> . /x\n", "node_modules"),
            "COPY --exclude=node_modules . /x\n"
        );
        assert_eq!(
            accept("FROM a\nRUN --mount=source=C<|>,target=x y\n", "Cargo.toml"),
            "RUN --mount=source=Cargo.toml,target=x y\n"
        );
        assert_eq!(accept("FROM a\nCOPY a \\\n  s<|>\n", "src/"), "COPY a \\\n  src/\n");
        assert_eq!(accept("FROM a\nCOPY s<|>\\\n /b\n", "src/"), "COPY src/\\\n /b\n");
    }
}
