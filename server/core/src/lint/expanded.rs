//! The words of an instruction in which BuildKit expands variables and takes quotes away.

use rustc_hash::FxHashMap;

use crate::model::expand::expand;
use crate::model::{Arguments, Heredoc, InstructionData};
use crate::syntax::{Keyword, RelRange, Spanned, is_heredoc_word};

/// A word that BuildKit expands when it builds, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) range: RelRange,
}

impl<'a> From<&'a Spanned> for Word<'a> {
    fn from(word: &'a Spanned) -> Self {
        Self { text: &word.text, range: word.range }
    }
}

impl Word<'_> {
    /// What it becomes, where that depends on no variable.
    pub(super) fn literal(self, escape: char) -> Option<String> {
        if self.text.contains('$') {
            return None;
        }
        expand(self.text, escape, &mut |_| None).ok().map(|expanded| expanded.text)
    }
}

/// The words of `data` that are expanded. Those of an ONBUILD's trigger are not among them: they are
/// expanded in another stage. What a shell or nobody expands is not either.
pub(super) fn words(data: &InstructionData) -> Vec<Word<'_>> {
    let arguments = data.arguments.words().iter().map(Word::from);
    match data.keyword {
        Keyword::From => arguments.take(1).chain(flags(data, &["platform"])).collect(),
        Keyword::Arg => arguments.filter_map(value_of_arg).collect(),
        Keyword::Env | Keyword::Label => pairs(data),
        Keyword::Copy | Keyword::Add => {
            let paths = arguments.filter(|word| is_heredoc_word(word.text).is_none());
            flags(data, &["chown", "chmod", "checksum"]).chain(paths).collect()
        }
        Keyword::Expose | Keyword::User | Keyword::Workdir | Keyword::Stopsignal => arguments.collect(),
        Keyword::Volume => arguments.map(|word| Word { text: word.text.trim(), ..word }).collect(),
        Keyword::Run => {
            let fields = data.flags.iter().filter_map(|flag| flag.mount.as_ref()).flat_map(|it| &it.fields);
            fields.filter_map(|field| field.value.as_ref()).map(Word::from).collect()
        }
        _ => Vec::new(),
    }
}

/// The heredocs that COPY and ADD make files of, where variables are expanded in them: each with the one whose content
/// it gets. Of several with one name that is the last one.
pub(super) fn heredocs(data: &InstructionData) -> impl Iterator<Item = (&Heredoc, &Heredoc)> {
    let last: FxHashMap<&str, &Heredoc> = data.heredocs.iter().map(|it| (it.name.as_str(), it)).collect();
    let pairs = data.heredocs.iter().filter_map(move |it| Some((it, *last.get(it.name.as_str())?)));
    pairs.filter(|(it, last)| it.expand && last.content.text.contains('$'))
}

fn flags<'a>(data: &'a InstructionData, names: &'a [&str]) -> impl Iterator<Item = Word<'a>> {
    let named = data.flags.iter().filter(move |flag| names.contains(&flag.name.text.as_str()));
    named.filter_map(|flag| flag.value.as_ref()).map(Word::from)
}

fn pairs(data: &InstructionData) -> Vec<Word<'_>> {
    let Arguments::Pairs(pairs) = &data.arguments else { return Vec::new() };
    pairs.iter().flat_map(|pair| [Word::from(&pair.name), Word::from(&pair.value)]).collect()
}

/// The value in `name=value`; its range is the whole word's where the word spans lines.
fn value_of_arg(word: Word<'_>) -> Option<Word<'_>> {
    let (name, value) = word.text.split_once('=')?;
    let (start, end) = (word.range.start(), word.range.end());
    let whole = (end - start) as usize == word.text.len();
    let skipped = if whole { u32::try_from(name.len() + 1).unwrap_or(0) } else { 0 };
    Some(Word { text: value, range: RelRange::new(start + skipped, end) })
}

/// A text that expands as `content` does where quotes are letters like others.
pub(super) fn without_quoting(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut escaped = false;
    for c in content.chars() {
        if !escaped && matches!(c, '"' | '\'') {
            out.push('\\');
        }
        escaped = !escaped && c == '\\';
        out.push(c);
    }
    out
}
