//! A path that COPY takes from a stage which cannot have it.

use crate::lint::commands::Command;
use crate::lint::rule::{Context, declare_rule};
use crate::model::files::Holds;
use crate::model::paths::is_within;
use crate::model::state::{base_chain, clean};
use crate::model::{Base, Dockerfile, InstructionId, RefTarget, StageId, StageRefKind};
use crate::syntax::{Keyword, RelRange};

declare_rule! {
    /// ## What it does
    /// Reports a path that `COPY --from`, or a mount with `from`, takes from a stage that cannot hold it. There are two
    /// such cases. What a RUN writes into a cache or a tmpfs mount is not part of the stage. And in a stage that is
    /// built from `scratch` there is only what its instructions put there.
    ///
    /// It says nothing where anything else may have made the path: a command that we do not know, a folder that is
    /// copied as a whole, a base image. What the build context holds at the place of the mount does not count, as what
    /// the build makes there is meant.
    ///
    /// ## Why it matters
    /// The build stops at the COPY, because there is no such file.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM rust:1 AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/app/target cargo build --release
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=builder /app/target/release/shop /usr/local/bin/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM rust:1 AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/app/target \
    ///     cargo build --release && cp target/release/shop /usr/local/bin/
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=builder /usr/local/bin/shop /usr/local/bin/
    /// ```
    ///
    /// ## Why there is no fix
    /// Where the file is to lie, and whether the path or the mount is the mistake, is for you to say.
    CopySourceNotMade {
        severity: Warning,
        source: Dockstage,
        fix: None,
    }
}

/// How many things that stages hold, and instructions that make them, are looked at in a file: more than anyone writes.
const MOST_STEPS: usize = 1 << 13;

fn check(cx: &mut Context<'_>) {
    // What the build gives to an ARG may be a part of any path.
    let given = |name: &str| cx.settings.build_arg(name).is_some();
    if !cx.settings.build_args.is_empty() && cx.dockerfile.scopes().defs.iter().any(|it| given(&it.name)) {
        return;
    }
    let mut steps = MOST_STEPS;
    for command in cx.commands().iter().filter(|it| matches!(it.keyword, Keyword::Copy | Keyword::Run)) {
        if command.is_trigger() || !command.instruction.marks.has_stage_refs {
            continue;
        }
        for Taken { stage, path, range } in taken(cx.dockerfile, command) {
            look(cx, command, stage, &path, range, &mut steps);
        }
    }
}

/// A path that is taken from a stage.
struct Taken {
    stage: StageId,
    path: String,
    range: RelRange,
}

/// The paths that COPY takes from a stage, and those that mounts show.
fn taken(dockerfile: &Dockerfile, command: &Command<'_>) -> Vec<Taken> {
    let refs = dockerfile.refs_in(command.instruction.id);
    let mut found = Vec::new();
    let mut add = |stage, text: Option<&str>, range| {
        found.extend(text.map(|text| Taken { stage, path: clean(&format!("/{text}")), range }));
    };
    for reference in refs {
        let RefTarget::Stage(stage) = reference.target else { continue };
        match reference.kind {
            StageRefKind::CopyFrom => {
                for source in command.sources() {
                    add(stage, source.text.as_deref(), source.range);
                }
            }
            StageRefKind::MountFrom => {
                let names = |range: RelRange| command.abs(range) == reference.range;
                let mut mounts = command.data.mounts();
                let mount = mounts.find(|it| {
                    let from = it.get(&["from"]).and_then(|it| it.value.as_ref());
                    from.is_some_and(|it| names(it.range))
                });
                let source = mount.and_then(|it| it.get(&["source", "src"])?.value.as_ref());
                if let Some(source) = source {
                    add(stage, command.text_of(source), source.range);
                }
            }
            StageRefKind::From => {}
        }
    }
    found
}

fn look(
    cx: &mut Context<'_>,
    command: &Command<'_>,
    stage: StageId,
    path: &str,
    range: RelRange,
    steps: &mut usize,
) {
    if path == "/" || !is_worth_it(cx.dockerfile, stage, path, steps) {
        return;
    }
    let label = &cx.dockerfile.stage(stage).label();
    match cx.dockerfile.files(stage).holds(path, steps) {
        Holds::Maybe => {}
        Holds::Never => {
            let message =
                format!("Nothing in stage `{label}` makes `{path}`, and it is built from `scratch`.");
            cx.report(command.abs(range), message);
        }
        Holds::InMount(made, mount) => {
            let (kind, target) = (&mount.kind, &mount.target);
            let message = format!(
                "`{path}` lies in the {kind} mount `{target}`, which is no part of stage `{label}`. Copy it out of there \
                 in the same RUN."
            );
            let made = made.command;
            cx.report(command.abs(range), message).relate(made, "made here");
        }
    }
}

