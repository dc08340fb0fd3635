//! Go to definition on a path: to the instruction that makes it, or to the file of the build context.
//!
//! `COPY --from=builder /out/app`: the words of the stage `builder` that say where `/out/app` comes from. Where several
//! instructions may have made it, all of them. What comes with the base image leads to the FROM that names it.

use super::definition::NavigationTarget;
use super::stage_path::{Place, StagePath, provenance, stage_path_at};
use crate::model::files::StageFiles;
use crate::model::{Base, SourceFile};
use crate::{TextRange, TextSize};

/// Where a path comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathTarget {
    /// From these places in the document, the best one first.
    Made(Vec<NavigationTarget>),
    /// From the build context.
    Context {
        /// The word that was asked about.
        origin: TextRange,
        /// The path in the build context, without a slash in front.
        path: String,
    },
}

/// Where the path at `offset` comes from.
pub fn path_definition(file: &SourceFile, offset: TextSize) -> Option<PathTarget> {
    let found = stage_path_at(file, offset)?;
    if found.place == Place::Context {
        let path = found.path.trim_start_matches('/').to_owned();
        let is_plain = !path.contains(['$', '*', '?', '[']);
        return is_plain.then_some(PathTarget::Context { origin: found.range, path });
    }
    let dockerfile = file.dockerfile();
    let (stage, answer) = provenance(file, &found)?;
    let makers = answer.makers.iter().map(|made| {
        let instruction = dockerfile.instruction(made.instruction).range();
        NavigationTarget { origin: found.range, full: instruction.cover(made.range), focus: made.range }
    });
    let mut targets: Vec<NavigationTarget> = makers.collect();
    if targets.is_empty() {
        let files = dockerfile.files(stage);
        targets.extend(installer(file, files, &found));
        targets.extend(base(file, files, found.range));
    }
    (!targets.is_empty()).then_some(PathTarget::Made(targets))
}

/// The one call of a package manager, where it may have brought the path.
fn installer(file: &SourceFile, files: &StageFiles, found: &StagePath) -> Option<NavigationTarget> {
    let mut installers = files.installers(&found.path);
    let only = installers.next().filter(|_| installers.next().is_none())?;
    let instruction = file.dockerfile().instruction(only.instruction).range();
    Some(NavigationTarget { origin: found.range, full: instruction.cover(only.range), focus: only.range })
}

