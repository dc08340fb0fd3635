//! Every question that one can ask about a document, as one list.

use std::path::Path;

use dockstage_core::analysis::Analysis;
use dockstage_core::format;
use dockstage_core::ide::path_definition::PathTarget;
use dockstage_core::ide::symbols::Symbol;
use dockstage_core::ide::{code_lens, inlay_hints};
use dockstage_core::lint::Diagnostic;
use dockstage_core::text::SourceChange;
use dockstage_core::{TextRange, TextSize};

/// What an answer says of the text: ranges that have to lie in it, and changes that have to fit.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) ranges: Vec<TextRange>,
    pub(crate) changes: Vec<SourceChange>,
}

impl Said {
    fn diagnostic(&mut self, it: Diagnostic) {
        self.ranges.push(it.range);
        self.ranges.extend(it.related.iter().map(|it| it.range));
        self.changes.extend(it.fixes.into_iter().map(|it| it.change));
    }

    fn symbol(&mut self, it: &Symbol) {
        assert!(it.range.contains_range(it.focus) && !it.name.is_empty(), "{it:?}");
        assert!(it.children.iter().all(|child| it.range.contains_range(child.range)), "{it:?}");
        self.ranges.push(it.range);
        it.children.iter().for_each(|child| self.symbol(child));
    }
}

/// A method of [`Analysis`], and how to ask it.
pub(crate) type Feature = (&'static str, fn(&Analysis, TextSize, &mut Said));

/// The methods that answer the same at every offset.
pub(crate) const OF_A_FILE: &[Feature] = &[
    ("diagnostics", |it, _, said| it.diagnostics().into_iter().for_each(|it| said.diagnostic(it))),
    ("symbols, outline", |it, _, said| {
        let symbols = it.symbols();
        symbols.iter().for_each(|it| said.symbol(it));
        let outline = it.outline();
        assert_eq!(outline.before_stages().count() + outline.stages().count(), symbols.len());
    }),
    ("folding_ranges", |it, _, said| {
        said.ranges.extend(it.folding_ranges(usize::MAX).iter().map(|it| it.range));
        assert!(it.folding_ranges(3).len() <= 3);
    }),
    ("code_lenses", |it, _, said| {
        said.ranges.extend(it.code_lenses(code_lens::Wanted::default()).iter().map(|it| it.range));
    }),
    ("inlay_hints", |it, _, said| {
        let all = TextRange::up_to(it.file().text().len());
        let hints = it.inlay_hints(all, inlay_hints::Wanted::default());
        said.ranges.extend(hints.iter().map(|it| TextRange::empty(it.offset)));
    }),
    ("semantic_tokens", |it, _, said| {
        let tokens = it.semantic_tokens(None);
        assert!(tokens.is_sorted_by(|a, b| a.range.end() <= b.range.start()), "{tokens:?}");
        said.ranges.extend(tokens.iter().map(|it| it.range));
    }),
    ("unused_stages", |it, _, _| {
        let unused = it.unused_stages();
        assert!(unused.is_empty() || unused.len() == it.file().dockerfile().stages.len(), "{unused:?}");
    }),
    ("links", |it, _, said| said.ranges.extend(it.links().iter().map(|it| it.range))),
    ("format", |it, _, said| said.changes.push(it.format(None, &format::EditorStyle::default()))),
];

/// The methods that are asked about a place.
pub(crate) const AT_AN_OFFSET: &[Feature] = &[
    ("hover", |it, at, said| said.ranges.extend(it.hover(at).map(|it| it.range))),
    ("definition", |it, at, said| {
        said.ranges.extend(it.definition(at).into_iter().flat_map(|it| [it.origin, it.full, it.focus]));
    }),
    ("path_definition", |it, at, said| match it.path_definition(at) {
        Some(PathTarget::Made(made)) => {
            said.ranges.extend(made.iter().flat_map(|it| [it.origin, it.full, it.focus]));
        }
        Some(PathTarget::Context { origin, .. }) => said.ranges.push(origin),
        None => {}
    }),
    ("references", |it, at, said| said.ranges.extend(it.references(at, true))),
    ("highlights", |it, at, said| said.ranges.extend(it.highlights(at).iter().map(|it| it.range))),
    ("call_hierarchy, incoming_calls, outgoing_calls", |it, at, said| {
        let Some(item) = it.call_hierarchy(at) else { return };
        said.ranges.extend([item.range, item.focus]);
        for call in it.incoming_calls(&item.id).into_iter().chain(it.outgoing_calls(&item.id)) {
            said.ranges.extend(call.ranges);
        }
    }),
    ("prepare_rename", |it, at, said| said.ranges.extend(it.prepare_rename(at).ok().map(|it| it.range))),
    ("rename", |it, at, said| said.changes.extend(it.rename(at, "renamed").ok())),
    ("signature_help", |it, at, _| {
        let Some(help) = it.signature_help(at) else { return };
        let fits = |it: &dockstage_core::ide::signature::Signature| {
            it.parameters.iter().all(|part| it.label.get(part.label.clone()).is_some())
        };
        assert!(help.signatures.iter().all(fits), "{help:?}");
    }),
    ("selection_ranges", |it, at, said| {
        let ranges = it.selection_ranges(at);
        assert!(ranges.windows(2).all(|pair| pair[1].contains_range(pair[0])), "{ranges:?}");
        said.ranges.extend(ranges);
    }),
    ("linked_ranges", |it, at, said| {
        said.ranges.extend(it.linked_ranges(at).into_iter().flat_map(|it| it.ranges));
    }),
    ("completions, wanted_folder, documentation", |it, at, said| {
        let _ = it.wanted_folder(at);
        let mut is_documented = false;
        for item in it.completions(at, None) {
            assert!(!item.label.is_empty(), "{item:?}");
            said.ranges.push(item.replace);
            if let Some(topic) = item.topic.filter(|_| !std::mem::replace(&mut is_documented, true)) {
                let _ = it.documentation(&topic);
            }
        }
    }),
    ("format_on_type", |it, at, said| {
        for typed in format::TRIGGERS {
            said.changes.push(it.format_on_type(at, typed, &format::EditorStyle::default()));
        }
    }),
    ("code_actions, code_actions_for", |it, at, said| {
        for action in it.code_actions(TextRange::empty(at)) {
            said.changes.extend(action.change);
        }
    }),
];

/// What makes an analysis is no question.
const NO_QUESTIONS: &[&str] =
    &["new", "with_ignore", "with_project", "asks_for_project", "asks_for_targets", "file"];

/// The public methods of [`Analysis`] that are in no list, and those in a list that there are not.
pub(crate) fn forgotten() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/core/src/analysis.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let body = text.split("\nimpl Analysis {").nth(1).and_then(|it| it.split("\n}\n").next()).unwrap();
    let methods = body.lines().filter_map(|line| line.strip_prefix("    pub fn "));
    let methods: Vec<&str> = methods.filter_map(|it| it.split(['(', '<']).next()).collect();
    let listed = OF_A_FILE.iter().chain(AT_AN_OFFSET).flat_map(|it| it.0.split(", "));
    let listed: Vec<&str> = listed.chain(NO_QUESTIONS.iter().copied()).collect();
    let new = methods.iter().filter(|it| !listed.contains(it)).map(|it| format!("no test asks `{it}`"));
    let gone =
        listed.iter().filter(|it| !methods.contains(it)).map(|it| format!("there is no `{it}` any more"));
    new.chain(gone).collect()
}
