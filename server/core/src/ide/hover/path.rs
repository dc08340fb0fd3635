//! The card of a path in the files of a stage: what makes it, and how we know.

use super::stage::stage_label;
use super::{Hover, line_of};
use crate::TextSize;
use crate::ide::markdown::code;
use crate::ide::stage_path::{Place, StagePath, provenance, said, stage_path_at};
use crate::model::files::{How, Kind, Made, Relation};
use crate::model::{Base, SourceFile, StageId};

/// How many makers a card lists.
const MOST_MAKERS: usize = 4;

/// The longest command that is shown as a whole.
const LONGEST: usize = 60;

/// How many stages a file is followed through.
const MOST_STAGES: usize = 4;

/// The card for the path at `offset`.
pub(super) fn hover(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let found = stage_path_at(file, offset)?;
    let markdown = card(file, &found)?;
    Some(Hover { range: found.range, markdown })
}

fn card(file: &SourceFile, found: &StagePath) -> Option<String> {
    let path = code(&found.path);
    let stage = match &found.place {
        Place::Context => return None,
        Place::Image(image) => {
            return Some(format!(
                "**{path}** comes with the image {}, whose files are not known.",
                code(image)
            ));
        }
        Place::Stage(stage) | Place::Own(stage) => *stage,
    };
    let label = in_stage(file, stage);
    let (_, answer) = provenance(file, found)?;
    let mut lines = vec![format!("**{path}** in {label}")];
    let makers = answer.makers.iter().take(MOST_MAKERS);
    lines.extend(makers.map(|made| sentence(file, made, answer.relation, &found.path)));
    // What names the path itself is all that there is to say.
    let is_named = answer.relation == Relation::Itself && !answer.makers.is_empty();
    if !is_named && answer.makers.iter().all(|it| !it.is_known()) {
        lines.push(from_base(file, stage, &found.path));
    }
    Some(lines.join("\n\n"))
}

/// "the stage `build`", or "stage 1".
fn in_stage(file: &SourceFile, stage: StageId) -> String {
    let stage = file.dockerfile().stage(stage);
    let the = if stage.name.is_some() { "the stage " } else { "" };
    format!("{the}{}", stage_label(stage))
}

/// What is left when no instruction is known to make it.
fn from_base(file: &SourceFile, stage: StageId, path: &str) -> String {
    let files = file.dockerfile().files(stage);
    let image = match &files.root {
        Base::Scratch => return "No instruction of the stage is known to make it.".to_owned(),
        Base::Image(image) => format!("{}, whose files are not known", code(&image.written)),
        Base::Stage(_) | Base::Unresolved => "which is not known".to_owned(),
    };
    let join = if matches!(files.root, Base::Image(_)) { " " } else { ", " };
    let mut ways = format!("It may come with the base image{join}{image}");
    let installers: Vec<Made<'_>> = files.installers(path).collect();
    if let [installer] = installers.as_slice() {
        let line = line_of(file, installer.command.start());
        ways.push_str(&format!(
            ", or with what {} (line {line}) installs",
            code(&said(file, installer, LONGEST))
        ));
    } else if let Some(last) = installers.last() {
        let line = line_of(file, last.command.start());
        ways.push_str(&format!(", or with what was installed, last in line {line}"));
    }
    if files.made().any(|it| *it.how == How::Unknown) {
        ways.push_str(", or from a command that we do not know");
    }
    ways + "."
}