/// The FROM that brings an image.
fn base(file: &SourceFile, files: &StageFiles, origin: TextRange) -> Option<NavigationTarget> {
    let bottom = file.dockerfile().stage(files.bottom);
    let (_, focus) = bottom.base_word.as_ref().filter(|_| files.root != Base::Scratch)?;
    let full = file.dockerfile().instruction(bottom.from).range();
    Some(NavigationTarget { origin, full: full.cover(*focus), focus: *focus })
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;

    use super::*;

    /// The lines that the path leads to, with `[…]` around the words.
    fn goto(fixture: &str) -> String {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let targets = match path_definition(&file, TextSize::try_from(at).unwrap()) {
            None => return "nothing".to_owned(),
            Some(PathTarget::Context { origin, path }) => {
                return format!("{} is {path} of the context", file.text().slice(origin));
            }
            Some(PathTarget::Made(targets)) => targets,
        };
        let lines = targets.iter().map(|target| {
            assert!(target.full.contains_range(target.focus));
            let line = file.text().line_range(target.focus.start());
            let (start, end) = (target.focus.start() - line.start(), target.focus.end() - line.start());
            let mut shown = file.text().slice(line).into_owned();
            shown.insert(end.into(), ']');
            shown.insert(start.into(), '[');
            shown
        });
        lines.collect::<Vec<_>>().join(" | ")
    }

    fn from(stage: &str, path: &str) -> String {
        goto(&format!("FROM golang:1.22 AS builder\n{stage}\nFROM scratch\nCOPY --from=builder {path} /x\n"))
    }

    #[test]
    fn what_a_command_is_told_to_make() {
        assert_eq!(from("RUN go build -o /out/app .", "/out/a<|>pp"), "RUN go build -o [/out/app] .");
        assert_eq!(
            from("WORKDIR /src\nRUN go build -o bin/app .", "<|>/src/bin/app"),
            "RUN go build -o [bin/app] ."
        );
        assert_eq!(from("RUN go build -o /out/app .", "out/app<|>"), "RUN go build -o [/out/app] .");
        assert_eq!(from("RUN go build -o /out/app .", "/out<|>/"), "RUN go build -o [/out/app] .");
        assert_eq!(
            from("RUN cd /src && make && cp server /usr/bin/", "/usr/bin/server<|>"),
            "RUN cd /src && make && cp [server] /usr/bin/"
        );
        assert_eq!(
            from("ARG V=2\nRUN curl -o /tool-$V https://x/y", "/tool-<|>2"),
            "RUN curl -o [/tool-$V] https://x/y"
        );
    }

    #[test]
    fn what_a_tool_makes_by_convention() {
        assert_eq!(
            from("WORKDIR /app\nCOPY . .\nRUN mvn package", "/app/target/<|>*.jar"),
            "RUN [mvn package]"
        );
        assert_eq!(
            from("WORKDIR /app\nCOPY . .\nRUN cargo build --release", "/app/target/release/<|>app"),
            "RUN [cargo build --release]"
        );
        assert_eq!(
            from("WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build", "/app/di<|>st"),
            "RUN [npm run build]"
        );
    }

    #[test]
    fn what_is_copied() {
        assert_eq!(
            from("WORKDIR /app\nCOPY package.json .", "/app/pack<|>age.json"),
            "COPY [package.json] ."
        );
        assert_eq!(from("WORKDIR /app\nCOPY src src", "/app/src/<|>main.c"), "COPY src [src]");
        assert_eq!(from("COPY <<EOF /etc/x\na\nEOF", "/etc/<|>x"), "COPY <<EOF [/etc/x]");
        assert_eq!(from("WORKDIR /app", "/a<|>pp"), "WORKDIR [/app]");
    }

    #[test]
    fn of_several_the_last_one_that_is_certain() {
        assert_eq!(from("RUN touch /a\nRUN touch /a", "/<|>a"), "RUN touch [/a]");
        assert_eq!(
            from("RUN if x; then touch /a; fi\nRUN if y; then cp b /a; fi", "/<|>a"),
            "RUN if y; then cp b [/a]; fi | RUN if x; then touch [/a]; fi"
        );
        assert_eq!(from("RUN touch /o/a\nRUN touch /o/b", "/o/<|>*"), "RUN touch [/o/b] | RUN touch [/o/a]");
        assert_eq!(
            from("WORKDIR /app\nCOPY . .\nRUN ./build.sh", "/app/out/<|>x"),
            "RUN [./build.sh] | COPY [.] ."
        );
    }

    #[test]
    fn what_a_package_may_have_brought() {
        assert_eq!(
            from("RUN apk add git", "/usr/bin/<|>git"),
            "RUN [apk add git] | FROM [golang:1.22] AS builder"
        );
        assert_eq!(from("RUN apk add git", "/srv/<|>git"), "FROM [golang:1.22] AS builder");
        assert_eq!(from("RUN apk add git && apk add jq", "/usr/bin/<|>git"), "FROM [golang:1.22] AS builder");
    }

    #[test]
    fn what_is_moved_or_removed_is_not_there() {
        assert_eq!(from("RUN touch /a && mv /a /b", "/<|>b"), "RUN touch /a && mv /a [/b]");
        assert_eq!(from("RUN touch /a && mv /a /b", "/<|>a"), "FROM [golang:1.22] AS builder");
    }

    #[test]
    fn through_bases_and_triggers() {
        let base =
            "FROM alpine AS base\nRUN touch /a\nONBUILD COPY x.txt /b/\nFROM base AS builder\nFROM scratch\n";
        assert_eq!(goto(&format!("{base}COPY --from=builder /<|>a /x")), "RUN touch [/a]");
        assert_eq!(goto(&format!("{base}COPY --from=builder /b/<|>x.txt /x")), "ONBUILD COPY [x.txt] /b/");
        assert_eq!(goto(&format!("{base}COPY --from=builder /et<|>c/x /x")), "FROM [alpine] AS base");
    }

    #[test]
    fn mounts_and_commands() {
        assert_eq!(
            goto("FROM a AS b\nRUN touch /out/x\nFROM c\nRUN --mount=from=b,source=/out/<|>x,target=/y true"),
            "RUN touch [/out/x]"
        );
        assert_eq!(
            goto("FROM a\nWORKDIR /app\nCOPY server ./\nENTRYPOINT [\"./ser<|>ver\"]"),
            "COPY [server] ./"
        );
        assert_eq!(goto("FROM a\nCOPY app.jar /\nCMD java -jar /app<|>.jar"), "COPY [app.jar] /");
        assert_eq!(goto("FROM a\nCMD [\"ech<|>o\"]"), "nothing");
    }

    #[test]
    fn the_build_context() {
        assert_eq!(goto("FROM a\nCOPY src/<|>main.c /x"), "src/main.c is src/main.c of the context");
        assert_eq!(goto("FROM a\nARG D=d\nCOPY ./$D/<|>x /x"), "./$D/x is d/x of the context");
        assert_eq!(goto("FROM a\nCOPY src/<|>*.c /x/"), "nothing");
        assert_eq!(goto("FROM a\nADD https://e.com/<|>a /x/"), "nothing");
        assert_eq!(
            goto("FROM a\nRUN --mount=type=bind,source=go.<|>mod,target=go.mod true"),
            "go.mod is go.mod of the context"
        );
        assert_eq!(goto("FROM a\nCOPY --from=busybox /bin/<|>sh /x"), "nothing");
    }
}
