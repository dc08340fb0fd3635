//! The card of a keyword: what the instruction does, and what it changes where it stands.

use rustc_hash::FxHashMap;

use super::super::markdown::code;
use super::super::texts;
use super::{Build, Hover, line_of, list, stage, start, variable};
use crate::TextSize;
use crate::model::state::{self, StageState, at_end, before, behind};
use crate::model::{Base, Dockerfile, Instruction, InstructionData, InstructionId, SourceFile};
use crate::syntax::{Keyword, is_heredoc_word};

/// The most variables or stages that are listed.
const MOST: usize = 6;

/// The card of an instruction's keyword, or of that of ONBUILD's trigger.
pub(super) fn card(
    file: &SourceFile,
    build: Build<'_>,
    instruction: Instruction<'_>,
    offset: TextSize,
) -> Option<Hover> {
    let data: &InstructionData = instruction.data;
    let mut candidates = std::iter::once(data).chain(data.trigger.as_deref());
    let found = candidates.find(|it| instruction.abs(it.keyword_word.range).contains_inclusive(offset))?;
    let mut markdown = texts::instruction(found.keyword)?.markdown();
    let place = Place { file, dockerfile: file.dockerfile(), build, instruction };
    if let Some(here) = place.here() {
        markdown.push_str(&format!("\n\n---\n\n{here}"));
    }
    Some(Hover { range: instruction.abs(found.keyword_word.range), markdown })
}

/// An instruction where it stands.
/// The card of a directory or destination that counts from the one before: where it leads.
pub(super) fn directory(file: &SourceFile, instruction: Instruction<'_>, offset: TextSize) -> Option<Hover> {
    let word = instruction.data.arguments.words().last()?;
    let range = instruction.abs(word.range);
    if !range.contains_inclusive(offset) || instruction.data.arguments.is_json() {
        return None;
    }
    let place = Place { file, dockerfile: file.dockerfile(), build: Build::default(), instruction };
    let facts = match instruction.keyword() {
        Keyword::Copy | Keyword::Add => place.destination(&place.before()),
        Keyword::Workdir if state::is_relative(&word.text) => workdir(&place.before(), &place.behind()),
        _ => return None,
    };
    let fact = facts.first()?;
    Some(Hover { range, markdown: fact.clone() })
}

struct Place<'a> {
    file: &'a SourceFile,
    dockerfile: &'a Dockerfile,
    build: Build<'a>,
    instruction: Instruction<'a>,
}

