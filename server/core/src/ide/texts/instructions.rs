//! What each instruction does.

use super::Text;
use crate::syntax::Keyword;

/// The text about an instruction; none for a keyword that is not of the language. Each line of its usage is one
/// form of the instruction.
pub(in crate::ide) fn instruction(keyword: Keyword) -> Option<Text> {
    Some(match keyword {
        Keyword::Add => Text::new(
            "ADD [flags] <source>… <destination>\nADD [flags] [\"<source>\"…, \"<destination>\"]",
            "Adds files to the image: from the build context, a URL or a Git repository. A local tar archive is unpacked. For plain files `COPY` says more clearly what happens.",
            "add",
        ),
        Keyword::Arg => Text::new(
            "ARG <name>[=<default>] …",
            "Declares a variable that `--build-arg` can set while building; it is no part of the image. Above the first `FROM` it is global: `FROM` sees it, a stage only after declaring it again.",
            "arg",
        ),
        Keyword::Cmd => Text::new(
            "CMD [\"<program>\", \"<argument>\"…]\nCMD [\"<default argument>\"…]\nCMD <command>",
            "What a container runs by default, or the default arguments of `ENTRYPOINT`. Only the last one in a stage counts. In JSON form no shell stands between the program and its signals.",
            "cmd",
        ),
        Keyword::Copy => Text::new(
            "COPY [flags] <source>… <destination>\nCOPY [flags] [\"<source>\"…, \"<destination>\"]",
            "Copies files into the image: from the build context, or with `--from` from another stage or image. A relative destination counts from `WORKDIR`.",
            "copy",
        ),
        Keyword::Entrypoint => Text::new(
            "ENTRYPOINT [\"<program>\", \"<argument>\"…]\nENTRYPOINT <command>",
            "The program that a container always runs; `CMD` or the arguments of `docker run` are appended in JSON form. In shell form they are ignored, and signals reach the shell only.",
            "entrypoint",
        ),
        Keyword::Env => Text::new(
            "ENV <name>=<value> …",
            "Sets environment variables for the instructions that follow and for containers of the image. Stages built `FROM` this one inherit them. An `ENV` wins over an `ARG` of the same name.",
            "env",
        ),
        Keyword::Expose => Text::new(
            "EXPOSE <port>[/<protocol>] …",
            "Notes the ports that the container listens on, `tcp` unless it says otherwise. It publishes nothing: `docker run -p` does.",
            "expose",
        ),
        Keyword::From => Text::new(
            "FROM [--platform=<platform>] <image>[:<tag>][@<digest>] [AS <name>]\nFROM [--platform=<platform>] <stage> [AS <name>]",
            "Begins a build stage on top of an image, an earlier stage or `scratch`. Variables in it come from the `ARG`s above the first `FROM`.",
            "from",
        ),
        Keyword::Healthcheck => Text::new(
            "HEALTHCHECK [flags] CMD <command>\nHEALTHCHECK NONE",
            "A command that tells whether the container is well: it exits with 0 for healthy, 1 for unhealthy. `NONE` switches off what the base image checks. Only the last one in a stage counts.",
            "healthcheck",
        ),
        Keyword::Label => Text::new(
            "LABEL <name>=<value> …",
            "Writes metadata into the image: author, source, licence. Labels of the base image are inherited, the later value wins.",
            "label",
        ),
        Keyword::Maintainer => Text::new(
            "MAINTAINER <name>",
            "Names the author. It is deprecated: `LABEL org.opencontainers.image.authors=…` takes its place.",
            "maintainer-deprecated",
        ),
        Keyword::Onbuild => Text::new(
            "ONBUILD <instruction>",
            "Keeps an instruction for later: it runs right after the `FROM` of an image or stage that is built from this one, and is not passed on further.",
            "onbuild",
        ),
        Keyword::Run => Text::new(
            "RUN [flags] <command>\nRUN [flags] <<EOF\nRUN [flags] [\"<program>\", \"<argument>\"…]",
            "Runs a command while the image is built and keeps what it changes as a layer. The shell form goes through `SHELL`; `--mount` gives it caches, secrets and files of other stages.",
            "run",
        ),
        Keyword::Shell => Text::new(
            "SHELL [\"<program>\", \"<argument>\"…]",
            "The shell for the shell form of `RUN`, `CMD` and `ENTRYPOINT` from here on. It has to be JSON; without it `/bin/sh -c` is used on Linux, `cmd /S /C` on Windows.",
            "shell",
        ),
        Keyword::Stopsignal => Text::new(
            "STOPSIGNAL <signal>",
            "The signal that asks the container to stop: a name such as `SIGQUIT` or a number. Without it `SIGTERM` is sent.",
            "stopsignal",
        ),
        Keyword::User => Text::new(
            "USER <user>[:<group>]",
            "The user, and group, for the `RUN` instructions that follow and for the container: names or numbers. Without a group it is the user's own.",
            "user",
        ),
        Keyword::Volume => Text::new(
            "VOLUME <path> …\nVOLUME [\"<path>\"…]",
            "Marks paths whose data live outside of the container: each container gets a volume there unless one is given.",
            "volume",
        ),
        Keyword::Workdir => Text::new(
            "WORKDIR <path>",
            "The directory for the instructions that follow and for the container; it is created if need be. A relative path counts from the one before.",
            "workdir",
        ),
        Keyword::Unknown => return None,
    })
}
