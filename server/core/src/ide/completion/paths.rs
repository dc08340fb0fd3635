//! Paths in stages: what COPY and mounts can take from one.

use rustc_hash::FxHashSet;

use super::{CompletionKind, List, json};
use crate::TextRange;
use crate::ide::place::{Typed, Word};
use crate::ide::stage_path::said;
use crate::model::files::{How, Kind, Made};
use crate::model::{RefTarget, StageId, StageRefKind, paths};
use crate::syntax::Keyword;

/// How many paths of a stage are offered: those that were made last.
const MOST: usize = 100;

/// What COPY can take from the stage that its `--from` names.
pub(super) fn copied(list: &mut List<'_>, typed: &Typed<'_>) {
    let escape = list.dockerfile().escape;
    let word = match typed.text.starts_with('[') {
        true => json::string_at(typed),
        false => Some(typed.word.clone()).filter(|it| !it.typed.starts_with('-')),
    };
    if typed.keyword == Keyword::Copy
        && let Some(word) = word
        && let Some(stage) = referred(list, typed)
    {
        let replace = word.until(|it| it == escape || it == '"');
        of_stage(list, stage, &word, replace);
    }
}

/// What a mount can take from the stage that its `from` names.
pub(super) fn mounted(list: &mut List<'_>, from: &str, word: &Word, replace: TextRange) {
    let lower = from.to_lowercase();
    let stages = list.dockerfile().stages.iter().rev();
    let mut named = stages.filter(|it| it.name.as_ref().is_some_and(|name| name.lower == lower));
    if let Some(stage) = named.next() {
        of_stage(list, stage.id, word, replace);
    }
}

/// The stage that a COPY takes from.
fn referred(list: &List<'_>, typed: &Typed<'_>) -> Option<StageId> {
    let refs = list.dockerfile().refs_in(typed.instruction.id);
    let found = refs.iter().find(|it| it.kind == StageRefKind::CopyFrom)?;
    match found.target {
        RefTarget::Stage(stage) => Some(stage),
        _ => None,
    }
}

/// The files and folders that a stage is known to hold, what was made last first, then the folders around them.
fn of_stage(list: &mut List<'_>, stage: StageId, word: &Word, replace: TextRange) {
    let dockerfile = list.dockerfile();
    let mut seen = FxHashSet::default();
    let mut around = Vec::new();
    for made in dockerfile.files(stage).remaining().filter(|it| is_offered(it)) {
        if seen.len() >= MOST {
            break;
        }
        if !seen.insert(made.path.to_owned()) {
            continue;
        }
        around.extend(paths::parents(made.path).map(str::to_owned));
        let kind = match made.kind {
            Kind::Folder | Kind::Tree => CompletionKind::Folder,
            Kind::File | Kind::Either | Kind::Gone => CompletionKind::File,
        };
        let detail = detail(list, &made);
        add(list, kind, made.path, word, replace).detail = detail;
    }
    for path in around {
        if path != "/" && seen.insert(path.clone()) {
            add(list, CompletionKind::Folder, &path, word, replace);
        }
    }
}

/// A path in the form in which it is typed: without the slash in front, when something else stands there.
fn add<'l>(
    list: &'l mut List<'_>,
    kind: CompletionKind,
    path: &str,
    word: &Word,
    replace: TextRange,
) -> &'l mut super::Completion {
    let is_relative = !word.typed.is_empty() && !word.typed.starts_with('/');
    let label = if is_relative { path.trim_start_matches('/') } else { path };
    list.add(kind, label, replace)
}

/// Whether a path can be offered: we know where it is, and can type it.
fn is_offered(made: &Made<'_>) -> bool {
    let is_plain =
        !made.path.contains(|it: char| it.is_whitespace() || matches!(it, '$' | '"' | '\'' | '\\'));
    let likely = !made.is_guess || *made.how == How::Convention && is_usual_output(made.path);
    is_plain
        && likely
        && made.path != "/"
        && made.kind != Kind::Gone
        && made.mount.is_none()
        && made.is_known()
}

/// Folders that most builds of web applications write to.
fn is_usual_output(path: &str) -> bool {
    !path.contains('*') && matches!(paths::file_name(path), "dist" | "build")
}

/// Who makes it.
fn detail(list: &List<'_>, made: &Made<'_>) -> String {
    let said = said(list.file, made, 50);
    match (made.how, made.is_guess) {
        (How::Convention, true) => format!("assumed: {said}"),
        (How::Convention, false) => format!("by convention: {said}"),
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::ide::completion::tests::{accept, check, labels};

    const BUILDER: &str = "\
FROM node:22 AS builder
WORKDIR /app
COPY . .
RUN npm ci && npm run build
RUN mkdir -p /out/bin && touch /out/x && rm /out/x && cp tool \"/out/a b\" && cp tool /out/bin/
RUN --mount=type=cache,target=/cache touch /cache/y
FROM alpine
WORKDIR /srv
";

    #[test]
    fn what_a_stage_makes() {
        check(
            &format!("{BUILDER}COPY --from=builder <|>"),
            &expect![[r#"
            /out/bin/tool (cp tool /out/bin/)
            /out/bin (mkdir -p /out/bin)
            /app/build (assumed: npm run build)
            /app/dist (assumed: npm run build)
            /app/node_modules (by convention: npm ci)
            /app (COPY . .)
            /out
            --chown
            --chmod
            --link
            --exclude
            --parents
        "#]],
        );
        assert_eq!(
            accept(&format!("{BUILDER}COPY --from=0 /out/b<|>x /y\n"), "/out/bin/tool"),
            format!("{BUILDER}COPY --from=0 /out/bin/tool /y\n")
        );
        assert_eq!(
            accept(&format!("{BUILDER}COPY --from=builder out<|>\n"), "out/bin/tool"),
            format!("{BUILDER}COPY --from=builder out/bin/tool\n")
        );
        assert_eq!(labels(&format!("{BUILDER}COPY --from=busybox /<|>")), "");
        assert_eq!(
            accept(&format!("{BUILDER}COPY --from=builder [\"/o<|>x\", \"/y\"]\n"), "/out/bin/tool"),
            format!("{BUILDER}COPY --from=builder [\"/out/bin/tool\", \"/y\"]\n")
        );
        assert_eq!(labels(&format!("{BUILDER}COPY --from=builder [<|>")), "");
    }

    #[test]
    fn the_source_of_a_mount() {
        check(
            &format!("{BUILDER}RUN --mount=from=builder,source=<|>"),
            &expect![[r#"
            /out/bin/tool (cp tool /out/bin/)
            /out/bin (mkdir -p /out/bin)
            /app/build (assumed: npm run build)
            /app/dist (assumed: npm run build)
            /app/node_modules (by convention: npm ci)
            /app (COPY . .)
            /out
        "#]],
        );
        check(
            &format!("{BUILDER}RUN --mount=type=bind,source=/o<|>,from=Builder,target=/x true"),
            &expect![[r#"
                /out/bin/tool (cp tool /out/bin/)
                /out/bin (mkdir -p /out/bin)
                /app/build (assumed: npm run build)
                /app/dist (assumed: npm run build)
                /app/node_modules (by convention: npm ci)
                /app (COPY . .)
                /out
            "#]],
        );
    }
}