impl Place<'_> {
    /// What the instruction changes, or what it runs with.
    fn here(&self) -> Option<String> {
        let stage = self.dockerfile.stage_of(self.instruction.id)?;
        if self.instruction.keyword() == Keyword::From {
            return Some(stage::card(self.file, self.build, stage.id));
        }
        if self.instruction.keyword() == Keyword::Onbuild {
            return Some(self.triggered());
        }
        let (was, is) = (self.before(), self.behind());
        let facts = match self.instruction.keyword() {
            Keyword::Workdir => workdir(&was, &is),
            Keyword::User => change("USER", &was.user, &is.user, on_scratch(&is, "root")),
            Keyword::Shell => self.shell(&was, &is),
            Keyword::Stopsignal => {
                change("STOPSIGNAL", &was.stopsignal, &is.stopsignal, on_scratch(&is, "SIGTERM"))
            }
            Keyword::Env => self.env(&was, &is),
            Keyword::Arg => self.args(),
            Keyword::Expose => expose(&was, &is),
            Keyword::Cmd => self.cmd(&was),
            Keyword::Entrypoint => self.entrypoint(&was, &is),
            Keyword::Healthcheck => self.healthcheck(&was),
            Keyword::Run => self.run(&was),
            Keyword::Copy | Keyword::Add => self.destination(&was),
            _ => Vec::new(),
        };
        (!facts.is_empty()).then(|| list(&facts))
    }

    fn before(&self) -> StageState {
        before(self.dockerfile, self.instruction.id)
    }

    fn behind(&self) -> StageState {
        behind(self.dockerfile, self.instruction.id)
    }

    fn line(&self, id: InstructionId) -> u32 {
        line_of(self.file, self.dockerfile.instruction(id).start)
    }

    fn end(&self) -> Option<StageState> {
        let stage = self.dockerfile.stage_of(self.instruction.id)?;
        Some(at_end(self.dockerfile, stage.id))
    }

    /// The stages that run what an ONBUILD holds.
    fn triggered(&self) -> String {
        let here = self.dockerfile.stage_of(self.instruction.id).map(|stage| stage.id);
        let users: Vec<String> = self
            .dockerfile
            .stages
            .iter()
            .filter(|stage| matches!(stage.base, Base::Stage(base) if Some(base) == here))
            .map(|stage| {
                format!("{} (line {})", stage::stage_label(stage), line_of(self.file, stage.range.start()))
            })
            .collect();
        match users.len() {
            0 => "- No stage of this file runs it".to_owned(),
            1..=MOST => format!("- Runs in {}", users.join(", ")),
            more => format!("- Runs in {}, {} more", users[..MOST].join(", "), more - MOST),
        }
    }

    fn shell(&self, was: &StageState, is: &StageState) -> Vec<String> {
        let Some(shell) = &is.shell else { return Vec::new() };
        let was = start::shell(was.shell.as_deref(), was.root.as_ref());
        vec![format!("`SHELL` {} → {}", code(&was.join(" ")), code(&shell.join(" ")))]
    }

    fn env(&self, was: &StageState, is: &StageState) -> Vec<String> {
        let was: FxHashMap<&str, &str> = was.env.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
        let scopes = self.dockerfile.scopes();
        let own = is.env.iter().filter(|it| scopes.def(it.2).instruction == self.instruction.id);
        let facts = own.map(|(name, value, _)| match was.get(name.as_str()) {
            Some(&was) if was == value => format!("{} stays {}", code(name), code(value)),
            Some(was) => format!("{}: {} → {}", code(name), code(was), code(value)),
            None => format!("{} = {}", code(name), code(value)),
        });
        cut(facts.collect())
    }

    fn args(&self) -> Vec<String> {
        let scopes = self.dockerfile.scopes();
        let facts = scopes.defs_of(self.instruction.id).iter().map(|def| {
            let value = variable::value(self.dockerfile, scopes.source_of(def.id));
            match value {
                Some(value) => format!("{} = {}", code(&def.name), code(&value)),
                None => format!("{} has no value in this file", code(&def.name)),
            }
        });
        cut(facts.collect())
    }

    /// What the CMD replaces, and what a container runs with it.
    fn cmd(&self, was: &StageState) -> Vec<String> {
        let mut facts: Vec<String> = was.cmd.iter().map(|it| self.replaces("CMD", it.instruction)).collect();
        let Some(end) = self.end() else { return facts };
        facts.extend(match &end.cmd {
            Some(last) if last.instruction != self.instruction.id => {
                Some(self.replaced("CMD", last.instruction))
            }
            _ => start::runs(self.dockerfile, &end),
        });
        facts
    }

    /// The same for ENTRYPOINT, which resets a CMD of the base.
    fn entrypoint(&self, was: &StageState, is: &StageState) -> Vec<String> {
        let replaced = was.entrypoint.iter().map(|it| self.replaces("ENTRYPOINT", it.instruction));
        let mut facts: Vec<String> = replaced.collect();
        facts.extend(match (&was.cmd, &is.cmd) {
            (Some(reset), None) => Some(format!("Resets `CMD` on line {}", self.line(reset.instruction))),
            (None, None) if was.root != Some(Base::Scratch) && was.entrypoint.is_none() => {
                Some("Resets the `CMD` of the base image".to_owned())
            }
            _ => None,
        });
        let Some(end) = self.end() else { return facts };
        facts.extend(match &end.entrypoint {
            Some(last) if last.instruction != self.instruction.id => {
                Some(self.replaced("ENTRYPOINT", last.instruction))
            }
            _ => start::runs(self.dockerfile, &end),
        });
        facts
    }

    fn healthcheck(&self, was: &StageState) -> Vec<String> {
        let mut facts: Vec<String> =
            was.healthcheck.iter().map(|&it| self.replaces("HEALTHCHECK", it)).collect();
        let last = self.end().and_then(|end| end.healthcheck).filter(|&it| it != self.instruction.id);
        facts.extend(last.map(|last| self.replaced("HEALTHCHECK", last)));
        facts
    }

    fn replaces(&self, keyword: &str, other: InstructionId) -> String {
        format!("Replaces `{keyword}` on line {}", self.line(other))
    }

    fn replaced(&self, keyword: &str, other: InstructionId) -> String {
        format!("Not used: `{keyword}` on line {} replaces it", self.line(other))
    }

    /// Where, as whom and through which shell a command runs, as far as the file says so.
    fn run(&self, was: &StageState) -> Vec<String> {
        let mut parts = Vec::new();
        parts.extend(was.workdir.as_ref().map(|dir| format!("in {}", code(dir))));
        parts.extend(was.user.as_ref().map(|user| format!("as {}", code(user))));
        let shell = was.shell.as_ref().filter(|_| !self.instruction.data.arguments.is_json());
        parts.extend(shell.map(|words| format!("through {}", code(&words.join(" ")))));
        if parts.is_empty() { Vec::new() } else { vec![format!("Runs {}", parts.join(", "))] }
    }

    /// Where a relative destination leads.
    fn destination(&self, was: &StageState) -> Vec<String> {
        let words = self.instruction.data.arguments.words();
        let Some(last) = words.last().filter(|it| words.len() > 1 && is_heredoc_word(&it.text).is_none())
        else {
            return Vec::new();
        };
        let scratch = was.root == Some(Base::Scratch);
        let current = was.workdir.as_deref().or(scratch.then_some("/"));
        let is_relative = !last.text.contains('$') && state::is_relative(&last.text);
        let Some(current) = current.filter(|it| is_relative && !state::is_relative(it)) else {
            return Vec::new();
        };
        let folder = if last.text.ends_with('/') { "/" } else { "" };
        let path = state::change_directory(Some(current), &last.text);
        let path = format!("{}{folder}", path.trim_end_matches('/'));
        vec![format!("To {}", code(if path.is_empty() { "/" } else { &path }))]
    }
}

