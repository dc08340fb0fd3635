//! Completion: what can be typed here.
//!
//! The question is answered in two steps: [`place`] says where in the language the cursor stands, also on a line
//! that is not finished, and each file of this folder knows what can stand at one kind of place. Where nothing of the
//! language can stand, as in comments, heredocs, other shell text and free words, nothing is offered.

mod checks;
mod context;
mod directives;
mod flags;
mod folders;
mod images;
mod json;
mod keywords;
mod mounts;
mod paths;
mod stages;
mod topic;
mod users;
mod values;
mod variables;

pub use context::wanted_folder;
pub use topic::{Topic, documentation};

use super::place::{Place, Typed, place};
use crate::model::{Dockerfile, SourceFile};
use crate::syntax::Keyword;
use crate::workspace::{IgnoreFile, Listing};
use crate::{TextRange, TextSize};

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// An instruction's keyword.
    Keyword,
    /// A flag.
    Flag,
    /// A stage, by name or by index.
    Stage,
    /// A key of a mount.
    Key,
    /// A fixed value.
    Value,
    /// A variable.
    Variable,
    /// An official image, by name.
    Image,
    /// A tag of an image.
    Tag,
    /// A folder.
    Folder,
    /// A file, or what may be one.
    File,
    /// A piece of text with places to fill in.
    Snippet,
}

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What to show.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// What [`documentation`] knows about it.
    pub topic: Option<Topic>,
    /// What it replaces.
    pub replace: TextRange,
    /// The text that it puts there.
    pub insert: String,
    /// The same with tab stops (`$1`, `${1:name}`, `$0`), for clients that know snippets.
    pub snippet: Option<String>,
    /// Characters that accept it when they are typed, and are typed too.
    pub commits: &'static [char],
    /// Whether it is better not used any more.
    pub deprecated: bool,
    /// What is typed to find it, where that is not how `insert` begins.
    pub filter: Option<String>,
    /// Position in the list; small first.
    pub rank: u32,
}

/// What is known beside the document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The build's arguments: names and values.
    pub build_args: &'a [(String, String)],
    /// The rules that `# check=skip=` can name beside BuildKit's own.
    pub rules: &'a [&'static str],
    /// The ignore file of the build context.
    pub ignore: Option<&'a IgnoreFile>,
    /// The folder that [`wanted_folder`] asks for.
    pub listing: Option<&'a Listing>,
}

impl Beside<'_> {
    /// The value that the build gives to an argument.
    fn build_arg(&self, name: &str) -> Option<&str> {
        self.build_args.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// What can be typed at `offset`.
pub fn completions(file: &SourceFile, offset: TextSize, beside: &Beside<'_>) -> Vec<Completion> {
    let mut list = List { file, beside, items: Vec::new() };
    match place(file, offset) {
        Some(Place::Directive(word)) => directives::directives(&mut list, &word),
        Some(Place::Comment(word)) => checks::comment(&mut list, &word),
        Some(Place::LineStart(word)) => keywords::keywords(&mut list, None, &word),
        Some(Place::Keyword(instruction, word)) => keywords::keywords(&mut list, Some(instruction), &word),
        Some(Place::Trigger(instruction, word)) => keywords::triggers(&mut list, instruction, &word),
        Some(Place::Heredoc(instruction, word)) => variables::in_heredoc(&mut list, instruction, &word),
        Some(Place::Arguments(typed)) => arguments(&mut list, &typed),
        None => {}
    }
    list.items
}

/// The completions so far, ranked in the order in which they were added.
struct List<'a> {
    file: &'a SourceFile,
    beside: &'a Beside<'a>,
    items: Vec<Completion>,
}

impl<'a> List<'a> {
    fn dockerfile(&self) -> &'a Dockerfile {
        self.file.dockerfile()
    }

    /// Adds something that is inserted as its label; the answer can be changed where it is not.
    fn add(&mut self, kind: CompletionKind, label: impl Into<String>, replace: TextRange) -> &mut Completion {
        let label = label.into();
        let index = self.items.len();
        self.items.push(Completion {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            topic: None,
            replace,
            snippet: None,
            commits: &[],
            deprecated: false,
            filter: None,
            rank: u32::try_from(index).unwrap_or(u32::MAX),
        });
        &mut self.items[index]
    }

    /// Adds fixed values.
    fn values(&mut self, values: &[&str], replace: TextRange) {
        for value in values {
            self.add(CompletionKind::Value, *value, replace);
        }
    }

    /// Adds fixed values, each with a few words about it.
    fn explained(&mut self, values: &[(&str, &str)], replace: TextRange) {
        for (value, detail) in values {
            self.add(CompletionKind::Value, *value, replace).detail = (*detail).to_owned();
        }
    }
}

fn arguments(list: &mut List<'_>, typed: &Typed<'_>) {
    if variables::variables(list, typed) {
        return;
    }
    context::paths(list, typed);
    if typed.among_flags && typed.word.typed.starts_with('-') {
        return match typed.word.typed.split_once('=') {
            Some((flag, value)) => {
                let name = flag.trim_start_matches('-');
                let value = typed.word.from(typed.word.typed.len() - value.len());
                flags::values(list, typed, name, &value);
            }
            None => flags::flags(list, typed),
        };
    }
    match typed.keyword {
        Keyword::From => stages::from(list, typed),
        Keyword::Arg => variables::declarations(list, typed),
        Keyword::Copy | Keyword::Add => paths::copied(list, typed),
        Keyword::Workdir | Keyword::Volume => folders::folders(list, typed),
        Keyword::Shell => json::shells(list, typed),
        Keyword::Cmd | Keyword::Entrypoint => json::command(list, typed),
        Keyword::Healthcheck => keywords::healthcheck(list, typed),
        Keyword::Expose => values::protocols(list, typed),
        Keyword::User => users::user(list, typed),
        Keyword::Label => values::labels(list, typed),
        Keyword::Stopsignal => values::signals(list, typed),
        _ => {}
    }
    // In front of another word a flag would take its place.
    let has_room = matches!(typed.word.behind.chars().next(), None | Some(' ' | '\t' | '-'));
    if typed.among_flags && typed.word.typed.is_empty() && has_room {
        flags::flags(list, typed);
    }
    if matches!(typed.keyword, Keyword::Run | Keyword::Copy | Keyword::Add) {
        keywords::heredoc(list, typed);
    }
    if typed.keyword == Keyword::From && typed.words.len() == 1 {
        keywords::stage_name(list, typed);
    }
}

#[cfg(test)]
mod tests;
