//! Document links: images to the page of their registry, URLs and Git repositories of ADD, files of the build context.
//!
//! A name that BuildKit takes for a stage is no link, nor is a name that may as well be a build context given with the
//! build. Variables are put in as far as the file, or the build arguments that the user has set, give them a value.

use crate::images;
use crate::model::expand::expand;
use crate::model::remote::{Remote, page, remote};
use crate::model::state::clean;
use crate::model::{
    ImageRef, Instruction, InstructionId, Mount, RefTarget, ResolvedVar, SourceFile, StageRef, StageRefKind,
    VarDef, VarDefKind,
};
use crate::syntax::{DirectiveName, Keyword, Spanned};
use crate::{TextRange, TextSize};

/// A place that leads somewhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The place.
    pub range: TextRange,
    /// Where it leads.
    pub target: LinkTarget,
    /// What following it does.
    pub tooltip: String,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// To the page of an image in its registry.
    Image(images::Page),
    /// To what ADD fetches.
    Url(String),
    /// To a path below the build context, if there is such a file.
    ContextFile(String),
}

/// The links of a document, in order of the text. `build_arg` gives the build arguments that the user has set.
pub fn links(file: &SourceFile, build_arg: &dyn Fn(&str) -> Option<String>) -> Vec<Link> {
    let mut links = Links { file, build_arg, found: Vec::new() };
    links.frontend();
    for instruction in file.dockerfile().instructions() {
        for reference in file.dockerfile().refs_in(instruction.id) {
            links.image(reference);
        }
        links.sources(instruction);
    }
    links.found.sort_by_key(|it| it.range.start());
    links.found
}

struct Links<'a> {
    file: &'a SourceFile,
    build_arg: &'a dyn Fn(&str) -> Option<String>,
    found: Vec<Link>,
}

impl Links<'_> {
    /// The image of `# syntax=`.
    fn frontend(&mut self) {
        let mut directives = self.file.dockerfile().directives.iter();
        if let Some(syntax) = directives.find(|it| it.name == DirectiveName::Syntax) {
            self.add_image(&ImageRef::parse(&syntax.value), &syntax.value, syntax.value_range);
        }
    }

    fn image(&mut self, reference: &StageRef) {
        let RefTarget::External(image) = &reference.target else { return };
        if is_scratch(image) && reference.kind == StageRefKind::From {
            return;
        }
        // Beside FROM, a bare name mostly is that of a build context or of a stage to come.
        let is_image = reference.kind == StageRefKind::From
            || image.tag.is_some()
            || image.digest.is_some()
            || image.repository.contains('/')
            || images::official(image).is_some();
        if is_image {
            self.add_image(image, &reference.text, reference.range);
        }
    }

    /// A link on the name of an image, without its tag.
    fn add_image(&mut self, image: &ImageRef, written: &str, range: TextRange) {
        let Some(page) = images::page(image) else { return };
        // A name that goes over several lines is linked as a whole.
        let is_whole = self.file.text().slice(range) != written;
        let len = TextSize::try_from(ImageRef::name_len(written)).unwrap_or(range.len());
        let range = if is_whole { range } else { TextRange::at(range.start(), len.min(range.len())) };
        let tooltip = format!("Show {} on {}", image.repository, page.registry);
        self.found.push(Link { range, target: LinkTarget::Image(page), tooltip });
    }

    /// What COPY, ADD and bind mounts read from the build context, and what ADD fetches.
    fn sources(&mut self, instruction: Instruction<'_>) {
        let data = instruction.data.effective();
        // What a trigger reads lies in the build context of whoever builds on this image.
        let is_trigger = instruction.marks.has_trigger;
        for source in data.sources() {
            self.source(instruction, source, data.reads_context() && !is_trigger);
        }
        if instruction.marks.has_mounts && !is_trigger {
            for source in data.mounts().filter_map(bound) {
                self.source(instruction, source, true);
            }
        }
    }

    fn source(&mut self, instruction: Instruction<'_>, source: &Spanned, in_context: bool) {
        let range = self.without_quotes(instruction.abs(source.range));
        let Some(source) = self.expanded(instruction, source) else { return };
        let is_add = instruction.data.effective().keyword == Keyword::Add;
        match remote(&source) {
            Remote::Local | Remote::GithubPath if in_context => self.context_file(&source, range),
            _ if is_add => {
                let Some(url) = page(&source) else { return };
                let tooltip = format!("Open {url}");
                self.found.push(Link { range, target: LinkTarget::Url(url), tooltip });
            }
            _ => {}
        }
    }

    fn context_file(&mut self, source: &str, range: TextRange) {
        if source.contains(['*', '?', '[', '\\']) {
            return;
        }
        let path = clean(&format!("/{source}"));
        let path = path.trim_start_matches('/');
        if !path.is_empty() {
            let tooltip = format!("Open {path}");
            self.found.push(Link { range, target: LinkTarget::ContextFile(path.to_owned()), tooltip });
        }
    }

    fn without_quotes(&self, range: TextRange) -> TextRange {
        let text = self.file.text().slice(range);
        let is_quoted = text.len() > 2 && text.starts_with('"') && text.ends_with('"');
        let quote = TextSize::new(u32::from(is_quoted));
        TextRange::new(range.start() + quote, range.end() - quote)
    }

    /// A word with its variables put in; none where one of them is not known.
    fn expanded(&self, instruction: Instruction<'_>, word: &Spanned) -> Option<String> {
        self.put_in(&word.text, instruction.id, instruction.abs(word.range), MOST_STEPS)
    }

    /// The same for a text that stands in an instruction at `range`.
    fn put_in(&self, text: &str, at: InstructionId, range: TextRange, steps: usize) -> Option<String> {
        let escape = self.file.dockerfile().escape;
        if !text.contains('$') {
            return Some(expand(text, escape, &mut |_| None).ok()?.text);
        }
        let scopes = self.file.dockerfile().scopes();
        let mut value = |name: &str| {
            let mut uses = scopes.refs_in(at).iter().filter(|it| range.contains_range(it.whole));
            let ResolvedVar::Def(id) = uses.find(|it| it.name == name)?.target else { return None };
            self.value(scopes.source_of(id), steps.checked_sub(1)?)
        };
        let expanded = expand(text, escape, &mut value).ok()?;
        expanded.unknown.is_empty().then_some(expanded.text)
    }

    /// The value of a definition.
    fn value(&self, def: &VarDef, steps: usize) -> Option<String> {
        if def.onbuild {
            return None;
        }
        let given = (def.kind != VarDefKind::Env).then(|| (self.build_arg)(&def.name)).flatten();
        given.or_else(|| self.put_in(def.value.as_deref()?, def.instruction, def.value_range?, steps))
    }
}

