//! The facade: one method a feature; byte offsets in, plain data out.

use std::sync::Arc;

use crate::assists::split_stage::ContextFiles;
use crate::assists::{self, CodeAction};
use crate::format;
use crate::ide::tokens::{self, Token};
use crate::ide::{
    call_hierarchy, completion, definition, folding, highlight, hover, linked_editing, links,
    path_definition, references, rename, selection, signature, symbols,
};
use crate::ide::{code_lens, inlay_hints};
use crate::lint::{self, Diagnostic, Rule};
use crate::model::SourceFile;
use crate::model::state::given;
use crate::text::SourceChange;
use crate::workspace::{BuiltTarget, IgnoreFile, Listing, WantedFolder};
use crate::{TextRange, TextSize};

/// What a user can set, as far as the analysis is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Hints on stages that the default target does not reach.
    pub unreachable_stages: bool,
    /// The hint on a FROM that offers the split into builder and final stage.
    pub split_hint: bool,
    /// Runtime images of the user's own for the split, each behind the repository of ours, or the image of ours, whose
    /// place it takes.
    pub runtime_images: Vec<(String, String)>,
    /// The build is the plain one: an image that we know nothing of defines PATH and no other variable, the
    /// platform is `linux/amd64`, and an ARG has the value that the file or `build_args` give it, or none.
    /// Without it, what depends on any of these is not looked at.
    pub assume_empty_base: bool,
    /// Build arguments: names and values.
    pub build_args: Vec<(String, String)>,
    /// The stage that is built, as given; none for the last one.
    pub target: Option<String>,
    /// How formatted text looks.
    pub style: format::Style,
}

impl Settings {
    /// The stage that is built, where one is named.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref().filter(|name| !name.is_empty())
    }

    /// The value that the build gives to this argument.
    pub fn build_arg(&self, name: &str) -> Option<&str> {
        given(&self.build_args, name)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            unreachable_stages: true,
            split_hint: true,
            runtime_images: Vec::new(),
            assume_empty_base: false,
            build_args: Vec::new(),
            target: None,
            style: format::Style::default(),
        }
    }
}

/// A snapshot of a document with the questions one can ask about it.
#[derive(Debug, Clone)]
pub struct Analysis {
    file: Arc<SourceFile>,
    settings: Arc<Settings>,
    ignore: Option<Arc<IgnoreFile>>,
    project: Arc<ContextFiles>,
}

impl Analysis {
    /// Looks at a document under some settings.
    pub fn new(file: Arc<SourceFile>, settings: Arc<Settings>) -> Self {
        Self { file, settings, ignore: None, project: Arc::default() }
    }

    /// The same with the ignore file that counts for the document, where there is one.
    #[must_use]
    pub fn with_ignore(self, ignore: Option<Arc<IgnoreFile>>) -> Self {
        Self { ignore, ..self }
    }

    /// The same with the project's own files, as far as they are known: refactorings look at them.
    #[must_use]
    pub fn with_project(self, project: Arc<ContextFiles>) -> Self {
        Self { project, ..self }
    }

    /// Whether some answer may depend on the project's own files.
    pub fn asks_for_project(&self) -> bool {
        self.asks_for_targets() || assists::split_stage::asks_for_context(&self.file)
    }

    /// Whether it matters which stages files of the project build: there is one that the target does not need.
    pub fn asks_for_targets(&self) -> bool {
        let dockerfile = self.file.dockerfile();
        let has_other = self.settings.target().is_some() && dockerfile.stages.len() > 1;
        has_other || dockerfile.graph.reached.contains(&false)
    }

