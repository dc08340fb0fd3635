//! What each flag of an instruction does.

use super::Text;
use crate::syntax::Keyword;

/// The text about a flag, given without dashes; none where the instruction has no such flag.
pub(in crate::ide) fn flag(keyword: Keyword, name: &str) -> Option<Text> {
    match keyword {
        Keyword::Add => add(name),
        Keyword::Copy => copy(name),
        Keyword::From => from(name),
        Keyword::Healthcheck => healthcheck(name),
        Keyword::Run => run(name),
        _ => None,
    }
}

fn add(name: &str) -> Option<Text> {
    Some(match name {
        "chown" => Text::new(
            "ADD --chown=<user>[:<group>] <source>… <destination>",
            "Who owns the added files: names or numbers. Without it they belong to 0:0. A name needs `/etc/passwd` in the image. Linux only.",
            "add---chown",
        ),
        "chmod" => Text::new(
            "ADD --chmod=<mode> <source>… <destination>",
            "The permissions of the added files, octal as in `--chmod=644`. Linux only.",
            "add---chmod",
        ),
        "link" => Text::new(
            "ADD --link[=<boolean>] <source>… <destination>",
            "Adds the files as a layer of their own, which stays valid when the layers below it change. Links in the destination's path are not followed.",
            "add---link",
        ),
        "keep-git-dir" => Text::new(
            "ADD --keep-git-dir[=<boolean>] <git repository> <destination>",
            "Keeps the `.git` folder when a Git repository is added.",
            "add---keep-git-dir",
        ),
        "checksum" => Text::new(
            "ADD --checksum=<hash> <url|git repository> <destination>",
            "Fails the build when the source does not have this checksum: `sha256:…` (or `sha384:`, `sha512:`) for a URL, a commit for a Git repository.",
            "add---checksum",
        ),
        "unpack" => Text::new(
            "ADD --unpack[=<boolean>] <source>… <destination>",
            "Whether archives are unpacked. Without it local tar archives are, downloaded ones are not.",
            "add---unpack",
        ),
        "exclude" => Text::new(
            "ADD --exclude=<pattern> … <source>… <destination>",
            "Leaves out files that match the pattern, as in `.dockerignore`. It can be given several times.",
            "add---exclude",
        ),
        _ => return None,
    })
}

fn copy(name: &str) -> Option<Text> {
    Some(match name {
        "from" => Text::new(
            "COPY --from=<stage|image|context> <source>… <destination>",
            "Copies from another stage (by name or index), an image or a named build context instead of the build context. The stage has to stand above this one. Variables are not expanded here.",
            "copy---from",
        ),
        "chown" => Text::new(
            "COPY --chown=<user>[:<group>] <source>… <destination>",
            "Who owns the copies: names or numbers. Without it they belong to 0:0, whatever `USER` says. A name needs `/etc/passwd` in the image. Linux only.",
            "copy---chown",
        ),
        "chmod" => Text::new(
            "COPY --chmod=<mode> <source>… <destination>",
            "The permissions of the copies, octal (`755`) or symbolic (`u=rwX,go=rX`). Linux only.",
            "copy---chmod",
        ),
        "link" => Text::new(
            "COPY --link[=<boolean>] <source>… <destination>",
            "Copies into a layer of its own, which stays valid when the layers below it change. Links in the destination's path are not followed.",
            "copy---link",
        ),
        "parents" => Text::new(
            "COPY --parents[=<boolean>] <source>… <destination>",
            "Keeps the folders of each source path below the destination; `/./` in a source marks where they begin.",
            "copy---parents",
        ),
        "exclude" => Text::new(
            "COPY --exclude=<pattern> … <source>… <destination>",
            "Leaves out files that match the pattern, as in `.dockerignore`. It can be given several times.",
            "copy---exclude",
        ),
        _ => return None,
    })
}

fn from(name: &str) -> Option<Text> {
    (name == "platform").then_some(Text::new(
        "FROM --platform=<platform> <image> [AS <name>]",
        "The platform of the base image, as `linux/arm64`; without it the platform that is built for. `$BUILDPLATFORM` runs a stage natively on the builder, so that it can cross-compile.",
        "from",
    ))
}

fn healthcheck(name: &str) -> Option<Text> {
    let (usage, about) = match name {
        "interval" => (
            "HEALTHCHECK --interval=<duration> CMD <command>",
            "How long to wait between two checks, and before the first one: `30s` unless given. At least `1ms`.",
        ),
        "timeout" => (
            "HEALTHCHECK --timeout=<duration> CMD <command>",
            "A check that takes longer counts as failed: `30s` unless given.",
        ),
        "start-period" => (
            "HEALTHCHECK --start-period=<duration> CMD <command>",
            "Time for the container to start, during which failed checks do not count: `0s` unless given.",
        ),
        "start-interval" => (
            "HEALTHCHECK --start-interval=<duration> CMD <command>",
            "How long to wait between two checks during the start period: `5s` unless given. It needs Docker Engine 25.0.",
        ),
        "retries" => (
            "HEALTHCHECK --retries=<number> CMD <command>",
            "After so many failures in a row the container is unhealthy: `3` unless given.",
        ),
        _ => return None,
    };
    Some(Text::new(usage, about, "healthcheck"))
}

fn run(name: &str) -> Option<Text> {
    Some(match name {
        "mount" => Text::new(
            "RUN --mount=[type=<type>][,<key>=<value>…] <command>",
            "Gives this command files that do not stay in the image: a folder of the context or of another stage (`bind`), a `cache`, a `tmpfs`, a `secret` or an `ssh` agent.",
            "run---mount",
        ),
        "network" => Text::new(
            "RUN --network=<default|none|host> <command>",
            "The network of this command: the build's, none but loopback, or the host's. `host` needs the entitlement `network.host`.",
            "run---network",
        ),
        "security" => Text::new(
            "RUN --security=<sandbox|insecure> <command>",
            "`insecure` runs the command with elevated privileges and needs the entitlement `security.insecure`; `sandbox` is the default.",
            "run---security",
        ),
        "device" => Text::new(
            "RUN --device=<name>[,required] <command>",
            "Gives this command a CDI device, such as a GPU. It needs the entitlement `device` and the syntax `docker/dockerfile:1-labs`.",
            "run---device",
        ),
        _ => return None,
    })
}

/// What a value of a flag means, where the flag has values with names.
pub(in crate::ide) fn flag_value(keyword: Keyword, name: &str, value: &str) -> Option<&'static str> {
    Some(match (keyword, name, value) {
        (Keyword::Run, "network", "default") => "The network of the build, as without the flag.",
        (Keyword::Run, "network", "none") => "No network but loopback: the command cannot download anything.",
        (Keyword::Run, "network", "host") => {
            "The network of the machine that builds. The build needs `--allow network.host`."
        }
        (Keyword::Run, "security", "sandbox") => "The usual sandbox, as without the flag.",
        (Keyword::Run, "security", "insecure") => {
            "Elevated privileges. The build needs `--allow security.insecure`."
        }
        (Keyword::From, "platform", "$BUILDPLATFORM" | "${BUILDPLATFORM}") => {
            "The platform of the machine that builds: the stage runs natively."
        }
        (Keyword::From, "platform", "$TARGETPLATFORM" | "${TARGETPLATFORM}") => {
            "The platform that the image is built for, as without the flag."
        }
        _ => return None,
    })
}
