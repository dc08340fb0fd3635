//! The card of a path in the files of a stage: what makes it, and how we know.

use super::{Hover, line_of};
use crate::TextSize;
use crate::ide::markdown::{code, one_line};
use crate::ide::stage_path::{Place, StagePath, provenance, stage_path_at};
use crate::model::files::{How, Kind, Made, Relation};
use crate::model::{Base, SourceFile, StageId};

/// How many makers a card lists.
const MOST_MAKERS: usize = 4;

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
    let label = code(&file.dockerfile().stage(stage).label());
    let (_, answer) = provenance(file, found)?;
    let mut lines = vec![format!("**{path}** in the stage {label}")];
    let makers = answer.makers.iter().take(MOST_MAKERS);
    lines.extend(makers.map(|made| sentence(file, made, answer.relation, &found.path)));
    if answer.makers.iter().all(|it| !it.is_known()) {
        lines.push(from_base(file, stage));
    }
    Some(lines.join("\n\n"))
}

/// What is left when no instruction is known to make it.
fn from_base(file: &SourceFile, stage: StageId) -> String {
    let files = file.dockerfile().files(stage);
    match &files.root {
        Base::Scratch => "No instruction of the stage is known to make it.".to_owned(),
        Base::Image(image) => {
            let image = code(&image.written);
            let runs = files.made().any(|it| *it.how == How::Unknown);
            let or = if runs { ", or from a command that we do not know" } else { "" };
            format!("It may come with the base image {image}, whose files are not known{or}.")
        }
        Base::Stage(_) | Base::Unresolved => {
            "It may come with the base image, which is not known.".to_owned()
        }
    }
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
    let said = code(&one_line(&file.text().slice(made.command), 60));
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
            let label = code(&file.dockerfile().stage(*stage).label());
            format!("copied from {} of the stage {label} (line {line})", code(&below(from, made, path)))
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
    use crate::analysis::Settings;

    fn check(fixture: &str, expected: Expect) {
        let (text, at) = cursor(fixture.trim_start());
        let file = SourceFile::new(&text);
        let found = super::super::hover(&file, &Settings::default(), TextSize::try_from(at).unwrap());
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
}