fn on_scratch(state: &StageState, value: &str) -> Option<String> {
    (state.root == Some(Base::Scratch)).then(|| value.to_owned())
}

fn workdir(was: &StageState, is: &StageState) -> Vec<String> {
    let mut facts = change("WORKDIR", &was.workdir, &is.workdir, on_scratch(is, "/"));
    let below = is.workdir.as_deref().is_some_and(state::is_relative);
    if let Some(fact) = facts.last_mut().filter(|_| below) {
        fact.push_str(", counted from that of the base image");
    }
    facts
}

/// What a text is before and behind; without one before, it is the default or what the base image has.
fn change(keyword: &str, was: &Option<String>, is: &Option<String>, default: Option<String>) -> Vec<String> {
    let Some(is) = is else { return Vec::new() };
    vec![match was.as_ref().or(default.as_ref()) {
        Some(was) if was == is => format!("`{keyword}` stays {}", code(is)),
        Some(was) => format!("`{keyword}` {} → {}", code(was), code(is)),
        None => format!("`{keyword}` of the base image → {}", code(is)),
    }]
}

/// All ports there are behind an EXPOSE that is not the first.
fn expose(was: &StageState, is: &StageState) -> Vec<String> {
    if was.expose.is_empty() {
        return Vec::new();
    }
    let mut ports: Vec<String> = is.expose.iter().take(MOST).map(|it| code(it)).collect();
    if is.expose.len() > MOST {
        ports.push(format!("{} more", is.expose.len() - MOST));
    }
    vec![format!("All ports so far: {}", ports.join(", "))]
}