    /// How a split is asked for, under the settings and in the project.
    fn split_request(&self) -> assists::split_stage::Request<'_> {
        let images = self.settings.runtime_images.as_slice();
        assists::split_stage::Request { images, ..assists::split_stage::Request::of(&self.project) }
    }

    /// The document.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The document with the build arguments of the settings, for what only shows. Checks put them in themselves, and
    /// edits have to be right without them.
    fn built(&self) -> Arc<SourceFile> {
        self.file.in_build(&self.settings.build_args)
    }

    /// What is built of the document; others are what files of the project build.
    fn build<'a>(&'a self, others: &'a [BuiltTarget]) -> hover::Build<'a> {
        hover::Build { target: self.settings.target(), others }
    }

    /// Everything that is wrong or worth a hint, in order of the text.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let targets = self.project.built_targets();
        let beside = lint::Beside { ignore: self.ignore.as_deref(), targets: &targets };
        let mut found = lint::diagnostics_beside(&self.file, &self.settings, beside);
        if self.settings.split_hint {
            found.extend(assists::split_stage::hint(&self.file, self.split_request()));
        }
        found.sort_by_key(|it| (it.range.start(), it.range.end()));
        found
    }

    /// The card for what stands at `offset`.
    pub fn hover(&self, offset: TextSize) -> Option<hover::Hover> {
        if let Some((range, rule)) = lint::check_at(&self.file, &self.settings, offset) {
            return Some(hover::check(range, rule.code, &rule.summary(), &rule.reason(), rule.url));
        }
        let others = self.project.built_targets();
        hover::hover(&self.built(), self.build(&others), offset)
    }

    /// Where the stage or variable at `offset` is defined.
    pub fn definition(&self, offset: TextSize) -> Option<definition::NavigationTarget> {
        definition::definition(&self.built(), offset)
    }

    /// Where the path at `offset` comes from.
    pub fn path_definition(&self, offset: TextSize) -> Option<path_definition::PathTarget> {
        path_definition::path_definition(&self.built(), offset)
    }

    /// Every place that names what stands at `offset`, in order of the text.
    pub fn references(&self, offset: TextSize, include_declaration: bool) -> Vec<TextRange> {
        references::references(&self.built(), offset, include_declaration)
    }

    /// The same places, each with what happens there.
    pub fn highlights(&self, offset: TextSize) -> Vec<highlight::Highlight> {
        highlight::highlights(&self.built(), offset)
    }

    /// The stage or image at `offset`, as the root of a hierarchy.
    pub fn call_hierarchy(&self, offset: TextSize) -> Option<call_hierarchy::Item> {
        call_hierarchy::prepare(&self.built(), offset)
    }

    /// The stages that take from a stage or an image.
    pub fn incoming_calls(&self, callable: &call_hierarchy::Callable) -> Vec<call_hierarchy::Call> {
        call_hierarchy::incoming(&self.built(), callable)
    }

    /// The stages and images that a stage needs.
    pub fn outgoing_calls(&self, callable: &call_hierarchy::Callable) -> Vec<call_hierarchy::Call> {
        call_hierarchy::outgoing(&self.built(), callable)
    }

    /// What would be renamed at `offset`.
    ///
    /// # Errors
    /// Why nothing here can be renamed.
    pub fn prepare_rename(&self, offset: TextSize) -> Result<rename::RenameTarget, rename::RenameError> {
        rename::prepare(&self.file, offset)
    }

    /// Renames the stage or variable at `offset`.
    ///
    /// # Errors
    /// Why the new name is refused, or nothing here can be renamed.
    pub fn rename(&self, offset: TextSize, new_name: &str) -> Result<SourceChange, rename::RenameError> {
        rename::rename(&self.file, offset, new_name)
    }

    /// The forms of what is typed at `offset`.
    pub fn signature_help(&self, offset: TextSize) -> Option<signature::SignatureHelp> {
        signature::signature_help(&self.file, offset)
    }

    /// The outline: stages with their instructions.
    pub fn symbols(&self) -> Vec<symbols::Symbol> {
        symbols::symbols(&self.built(), &self.settings)
    }

    /// The same in its parts.
    pub fn outline(&self) -> symbols::Outline<'_> {
        symbols::Outline::of(&self.file, &self.settings)
    }

    /// What a selection at `offset` grows to, the smallest first, the whole document last.
    pub fn selection_ranges(&self, offset: TextSize) -> Vec<TextRange> {
        selection::selection_ranges(&self.file, offset)
    }

    /// The places that change together with the one at `offset` while it is typed at.
    pub fn linked_ranges(&self, offset: TextSize) -> Option<linked_editing::LinkedRanges> {
        linked_editing::linked_ranges(&self.file, offset)
    }

    /// What leads somewhere else: images, URLs, files.
    pub fn links(&self) -> Vec<links::Link> {
        links::links(&self.built(), &|name| self.settings.build_arg(name).map(str::to_owned))
    }

    /// What can be folded: no more than `most`, and then what matters most.
    pub fn folding_ranges(&self, most: usize) -> Vec<folding::Fold> {
        folding::folds(&self.file, most)
    }

    /// What stands above each FROM.
    pub fn code_lenses(&self, wanted: code_lens::Wanted) -> Vec<code_lens::Lens> {
        let (target, needed) = lint::target(&self.file, &self.settings);
        let others = self.project.built_targets();
        let args = &self.settings.build_args;
        let build = code_lens::Build { target, needed: &needed, args, others: &others };
        code_lens::lenses(&self.built(), wanted, build)
    }

    /// What a reader would have to count or look up in `range`.
    pub fn inlay_hints(&self, range: TextRange, wanted: inlay_hints::Wanted) -> Vec<inlay_hints::InlayHint> {
        let found = lint::known(&self.file, &self.settings, range);
        let known = inlay_hints::Known { values: &found.values, directories: &found.directories };
        inlay_hints::hints(&self.built(), range, wanted, known)
    }

    /// What can be typed at `offset`.
    /// `listing` is the folder that [`Analysis::wanted_folder`] asks for, if any.
    pub fn completions(&self, offset: TextSize, listing: Option<&Listing>) -> Vec<completion::Completion> {
        let own = lint::rules::all().iter().filter(|rule| rule.source == lint::Source::Dockstage);
        let rules: Vec<&str> = own.map(|rule| rule.code).collect();
        let beside = completion::Beside {
            build_args: &self.settings.build_args,
            rules: &rules,
            ignore: self.ignore.as_deref(),
            listing,
        };
        completion::completions(&self.built(), offset, &beside)
    }

    /// The folder of the build context that completions at `offset` depend on.
    pub fn wanted_folder(&self, offset: TextSize) -> Option<WantedFolder> {
        completion::wanted_folder(&self.built(), offset)
    }

    /// What there is to say about something that can be typed, in markdown; may be empty.
    pub fn documentation(&self, topic: &completion::Topic) -> String {
        match topic {
            completion::Topic::Rule(name) => lint::rules::find(name).map(Rule::summary).unwrap_or_default(),
            topic => {
                let others = self.project.built_targets();
                completion::documentation(&self.built(), self.build(&others), topic)
            }
        }
    }

    /// The edits that format the document, or the lines that `range` touches.
    pub fn format(&self, range: Option<TextRange>, editor: &format::EditorStyle) -> SourceChange {
        match range {
            None => format::format(&self.file, &self.settings.style, editor),
            Some(range) => format::format_range(&self.file, range, &self.settings.style, editor),
        }
    }

    /// What becomes of the line at `offset` behind a sign of [`format::TRIGGERS`].
    pub fn format_on_type(
        &self,
        offset: TextSize,
        typed: &str,
        editor: &format::EditorStyle,
    ) -> SourceChange {
        format::on_type(&self.file, offset, typed, &self.settings.style, editor)
    }

    /// For each stage whether no build takes it: the target, or what a file of the project builds. Empty where all of
    /// them are taken.
    pub fn unused_stages(&self) -> Vec<bool> {
        match self.asks_for_targets() {
            true => lint::unused_stages(&self.file, &self.settings, &self.project.built_targets()),
            false => Vec::new(),
        }
    }

    /// What each word is, in order of the text, or what each word of a part is.
    pub fn semantic_tokens(&self, within: Option<TextRange>) -> Vec<Token> {
        tokens::tokens(&self.file, within, &self.unused_stages())
    }

    /// Fixes and refactorings for a selection; an empty range is a cursor.
    pub fn code_actions(&self, range: TextRange) -> Vec<CodeAction> {
        self.code_actions_for(self.diagnostics(), range)
    }

    /// The same for those who know the diagnostics already.
    pub fn code_actions_for(&self, mut diagnostics: Vec<Diagnostic>, range: TextRange) -> Vec<CodeAction> {
        assists::stages::add_fixes(&self.file, &mut diagnostics, range);
        let mut actions = lint::fixes(&diagnostics, range);
        actions.extend(assists::assists(&self.file, range, self.split_request()));
        actions.extend(lint::ignore_actions(&self.file, &diagnostics, range));
        actions.extend(assists::stages::assists(&self.file, range));
        share_notes(&mut actions);
        actions
    }
}

/// A fix that does what a refactoring does has the same notes.
fn share_notes(actions: &mut [CodeAction]) {
    let noted = actions.iter().filter(|action| !action.notes.is_empty());
    let noted: Vec<_> = noted.filter_map(|it| Some((it.change.clone()?, it.notes.clone()))).collect();
    for action in actions.iter_mut().filter(|action| action.notes.is_empty()) {
        let same = noted.iter().find(|(change, _)| action.change.as_ref() == Some(change));
        action.notes.extend(same.into_iter().flat_map(|(_, notes)| notes.iter().cloned()));
    }
}

#[cfg(test)]
mod build_args;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod refactorings;
