//! The parts of a usage: what its placeholders stand for.

use std::ops::Range;

use crate::syntax::Keyword;

/// A part of a usage: a placeholder, or a word that is written as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ide) struct Part {
    /// Where it stands in the usage, in bytes.
    pub(in crate::ide) range: Range<usize>,
    /// What it is called: the placeholder without its brackets.
    pub(in crate::ide) name: &'static str,
}

/// The parts of one line of a usage, in order. They are its placeholders (`<source>`), `flags`, heredocs and the
/// words in capitals behind the keyword (`AS`, `NONE`).
pub(in crate::ide) fn parts(usage: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = usage.find(' ').unwrap_or(usage.len());
    while at < usage.len() {
        let rest = &usage[at..];
        let (len, name) = part(rest).unwrap_or((0, ""));
        if len > 0 {
            parts.push(Part { range: at..at + len, name });
        }
        // A word that is no part is passed over as a whole.
        let word = rest.find(|it: char| !it.is_alphanumeric()).unwrap_or(rest.len());
        let next = rest.chars().next().map_or(1, char::len_utf8);
        at += len.max(word).max(next);
    }
    parts
}

/// The part that a text begins with: its length and its name.
fn part(text: &'static str) -> Option<(usize, &'static str)> {
    let heredoc = "<<EOF";
    if text.starts_with(heredoc) {
        return Some((heredoc.len(), heredoc));
    }
    if let Some(rest) = text.strip_prefix('<') {
        let name = &rest[..rest.find('>')?];
        return Some((name.len() + 2, name));
    }
    let word = &text[..text.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(text.len())];
    let is_word = word == "flags" || (word.len() > 1 && word.bytes().all(|it| it.is_ascii_uppercase()));
    is_word.then_some((word.len(), word))
}

impl Part {
    /// What stands for it, in a usage of `keyword`; none where the text about the usage says it all.
    pub(in crate::ide) fn about(&self, keyword: Keyword) -> Option<String> {
        match self.name {
            "flags" => Some(flags(keyword)),
            name => about(keyword, name).map(str::to_owned),
        }
    }
}

fn flags(keyword: Keyword) -> String {
    let names: Vec<String> = keyword.flags().iter().map(|it| format!("`--{it}`")).collect();
    format!("Options: {}.", names.join(", "))
}

fn about(keyword: Keyword, name: &str) -> Option<&'static str> {
    let about = match (keyword, name) {
        (Keyword::Add, "source") => {
            "A path in the build context, a URL, a Git repository, or `<<EOF` for text that follows. Wildcards such as `*.txt` are expanded in paths."
        }
        (Keyword::Copy, "source") => {
            "A path in the build context, or with `--from` in that stage or image; or `<<EOF` for text that follows. Wildcards such as `*.txt` are expanded."
        }
        (_, "destination") => {
            "Where it goes in the image. It ends in `/` when it is a folder, which it has to be for several sources. A relative path counts from `WORKDIR`."
        }
        (Keyword::Arg, "default") => "The value unless `--build-arg` gives another one.",
        (Keyword::Arg | Keyword::Env, "name") => "The variable's name: letters, digits and `_`.",
        (Keyword::Env, "value") => "Its value. Blanks need quotes; `$name` puts in another variable.",
        (Keyword::Label, "name") => "The label's name, as `org.opencontainers.image.source`.",
        (Keyword::Label, "value") => "Its value. Blanks need quotes; `$name` puts in a variable.",
        (Keyword::From, "image") => {
            "The image to start from, with its registry unless that is Docker Hub; `scratch` for nothing at all."
        }
        (_, "tag") => "The image's version: `latest` unless given.",
        (_, "digest") => "Exactly this image, whatever becomes of the tag: `sha256:…`.",
        (_, "stage") => "An earlier stage of this file, by its name.",
        (Keyword::From, "AS" | "name") => {
            "Names the stage, so that others can refer to it: a letter, then letters, digits, `-`, `_` and `.`."
        }
        (Keyword::From, "platform") => {
            "Such as `linux/arm64`. `$BUILDPLATFORM` is the builder's, `$TARGETPLATFORM` the one built for."
        }
        (Keyword::Expose, "port") => "A port, or several as `8000-8010`.",
        (Keyword::Expose, "protocol") => "`tcp` unless it is `udp` or `sctp`.",
        (Keyword::Healthcheck, "CMD") => "What follows is the check.",
        (Keyword::Healthcheck, "NONE") => "Switches off the check of the base image.",
        (Keyword::Healthcheck, "command") => {
            "The command that checks, for the shell or in JSON form: exit code 0 is healthy, 1 is not."
        }
        (_, "command") => "A command line for the shell.",
        (Keyword::Shell, "program") => "The shell's program.",
        (Keyword::Shell, "argument") => "Its arguments up to the command, such as `-c`.",
        (_, "program") => "The program, run without a shell: nothing in it is expanded.",
        (_, "argument") => "An argument of the program, as it stands.",
        (Keyword::Cmd, "default argument") => "An argument for the program of `ENTRYPOINT`.",
        (_, "<<EOF") => "The lines up to `EOF` are the script.",
        (Keyword::Maintainer, "name") => "Name and address of the author.",
        (Keyword::Onbuild, "instruction") => {
            "Any instruction but `FROM`, `ONBUILD` and `MAINTAINER`. It runs where this image is a base."
        }
        (Keyword::Stopsignal, "signal") => "A name such as `SIGTERM`, or a number.",
        (_, "user") => "A user's name or number.",
        (_, "group") => "A group's name or number.",
        (Keyword::Volume, "path") => "A path in the container.",
        (Keyword::Workdir, "path") => "A folder; a relative path counts from the one before.",
        _ => return None,
    };
    Some(about)
}

#[cfg(test)]
mod tests {
    use super::super::instruction;
    use super::*;

    fn shown(usage: &'static str) -> String {
        let parts = parts(usage);
        parts.iter().map(|it| format!("[{}]", &usage[it.range.clone()])).collect()
    }

    #[test]
    fn parts_are_what_can_be_filled_in() {
        assert_eq!(
            shown("COPY [flags] [\"<source>\"…, \"<destination>\"]"),
            "[flags][<source>][<destination>]"
        );
        assert_eq!(
            shown("FROM [--platform=<platform>] <image>[:<tag>] [AS <name>]"),
            "[<platform>][<image>][<tag>][AS][<name>]"
        );
        assert_eq!(shown("RUN [flags] <<EOF"), "[flags][<<EOF]");
        assert_eq!(shown("# check=skip=<check>[;error=<boolean>]"), "[<check>][<boolean>]");
        assert_eq!(shown("HEALTHCHECK NONE"), "[NONE]");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn every_part_of_an_instruction_is_explained() {
        for keyword in Keyword::ALL {
            for usage in instruction(keyword).map_or("", |text| text.usage).lines() {
                assert!(!parts(usage).is_empty(), "{usage}");
                for part in parts(usage) {
                    let about = part.about(keyword).unwrap_or_default();
                    assert!(about.ends_with('.'), "{usage}: {} has no sentence", part.name);
                }
            }
        }
    }
}