/// A list that is not too long.
fn cut(mut facts: Vec<String>) -> Vec<String> {
    if facts.len() > MOST {
        let more = facts.len() - MOST;
        facts.truncate(MOST);
        facts.push(format!("{more} more"));
    }
    facts
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ide::hover::tests::shown;

    /// What is said of the places in front of these words, below the reference text.
    fn check(text: &str, words: &[&str], expected: &Expect) {
        let mut found = String::new();
        for word in words {
            let at = text.find(word).expect(word);
            let card = shown(&format!("{}<|>{}", &text[..at], &text[at..]));
            let here = card.split_once("\n---\n\n").map_or("nothing\n", |it| it.1);
            found.push_str(&format!("{}\n{here}", word.lines().next().unwrap_or_default()));
        }
        expected.assert_eq(&found);
    }

    #[test]
    fn what_an_instruction_changes() {
        check(
            r#"FROM alpine AS base
WORKDIR app
WORKDIR /app
WORKDIR src/../lib
USER node
USER root
ENV A=1 B=2
ENV A=1 B=$A C="x y"
SHELL ["bash", "-c"]
EXPOSE 80
EXPOSE 443/tcp 90
STOPSIGNAL SIGINT
STOPSIGNAL 9
HEALTHCHECK NONE
HEALTHCHECK CMD true
LABEL a=b
VOLUME /data
"#,
            &[
                "WORKDIR app",
                "WORKDIR /app",
                "WORKDIR src",
                "USER node",
                "USER root",
                "ENV A=1 B=2",
                "ENV A=1 B=$A",
                "SHELL",
                "EXPOSE 80",
                "EXPOSE 443",
                "STOPSIGNAL SIGINT",
                "STOPSIGNAL 9",
                "HEALTHCHECK NONE",
                "HEALTHCHECK CMD",
                "LABEL",
                "VOLUME",
            ],
            &expect![[r#"
                WORKDIR app
                - `WORKDIR` of the base image → `app`, counted from that of the base image
                WORKDIR /app
                - `WORKDIR` `app` → `/app`
                WORKDIR src
                - `WORKDIR` `/app` → `/app/lib`
                USER node
                - `USER` of the base image → `node`
                USER root
                - `USER` `node` → `root`
                ENV A=1 B=2
                - `A` = `1`
                - `B` = `2`
                ENV A=1 B=$A
                - `A` stays `1`
                - `B`: `2` → `1`
                - `C` = `x y`
                SHELL
                - `SHELL` `/bin/sh -c` → `bash -c`
                EXPOSE 80
                nothing
                EXPOSE 443
                - All ports so far: `80`, `443/tcp`, `90`
                STOPSIGNAL SIGINT
                - `STOPSIGNAL` of the base image → `SIGINT`
                STOPSIGNAL 9
                - `STOPSIGNAL` `SIGINT` → `9`
                HEALTHCHECK NONE
                - Not used: `HEALTHCHECK` on line 15 replaces it
                HEALTHCHECK CMD
                - Replaces `HEALTHCHECK` on line 14
                LABEL
                nothing
                VOLUME
                nothing
            "#]],
        );
    }

    #[test]
    fn what_an_instruction_changes_on_scratch() {
        check(
            "FROM scratch\nWORKDIR app\nUSER 1\nSTOPSIGNAL 2\nCOPY a b/\nENTRYPOINT [\"x\"]\n",
            &["WORKDIR", "USER", "STOPSIGNAL", "COPY", "ENTRYPOINT"],
            &expect![[r#"
                WORKDIR
                - `WORKDIR` `/` → `/app`
                USER
                - `USER` `root` → `1`
                STOPSIGNAL
                - `STOPSIGNAL` `SIGTERM` → `2`
                COPY
                - To `/app/b/`
                ENTRYPOINT
                - Runs `x`
            "#]],
        );
    }

    #[test]
    fn where_and_how_commands_run() {
        check(
            r#"FROM alpine
RUN one
COPY a b
WORKDIR /app
COPY a b
ADD a .
COPY a /c
COPY a $D
COPY <<A b/c/
A
USER node
RUN two
SHELL ["bash", "-c"]
RUN three
RUN ["four"]
"#,
            &[
                "RUN one",
                "COPY a b\nW",
                "COPY a b\nA",
                "ADD",
                "COPY a /c",
                "COPY a $D",
                "COPY <<A",
                "RUN two",
                "RUN three",
                "RUN [",
            ],
            &expect![[r#"
                RUN one
                nothing
                COPY a b
                nothing
                COPY a b
                - To `/app/b`
                ADD
                - To `/app`
                COPY a /c
                nothing
                COPY a $D
                nothing
                COPY <<A
                - To `/app/b/c/`
                RUN two
                - Runs in `/app`, as `node`
                RUN three
                - Runs in `/app`, as `node`, through `bash -c`
                RUN [
                - Runs in `/app`, as `node`
            "#]],
        );
    }

    #[test]
    fn cmd_and_entrypoint() {
        check(
            r#"FROM alpine AS base
ENTRYPOINT ["/entry"]
CMD ["one"]
FROM base AS two
CMD ["two"]
CMD three
FROM two
ENTRYPOINT ["/last"]
"#,
            &["ENTRYPOINT [\"/entry", "CMD [\"one", "CMD [\"two", "CMD three", "ENTRYPOINT [\"/last"],
            &expect![[r#"
                ENTRYPOINT ["/entry
                - Resets the `CMD` of the base image
                - Runs `/entry one`
                CMD ["one
                - Runs `/entry one`
                CMD ["two
                - Replaces `CMD` on line 3
                - Not used: `CMD` on line 6 replaces it
                CMD three
                - Replaces `CMD` on line 5
                - Runs `/entry /bin/sh -c three`
                ENTRYPOINT ["/last
                - Replaces `ENTRYPOINT` on line 2
                - Resets `CMD` on line 6
                - Runs `/last`
            "#]],
        );
    }

    #[test]
    fn args_and_triggers() {
        check(
            r#"ARG V=1
FROM alpine AS base
ARG V T=x
ONBUILD RUN a
ONBUILD COPY . b
FROM base AS one
FROM one
ONBUILD WORKDIR /x
"#,
            &["ARG V=1", "ARG V T", "ONBUILD RUN", "COPY", "ONBUILD WORKDIR"],
            &expect![[r#"
                ARG V=1
                nothing
                ARG V T
                - `V` = `1`
                - `T` = `x`
                ONBUILD RUN
                - Runs in `one` (line 6)
                COPY
                - Runs in `one` (line 6)
                ONBUILD WORKDIR
                - No stage of this file runs it
            "#]],
        );
    }

    #[test]
    fn from_shows_its_stage() {
        check(
            "FROM alpine AS base\nRUN a\n",
            &["FROM"],
            &expect![[r#"
            FROM
            **Stage `base`** (index 0, line 1, 1 instruction)

            - Built from `alpine`
            - The default target
        "#]],
        );
    }
}