/// Whether a stage is one of the few that such a path can be missing in: most need no closer look.
fn is_worth_it(dockerfile: &Dockerfile, stage: StageId, path: &str, steps: &mut usize) -> bool {
    for id in base_chain(dockerfile, stage) {
        let stage = dockerfile.stage(id);
        let Some(left) = steps.checked_sub(stage.end.index() - stage.from.index()) else { return false };
        *steps = left;
        if stage.base == Base::Scratch || stage.instructions().any(|it| may_hide(dockerfile, it, path)) {
            return true;
        }
    }
    false
}

/// Whether a RUN has a cache or tmpfs mount that may lie over `path`.
fn may_hide(dockerfile: &Dockerfile, id: InstructionId, path: &str) -> bool {
    let instruction = dockerfile.instruction(id);
    instruction.marks.has_mounts
        && instruction.data.mounts().any(|mount| {
            let target = mount.get(&["target", "dst", "destination"]).and_then(|it| it.value.as_ref());
            matches!(mount.kind().as_str(), "cache" | "tmpfs")
                && target.is_some_and(|it| {
                    !it.text.starts_with('/') || it.text.contains('$') || is_within(path, &it.text)
                })
        })
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn what_lies_in_a_mount() {
        check(
            r"
FROM rust:1 AS builder
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cargo/registry --mount=type=cache,target=target \
    cargo build --release
#   ^^^^^^^^^^^^^^^^^^^^^ … made here
#   ^^^^^^^^^^^^^^^^^^^^^ … made here
FROM debian:trixie-slim
COPY --from=builder /app/target/release/shop /app/Cargo.toml /x/
#                   ^^^^^^^^^^^^^^^^^^^^^^^^ CopySourceNotMade: `/app/target/release/shop` lies in the cache mount `/app/target`, which is no part of stage `builder`. Copy it out of there in the same RUN.
RUN --mount=from=builder,source=/app/target/release,target=/y true
#                               ^^^^^^^^^^^^^^^^^^^ CopySourceNotMade: `/app/target/release` lies in the cache mount `/app/target`, which is no part of stage `builder`. Copy it out of there in the same RUN.
",
        );
    }

    #[test]
    fn what_is_made_elsewhere_too() {
        let build = "FROM rust:1 AS builder\nWORKDIR /app\nCOPY . .\n";
        for run in [
            // Built without the mount.
            "RUN --mount=type=cache,target=/app/target cargo build --release\nRUN cargo build --release",
            // Something that we do not know.
            "RUN --mount=type=cache,target=/app/target cargo build --release\nRUN ./install.sh",
            // The dependencies are of another stage.
            "COPY --from=deps /app/target target\nRUN --mount=type=cache,target=/app/target cargo build --release",
            "COPY target/release /app/target/release\nRUN --mount=type=cache,target=/app/target cargo build --release",
            // Another folder, or one that depends on the build.
            "RUN --mount=type=cache,target=/app/.cache cargo build --release",
            "ARG T\nRUN --mount=type=cache,target=$T cargo build --release",
            "RUN --mount=type=bind,target=/app,rw cargo build --release",
        ] {
            let deps = "FROM rust:1 AS deps\nRUN ./x.sh\n";
            check(&format!(
                "{deps}{build}{run}\nFROM debian:trixie-slim\nCOPY --from=builder /app/target/release/shop /x\n"
            ));
        }
    }

    #[test]
    fn what_scratch_does_not_hold() {
        check(
            r"
FROM alpine AS builder
FROM scratch AS files
ENV D=/conf
WORKDIR /srv
COPY app.jar ./
COPY conf $D
COPY --from=builder /etc/passwd /etc/
ADD https://example.com/a/tool.zip /opt/
COPY <<one /one
one
FROM files AS more
COPY x /more/
FROM alpine
COPY --from=files /srv/app.jar /srv /conf/x /etc/passwd /opt/tool.zip /one / /a/
COPY --from=files /srv/*.war /etc/../app.jar /a/
#                            ^^^^^^^^^^^^^^^ CopySourceNotMade: Nothing in stage `files` makes `/app.jar`, and it is built from `scratch`.
COPY --from=files /data /a/
#                 ^^^^^ CopySourceNotMade: Nothing in stage `files` makes `/data`, and it is built from `scratch`.
COPY --from=more /more/x /srv /x /a/
#                             ^^ CopySourceNotMade: Nothing in stage `more` makes `/x`, and it is built from `scratch`.
RUN --mount=from=files,source=/x,target=/y true
#                             ^^ CopySourceNotMade: Nothing in stage `files` makes `/x`, and it is built from `scratch`.
",
        );
    }

    #[test]
    fn silence_where_scratch_may_hold_anything() {
        for stage in [
            "COPY . /",
            "COPY rootfs /",
            "ADD rootfs.tar.gz /",
            "ADD rootfs /",
            "COPY --from=builder / /",
            "COPY --from=busybox /bin /\nRUN x",
            "ARG X\nCOPY $X /",
            "ARG Y\nCOPY x $Y/",
            "ADD https://github.com/a/b.git /",
            "COPY rootfs /r/\nCOPY y /r/link/",
        ] {
            check(&format!(
                "FROM alpine AS builder\nFROM scratch AS s\n{stage}\nFROM alpine\nCOPY --from=s /x/y /z\n"
            ));
        }
    }
}