/// How many variables may stand in each other's values.
const MOST_STEPS: usize = 8;

/// What a mount takes from the build context.
fn bound(mount: &Mount) -> Option<&Spanned> {
    if mount.kind() != "bind" || mount.get(&["from"]).is_some_and(|it| it.has_value()) {
        return None;
    }
    mount.get(&["source", "src"])?.value.as_ref()
}

fn is_scratch(image: &ImageRef) -> bool {
    image.registry.is_none() && image.repository == "scratch" && image.tag.is_none() && image.digest.is_none()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Each link on a line: the word, and where it leads.
    fn check(text: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let build_arg = |name: &str| (name == "GIVEN").then(|| "2".to_owned());
        let mut shown = String::new();
        for link in links(&file, &build_arg) {
            let target = match link.target {
                LinkTarget::Image(page) => page.url,
                LinkTarget::Url(url) => format!("fetched {url}"),
                LinkTarget::ContextFile(path) => format!("file {path}"),
            };
            shown.push_str(&format!("{} -> {target}\n", file.text().slice(link.range)));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn images_wherever_one_is_named() {
        check(
            r#"# syntax=docker/dockerfile:1
ARG TAG=22
ARG REGISTRY=quay.io/org
FROM --platform=linux/amd64 node:${TAG} AS build
FROM ${REGISTRY}/app:1
FROM ghcr.io/a/b@sha256:ab
COPY --from=nginx:1.27 /a /a
COPY --from=redis /a /a
ONBUILD COPY --from=org/app /a /a
RUN --mount=from=alpine:3,target=/a true
FROM no\
de
"#,
            &expect![[r#"
                docker/dockerfile -> https://hub.docker.com/r/docker/dockerfile
                node -> https://hub.docker.com/_/node
                ${REGISTRY}/app -> https://quay.io/repository/org/app
                ghcr.io/a/b -> https://ghcr.io/a/b
                nginx -> https://hub.docker.com/_/nginx
                redis -> https://hub.docker.com/_/redis
                org/app -> https://hub.docker.com/r/org/app
                alpine -> https://hub.docker.com/_/alpine
                no\
                de -> https://hub.docker.com/_/node
            "#]],
        );
    }

    #[test]
    fn stages_and_what_can_be_anything_are_no_links() {
        check(
            r#"FROM scratch AS base
FROM base AS last
COPY --from=last /a /a
COPY --from=0 /a /a
COPY --from=tools /a /a
COPY --from=$A /a /a
RUN --mount=from=base,target=/a true
FROM ${UNKNOWN}
FROM localhost:5000/app
FROM
"#,
            &expect![[r#""#]],
        );
    }

    #[test]
    fn what_is_added_from_the_web() {
        check(
            r#"ARG VERSION=1.2
FROM scratch
ARG VERSION
ENV HOST=example.com
ENV URL=https://${HOST}/b HOST=other
ADD https://example.com/a.tar https://example.com/b-$VERSION.tar ${URL}/c /d/
ADD https://github.com/org/app.git#v1:dir git@github.com:org/app.git /src/
ONBUILD ADD ["https://example.com/d", "/d"]
ARG GIVEN=1
ADD https://example.com/$GIVEN https://example.com/$UNKNOWN /e/
COPY https://example.com/no /e
"#,
            &expect![[r#"
                https://example.com/a.tar -> fetched https://example.com/a.tar
                https://example.com/b-$VERSION.tar -> fetched https://example.com/b-1.2.tar
                ${URL}/c -> fetched https://example.com/b/c
                https://github.com/org/app.git#v1:dir -> fetched https://github.com/org/app
                git@github.com:org/app.git -> fetched https://github.com/org/app
                https://example.com/d -> fetched https://example.com/d
                https://example.com/$GIVEN -> fetched https://example.com/2
            "#]],
        );
    }

    #[test]
    fn files_of_the_build_context() {
        check(
            r#"FROM scratch
ARG NAME=pom
COPY $NAME.xml src/../go.mod /package.json ./a/ *.txt . /dst/
COPY ["a b.txt", "/dst/"]
COPY --from=other x /y
COPY <<EOF /z
EOF
RUN --mount=type=bind,source=go.sum,target=/go.sum --mount=from=other,source=x,target=/x --mount=type=cache,source=y,target=/y true
ONBUILD COPY x /y
"#,
            &expect![[r#"
                $NAME.xml -> file pom.xml
                src/../go.mod -> file go.mod
                /package.json -> file package.json
                ./a/ -> file a
                a b.txt -> file a b.txt
                go.sum -> file go.sum
            "#]],
        );
    }
}