fn sentence(file: &SourceFile, made: &Made<'_>, relation: Relation, path: &str) -> String {
    let by = maker(file, made, path);
    let made_path = code(made.path);
    let sentence = match relation {
        Relation::Itself if *made.how == How::Convention && made.path != path => {
            format!("{by} writes to {made_path}{}.", convention(made))
        }
        Relation::Itself if *made.how == How::Convention => format!("{by} makes it{}.", convention(made)),
        Relation::Itself if !made.is_known() => format!("{by} names it; what that does is not known."),
        Relation::Itself if made.is_guess => format!("It may be {by}."),
        Relation::Itself => format!("It is {by}."),
        Relation::Inside if *made.how == How::Convention => {
            format!("{by} writes {made_path} into it{}.", convention(made))
        }
        Relation::Inside if made.path == path => format!("The folder is {by}."),
        Relation::Inside => format!("It holds {made_path}, {by}."),
        Relation::Around if !made.is_known() => format!("{by} may make it; what that does is not known."),
        Relation::Around if *made.how == How::Convention => {
            format!("{by} writes into {made_path}{}.", convention(made))
        }
        Relation::Around if is_copied(made) => format!("It may be {by}."),
        Relation::Around => format!("It may come with {made_path}, {by}."),
    };
    let sentence = match made.mount {
        Some(mount) => format!(
            "{sentence} That lies in the {} mount {}, which is no part of the stage: copy it out of there in the same RUN.",
            mount.kind,
            code(&mount.target)
        ),
        None => sentence,
    };
    format!("{sentence}{}", origin(file, made, path))
}

fn is_copied(made: &Made<'_>) -> bool {
    matches!(made.how, How::Context(_) | How::Stage(..) | How::Image(_))
}

