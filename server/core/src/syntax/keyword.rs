//! The instructions of the Dockerfile language.

use super::casing;

/// An instruction's keyword. BuildKit reads it in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // The names say it.
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// None of the language's.
    Unknown,
}

impl Keyword {
    /// Every keyword of the language.
    pub const ALL: [Self; 18] = [
        Self::Add,
        Self::Arg,
        Self::Cmd,
        Self::Copy,
        Self::Entrypoint,
        Self::Env,
        Self::Expose,
        Self::From,
        Self::Healthcheck,
        Self::Label,
        Self::Maintainer,
        Self::Onbuild,
        Self::Run,
        Self::Shell,
        Self::Stopsignal,
        Self::User,
        Self::Volume,
        Self::Workdir,
    ];

    /// Reads a keyword, in any case; what is none is [`Keyword::Unknown`].
    pub fn parse(text: &str) -> Self {
        if !text.is_ascii() {
            let folded = casing::lower(text);
            return if folded.is_ascii() { Self::parse(&folded) } else { Self::Unknown };
        }
        Self::ALL.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text)).unwrap_or(Self::Unknown)
    }

    /// The keyword in upper case; empty for [`Keyword::Unknown`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Arg => "ARG",
            Self::Cmd => "CMD",
            Self::Copy => "COPY",
            Self::Entrypoint => "ENTRYPOINT",
            Self::Env => "ENV",
            Self::Expose => "EXPOSE",
            Self::From => "FROM",
            Self::Healthcheck => "HEALTHCHECK",
            Self::Label => "LABEL",
            Self::Maintainer => "MAINTAINER",
            Self::Onbuild => "ONBUILD",
            Self::Run => "RUN",
            Self::Shell => "SHELL",
            Self::Stopsignal => "STOPSIGNAL",
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Workdir => "WORKDIR",
            Self::Unknown => "",
        }
    }

    /// The flags that BuildKit knows for this instruction, without dashes.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Add => &["chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"],
            Self::Copy => &["chown", "from", "chmod", "link", "exclude", "parents"],
            Self::From => &["platform"],
            Self::Healthcheck => &["interval", "timeout", "start-period", "start-interval", "retries"],
            Self::Run => &["mount", "network", "security", "device"],
            _ => &[],
        }
    }
}
