//! How a Dockerfile is to look: what a project says, and what an editor asks for.

/// What a project or a user sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// One step of indentation; none takes the one that the file has most often, or else the editor's.
    pub indent: Option<Indent>,
    /// The case of keywords.
    pub keyword_case: KeywordCase,
    /// Whether the continuations of shell text are moved, too: as a block, so that they keep their layout.
    pub shell: bool,
}

/// The case of keywords.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum KeywordCase {
    /// As they are.
    #[default]
    Keep,
    /// `FROM … AS …`.
    Upper,
    /// `from … as …`.
    Lower,
}

/// The blanks of one step of indentation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Indent(String);

impl Indent {
    /// The most spaces that a step may have.
    pub const WIDEST: u32 = 16;

    /// So many spaces; none where they are no sensible number of them.
    pub fn spaces(count: u32) -> Option<Self> {
        (1..=Self::WIDEST).contains(&count).then(|| Self(" ".repeat(count as usize)))
    }

    /// One tab.
    pub fn tab() -> Self {
        Self("\t".to_owned())
    }

    /// Blanks as they stand in a file.
    pub(super) fn written(blanks: &str) -> Self {
        Self(blanks.to_owned())
    }

    /// The blanks, for whoever needs nothing else.
    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// The blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an editor asks for with each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorStyle {
    /// The indentation of a file that has none to go by.
    pub indent: Indent,
    /// Whether blanks at line ends are taken away.
    pub trim_line_ends: bool,
    /// Whether the last line gets a line end.
    pub final_newline: bool,
    /// Whether empty lines at the end are taken away.
    pub trim_final_newlines: bool,
}

impl Default for EditorStyle {
    fn default() -> Self {
        let indent = Indent("    ".to_owned());
        Self { indent, trim_line_ends: true, final_newline: true, trim_final_newlines: true }
    }
}