fn convention(made: &Made<'_>) -> &'static str {
    if made.is_guess { ", as tools of this kind often do" } else { " by convention" }
}

/// What makes it, with the line; a command at the beginning of a sentence, else behind "is".
fn maker(file: &SourceFile, made: &Made<'_>, path: &str) -> String {
    let line = line_of(file, made.command.start());
    let said = code(&said(file, made, LONGEST));
    match made.how {
        How::Convention | How::Unknown | How::System => format!("{said} (line {line})"),
        How::Command => format!("made by {said} (line {line})"),
        How::Workdir => format!("made by {said} (line {line})"),
        How::Heredoc => format!("written in the Dockerfile (line {line})"),
        How::Added => format!("added by {said} (line {line})"),
        How::Context(from) => {
            let from = below(from, made, path);
            let from = match from.trim_start_matches('/') {
                "" => ".",
                from => from,
            };
            format!("copied from {} of the build context (line {line})", code(from))
        }
        How::Stage(stage, from) => {
            let stage = in_stage(file, *stage);
            format!("copied from {} of {stage} (line {line})", code(&below(from, made, path)))
        }
        How::Image(image) => format!("copied from the image {} (line {line})", code(image)),
    }
}

/// The path in the source of what is looked for: what lies below the folder that is copied, lies there below the source.
fn below(from: &str, made: &Made<'_>, path: &str) -> String {
    let is_folder = matches!(made.kind, Kind::Tree | Kind::Either);
    match path.strip_prefix(made.path).filter(|rest| is_folder && rest.starts_with('/')) {
        Some(rest) => format!("{}{rest}", from.trim_end_matches('/')),
        None => from.to_owned(),
    }
}

/// For what is copied from another stage: what makes it there, and so on.
fn origin(file: &SourceFile, made: &Made<'_>, path: &str) -> String {
    let mut out = String::new();
    let mut path = path.to_owned();
    let mut made = *made;
    for _ in 0..MOST_STAGES {
        let How::Stage(stage, from) = made.how else { break };
        path = below(from, &made, &path);
        let answer = file.dockerfile().files(*stage).find(&path, None);
        let Some(next) = answer.makers.first().copied().filter(Made::is_known) else { break };
        out.push_str(&format!(" There: {}", sentence_there(file, &next, answer.relation, &path)));
        made = next;
    }
    out
}

fn sentence_there(file: &SourceFile, made: &Made<'_>, relation: Relation, path: &str) -> String {
    let by = maker(file, made, path);
    match (relation, made.how) {
        (_, How::Convention) => format!("{by}{}.", convention(made)),
        (Relation::Itself, _) => format!("{by}."),
        (Relation::Inside | Relation::Around, _) => format!("{} {by}.", code(made.path)),
    }
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(fixture: &str, expected: Expect) {
        let (text, at) = cursor(fixture.trim_start());
        let file = SourceFile::new(&text);
        let found =
            super::super::hover(&file, super::super::Build::default(), TextSize::try_from(at).unwrap());
        expected.assert_eq(&found.map_or_else(|| "nothing".to_owned(), |it| it.markdown));
    }

    fn from(stage: &str, path: &str, expected: Expect) {
        let text = format!(
            "FROM golang:1.22 AS builder\nWORKDIR /app\n{stage}\nFROM scratch\nCOPY --from=builder {path} /x\n"
        );
        check(&text, expected);
    }

    #[test]
    fn told_and_by_convention() {
        from(
            "RUN CGO_ENABLED=0 go build -o /out/app .",
            "/out/a<|>pp",
            expect![[r#"
            **`/out/app`** in the stage `builder`

            It is made by `CGO_ENABLED=0 go build -o /out/app .` (line 3)."#]],
        );
        from(
            "RUN mvn -B package",
            "/app/target/shop-<|>1.0.jar",
            expect![[r#"
            **`/app/target/shop-1.0.jar`** in the stage `builder`

            `mvn -B package` (line 3) writes to `/app/target/*.jar` by convention."#]],
        );
        from(
            "RUN npm ci\nRUN npm run build",
            "/app/di<|>st",
            expect![[r#"
            **`/app/dist`** in the stage `builder`

            `npm run build` (line 4) makes it, as tools of this kind often do."#]],
        );
        from(
            "RUN touch /out/a /out/b\nRUN touch /out/c",
            "/ou<|>t",
            expect![[r#"
            **`/out`** in the stage `builder`

            It holds `/out/c`, made by `touch /out/c` (line 4).

            It holds `/out/b`, made by `touch /out/a /out/b` (line 3)."#]],
        );
    }

    #[test]
    fn copied() {
        from(
            "COPY . .",
            "/app/etc/ng<|>inx.conf",
            expect![[r#"
                **`/app/etc/nginx.conf`** in the stage `builder`

                It may be copied from `etc/nginx.conf` of the build context (line 3)."#]],
        );
        from(
            "COPY conf/nginx.conf /etc/",
            "/etc/ng<|>inx.conf",
            expect![[r#"
            **`/etc/nginx.conf`** in the stage `builder`

            It is copied from `conf/nginx.conf` of the build context (line 3)."#]],
        );
        from(
            "COPY <<a /etc/x\na",
            "/etc/<|>x",
            expect![[r#"
            **`/etc/x`** in the stage `builder`

            It is written in the Dockerfile (line 3)."#]],
        );
        from(
            "",
            "/ap<|>p",
            expect![[r#"
            **`/app`** in the stage `builder`

            It is made by `WORKDIR /app` (line 2)."#]],
        );
    }

    #[test]
    fn not_known() {
        from(
            "RUN ./build.sh",
            "/app/out/<|>x",
            expect![[r#"
                **`/app/out/x`** in the stage `builder`

                `./build.sh` (line 3) may make it; what that does is not known.

                It may come with the base image `golang:1.22`, whose files are not known, or from a command that we do not know."#]],
        );
        from(
            "RUN true",
            "/usr/bin/<|>go",
            expect![[r#"
            **`/usr/bin/go`** in the stage `builder`

            It may come with the base image `golang:1.22`, whose files are not known."#]],
        );
        check(
            "FROM scratch AS a\nCOPY x /x/\nFROM scratch\nCOPY --from=a /<|>y /",
            expect![[r#"
            **`/y`** in the stage `a`

            No instruction of the stage is known to make it."#]],
        );
        check(
            "FROM scratch\nCOPY --from=busybox:1 /bin/<|>sh /",
            expect!["**`/bin/sh`** comes with the image `busybox:1`, whose files are not known."],
        );
    }

    #[test]
    fn in_a_mount() {
        from(
            "RUN --mount=type=cache,target=/app/target cargo build --release",
            "/app/target/release/<|>app",
            expect![[r#"
                **`/app/target/release/app`** in the stage `builder`

                `cargo build --release` (line 3) writes into `/app/target/release` by convention. That lies in the cache mount `/app/target`, which is no part of the stage: copy it out of there in the same RUN."#]],
        );
    }

    #[test]
    fn through_stages() {
        check(
            r"
FROM golang AS builder
RUN go build -o /out/app .
FROM alpine AS files
COPY --from=builder /out /srv/
FROM scratch
COPY --from=files /srv/<|>app /app
",
            expect![[r#"
                **`/srv/app`** in the stage `files`

                It may be copied from `/out/app` of the stage `builder` (line 4). There: made by `go build -o /out/app .` (line 2)."#]],
        );
    }

    #[test]
    fn what_is_known_comes_before_what_is_guessed() {
        let build =
            "WORKDIR /app\nCOPY package.json tsconfig.json ./\nCOPY . .\nRUN npm run build && npx next build";
        // A wildcard of a guess is no answer.
        from(
            build,
            "/app/.next/stand<|>alone",
            expect![[r#"
            **`/app/.next/standalone`** in the stage `builder`

            `npx next build` (line 6) writes into `/app/.next` by convention."#]],
        );
        // A file is no folder.
        from(
            build,
            "/app/pub<|>lic",
            expect![[r#"
            **`/app/public`** in the stage `builder`

            `npx next build` (line 6) may make it; what that does is not known.

            It may be copied from `public` of the build context (line 5)."#]],
        );
        from(
            "WORKDIR /a\nCOPY . .\nWORKDIR /a/b\nRUN ./x",
            "/a/b/<|>c",
            expect![[r#"
            **`/a/b/c`** in the stage `builder`

            `./x` (line 6) may make it; what that does is not known.

            It may be copied from `b/c` of the build context (line 4)."#]],
        );
        from(
            "RUN ./x --to=/o/y \\\n  --fast",
            "/o/<|>y",
            expect![[r#"
            **`/o/y`** in the stage `builder`

            `./x --to=/o/y --fast` (line 3) names it; what that does is not known."#]],
        );
    }

    #[test]
    fn what_packages_bring() {
        from(
            "RUN apt-get update && apt-get install -y git tzdata",
            "/usr/bin/<|>git",
            expect![[r#"
            **`/usr/bin/git`** in the stage `builder`

            It may come with the base image `golang:1.22`, whose files are not known, or with what `apt-get install -y git tzdata` (line 3) installs."#]],
        );
        from(
            "RUN apt-get update && apt-get install -y git tzdata",
            "/usr/share/zoneinfo/<|>UTC",
            expect![[r#"
                **`/usr/share/zoneinfo/UTC`** in the stage `builder`

                `apt-get install -y git tzdata` (line 3) writes into `/usr/share/zoneinfo` by convention."#]],
        );
        from(
            "RUN apk add git\nRUN apk add jq && ./x",
            "/usr/bin/<|>git",
            expect![[r#"
            **`/usr/bin/git`** in the stage `builder`

            It may come with the base image `golang:1.22`, whose files are not known, or with what was installed, last in line 4, or from a command that we do not know."#]],
        );
        from(
            "RUN apk add git && adduser x",
            "/srv/<|>git",
            expect![[r#"
            **`/srv/git`** in the stage `builder`

            It may come with the base image `golang:1.22`, whose files are not known."#]],
        );
        from(
            "RUN adduser x",
            "/etc/pas<|>swd",
            expect![[r#"
            **`/etc/passwd`** in the stage `builder`

            `adduser x` (line 3) makes it by convention."#]],
        );
    }
}
