//! One document: its text, its tree and its model, immutable and shared.

use std::sync::{Arc, OnceLock};

use super::dockerfile::Dockerfile;
use super::state::{BuildArgs, given};
use super::{lower, resolve};
use crate::TextRange;
use crate::syntax::{Both, Edit, Keyword, SyntaxTree};
use crate::text::TextDocument;

/// One change of a document, in terms of the text before it (but after the changes listed before it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentChange {
    /// What is replaced; none replaces the whole text.
    pub range: Option<TextRange>,
    /// What stands there afterwards.
    pub text: String,
}

/// A document with everything that is known about it alone.
#[derive(Debug, Clone)]
pub struct SourceFile {
    text: TextDocument,
    tree: SyntaxTree,
    dockerfile: Dockerfile,
    /// The same document in a build with arguments.
    in_build: OnceLock<Arc<Self>>,
}

impl SourceFile {
    /// Parses and lowers a text.
    pub fn new(text: &str) -> Self {
        let text = TextDocument::from(text);
        Self::read(text, None)
    }

    /// The same; a long text in half the time where `both` does two things at once.
    pub fn new_by_halves(text: &str, both: Both) -> Self {
        Self::read(TextDocument::from(text), Some(both))
    }

    fn read(text: TextDocument, both: Option<Both>) -> Self {
        let (tree, dockerfile) = lower::lower(&text, both);
        Self { text, tree, dockerfile, in_build: OnceLock::new() }
    }

    /// The document as a build with these arguments sees it: bases, values and directories are those that they make.
    /// Text and places are the same. It is worked out once for arguments that stay.
    #[must_use]
    pub fn in_build(self: &Arc<Self>, args: &BuildArgs) -> Arc<Self> {
        if args == self.dockerfile.build_args || !self.declares(args) {
            return Arc::clone(self);
        }
        let with_args = || {
            let dockerfile = resolve::in_build(&self.dockerfile, args);
            let (text, tree) = (self.text.clone(), self.tree.clone());
            Arc::new(Self { text, tree, dockerfile, in_build: OnceLock::new() })
        };
        let found = self.in_build.get_or_init(with_args);
        if found.dockerfile.build_args == args { Arc::clone(found) } else { with_args() }
    }

    /// Whether an ARG takes one of these.
    fn declares(&self, args: &BuildArgs) -> bool {
        let mut data = self.dockerfile.placed.iter().map(|it| it.data.effective());
        !args.is_empty()
            && data.any(|it| {
                let mut words = it.arguments.words().iter().filter(|_| it.keyword == Keyword::Arg);
                words.any(|word| given(args, word.text.split('=').next().unwrap_or_default()).is_some())
            })
    }

    /// The document after `changes`, applied in order. Only what they touch is parsed and lowered
    /// again.
    #[must_use]
    pub fn edited(&self, changes: &[ContentChange]) -> Self {
        if changes.iter().any(|change| change.range.is_none()) {
            return Self::read(self.text_after(changes), None);
        }
        let mut text = self.text.clone();
        let mut tree = self.tree.clone();
        let mut touched = lower::Touched::default();
        for change in changes {
            let Some(range) = change.range else { continue };
            let edit = Edit::apply(&mut text, range, &change.text);
            touched.add(&edit);
            tree.edit(&edit);
        }
        let Some(tree) = tree.reparse(&text) else { return Self::read(text, None) };
        let dockerfile = lower::relower(&text, &tree, &self.dockerfile, &self.tree, &touched);
        Self { text, tree, dockerfile, in_build: OnceLock::new() }
    }

    /// The text.
    pub fn text(&self) -> &TextDocument {
        &self.text
    }

    /// The syntax tree.
    pub fn tree(&self) -> &SyntaxTree {
        &self.tree
    }

    /// The model.
    pub fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    fn text_after(&self, changes: &[ContentChange]) -> TextDocument {
        let mut text = self.text.clone();
        for change in changes {
            match change.range {
                Some(range) => drop(text.replace(range, &change.text)),
                None => text = TextDocument::from(change.text.as_str()),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TextSize;

    /// Pieces that change how a Dockerfile is cut into lines, stages and words.
    const PIECES: &[&str] = &[
        "FROM alpine AS a\n",
        "FROM a\n",
        "COPY --from=a /x /y\n",
        "ARG X=1\n",
        "ENV Y=$X Z='é'\n",
        "WORKDIR d\n",
        "USER u\n",
        "RUN mkdir /o\n",
        "RUN cp x /o && touch $Y ~/z && cargo build\n",
        "RUN <<EOF\necho $Y\nEOF\n",
        "RUN a \\\n  # comment\n\n  b\n",
        "EOF\n",
        "# escape=`\n",
        "`\n",
        "\\\n",
        "\\",
        "\"",
        "'",
        "<<-B",
        "\r\n",
        "\n",
        " ",
        "#",
        "😀",
        "ONBUILD ",
        "RUN --mount=type=bind,from=a ls",
        "\u{feff}",
        "[\"a\", \"b\"]",
    ];

    fn pieces(most: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(PIECES), 0..most).prop_map(|it| it.concat())
    }

    fn dump(file: &SourceFile) -> String {
        let dockerfile = file.dockerfile();
        dockerfile.scopes();
        for stage in &dockerfile.stages {
            dockerfile.files(stage.id);
        }
        format!("{dockerfile:#?}")
    }

    /// A range of `text` on whole characters, from two numbers.
    fn range_in(text: &str, a: usize, b: usize) -> TextRange {
        let floor =
            |at: usize| (0..=at % (text.len() + 1)).rev().find(|&it| text.is_char_boundary(it)).unwrap_or(0);
        let (a, b) = (floor(a), floor(b));
        TextRange::new(TextSize::new(a.min(b) as u32), TextSize::new(a.max(b) as u32))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// However a document came to its text, it is the same document.
        #[test]
        fn edited_is_the_same_as_fresh(
            start in pieces(12),
            notifications in proptest::collection::vec(
                proptest::collection::vec((any::<usize>(), 0_usize..40, pieces(3)), 1..4), 1..8),
        ) {
            let mut text = start;
            let mut file = SourceFile::new(&text);
            for changes in notifications {
                let mut list = Vec::new();
                for (at, len, new) in changes {
                    let at = at % (text.len() + 1);
                    let range = range_in(&text, at, (at + len).min(text.len()));
                    text.replace_range(std::ops::Range::<usize>::from(range), &new);
                    list.push(ContentChange { range: Some(range), text: new });
                }
                file = file.edited(&list);
                prop_assert_eq!(file.text().to_string(), text.clone());
                prop_assert_eq!(dump(&file), dump(&SourceFile::new(&text)), "{:?}", text);
            }
        }
    }

    #[test]
    fn an_edit_keeps_what_it_does_not_touch() {
        let file = SourceFile::new("FROM alpine\nRUN a\nRUN b\nRUN c\n");
        let range = Some(TextRange::new(17.into(), 17.into()));
        let edited = file.edited(&[ContentChange { range, text: "aa\\\n b".to_owned() }]);
        let same = |old: usize, new: usize| {
            std::sync::Arc::ptr_eq(&file.dockerfile().placed[old].data, &edited.dockerfile().placed[new].data)
        };
        assert_eq!((0..4).map(|index| same(index, index)).collect::<Vec<_>>(), [true, false, true, true]);
        assert_eq!(edited.dockerfile().placed[3].row, 4);
    }
}
