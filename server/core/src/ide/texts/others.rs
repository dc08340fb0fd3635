//! Parser directives, variables that BuildKit defines, heredocs, `AS`.

use super::Text;
use crate::syntax::DirectiveName;

const PLATFORM: &str = "automatic-platform-args-in-the-global-scope";
const PREDEFINED: &str = "predefined-args";
const BUILT_IN: &str = "buildkit-built-in-build-args";

/// The text about a parser directive.
pub(in crate::ide) fn directive(name: DirectiveName) -> Text {
    match name {
        DirectiveName::Syntax => Text::new(
            "# syntax=docker/dockerfile:1",
            "The frontend image that builds this file. With `docker/dockerfile:1` the newest features work on older builders too.",
            "syntax",
        ),
        DirectiveName::Escape => Text::new(
            "# escape=\\ (or a backtick)",
            "The character that continues a line and escapes others. A backtick suits Windows paths.",
            "escape",
        ),
        DirectiveName::Check => Text::new(
            "# check=skip=<check>[,<check>…][;error=<boolean>]",
            "Settings of the build checks: which to skip (`all` for every one), and whether a finding fails the build.",
            "check",
        ),
    }
}

/// The text about an option of `# check=`.
pub(in crate::ide) fn check_option(name: &str) -> Option<Text> {
    let (usage, about) = match name {
        "skip" => ("# check=skip=<check>[,<check>…]", "Build checks that are not made; `all` for every one."),
        "error" => ("# check=error=true", "A finding of a build check fails the build."),
        "experimental" => {
            ("# check=experimental=<check>[,…]", "Experimental build checks to make; `all` for every one.")
        }
        _ => return None,
    };
    Some(Text::new(usage, about, "check"))
}

/// The text about `AS` in FROM.
pub(in crate::ide) fn stage_name_keyword() -> Text {
    Text::new(
        "FROM <image> AS <name>",
        "Names the stage, so that `FROM`, `COPY --from`, `RUN --mount=from=` and `docker build --target` can refer to it.",
        "from",
    )
}

/// The text about `<<NAME`.
pub(in crate::ide) fn heredoc() -> Text {
    Text::new(
        "<<[-]<name>\n…\n<name>",
        "The lines up to the name alone on a line are the input. `<<-` drops leading tabs; a quoted name keeps variables from being expanded.",
        "here-documents",
    )
}

/// The text about a variable that BuildKit defines itself; none for other names.
pub(in crate::ide) fn predefined(name: &str) -> Option<Text> {
    platform(name).or_else(|| proxy(name)).or_else(|| built_in(name))
}

fn platform(name: &str) -> Option<Text> {
    let (usage, about) = match name {
        "TARGETPLATFORM" => ("ARG TARGETPLATFORM", "The platform that is built for, as `linux/arm64`."),
        "TARGETOS" => ("ARG TARGETOS", "The operating system that is built for, as `linux`."),
        "TARGETOSVERSION" => {
            ("ARG TARGETOSVERSION", "The version of the operating system that is built for; Windows only.")
        }
        "TARGETARCH" => {
            ("ARG TARGETARCH", "The processor architecture that is built for, as `amd64` or `arm64`.")
        }
        "TARGETVARIANT" => {
            ("ARG TARGETVARIANT", "The variant of the architecture that is built for, as `v7` for `arm`.")
        }
        "TARGETSTAGE" => ("ARG TARGETSTAGE", "The stage that `--target` names, `default` without one."),
        "BUILDPLATFORM" => {
            ("ARG BUILDPLATFORM", "The platform that the builder itself runs on, as `linux/amd64`.")
        }
        "BUILDOS" => ("ARG BUILDOS", "The builder's operating system, as `linux`."),
        "BUILDOSVERSION" => {
            ("ARG BUILDOSVERSION", "The version of the builder's operating system; Windows only.")
        }
        "BUILDARCH" => ("ARG BUILDARCH", "The builder's processor architecture, as `amd64`."),
        "BUILDVARIANT" => ("ARG BUILDVARIANT", "The variant of the builder's architecture."),
        _ => return None,
    };
    Some(Text::new(usage, about, PLATFORM))
}

fn proxy(name: &str) -> Option<Text> {
    let about = match name {
        "HTTP_PROXY" | "http_proxy" => {
            "The proxy for HTTP, when the build is given one. It is no part of the image."
        }
        "HTTPS_PROXY" | "https_proxy" => {
            "The proxy for HTTPS, when the build is given one. It is no part of the image."
        }
        "FTP_PROXY" | "ftp_proxy" => {
            "The proxy for FTP, when the build is given one. It is no part of the image."
        }
        "ALL_PROXY" | "all_proxy" => {
            "The proxy for every protocol, when the build is given one. It is no part of the image."
        }
        "NO_PROXY" | "no_proxy" => {
            "Hosts that are reached without a proxy, when the build is given any. It is no part of the image."
        }
        _ => return None,
    };
    Some(Text::new("docker build --build-arg <NAME>=<value>", about, PREDEFINED))
}

fn built_in(name: &str) -> Option<Text> {
    let about = match name {
        "SOURCE_DATE_EPOCH" => "The time stamp, in seconds since 1970, that the image and its layers get.",
        "BUILDKIT_INLINE_CACHE" => "Whether cache metadata go into the image itself.",
        "BUILDKIT_MULTI_PLATFORM" => {
            "Whether the output has the form for several platforms, whatever their number."
        }
        "BUILDKIT_SANDBOX_HOSTNAME" => "The host name that commands of the build see.",
        "BUILDKIT_SYNTAX" => "The frontend image that builds the file, in place of `# syntax=`.",
        "BUILDKIT_CONTEXT_KEEP_GIT_DIR" => "Whether a build context from Git keeps its `.git` folder.",
        "BUILDKIT_CACHE_MOUNT_NS" => "A namespace for the ids of cache mounts.",
        "BUILDKIT_BUILD_NAME" => "The name of the build in the history.",
        "BUILDKIT_DOCKERFILE_CHECK" => "Settings of the build checks, in place of `# check=`.",
        "BUILDKIT_SBOM_SCAN_CONTEXT" => "Whether the build context is scanned for the bill of materials.",
        "BUILDKIT_SBOM_SCAN_STAGE" => "Whether this stage is scanned for the bill of materials.",
        _ => return None,
    };
    Some(Text::new("docker build --build-arg <NAME>=<value>", about, BUILT_IN))
}
