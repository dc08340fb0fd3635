//! Short reference texts, each with the link to the page that tells the rest.

mod flags;
mod instructions;
mod labels;
mod mounts;
mod others;
mod parts;
mod ports;
mod signals;

pub(super) use flags::{flag, flag_value};
pub(super) use instructions::instruction;
pub(super) use labels::{LABEL_PREFIX, LABELS, label};
pub(super) use mounts::{
    MOUNT_SHARING, MOUNT_TYPES, mount_key, mount_keys, mount_needs_target, mount_sharing, mount_type,
    usual_key,
};
pub(super) use others::{check_option, directive, heredoc, json_form, predefined, stage_name_keyword};
pub(super) use parts::{Part, parts};
pub(super) use ports::port;
pub(super) use signals::signal;

/// The page that the anchors belong to.
const REFERENCE: &str = "https://docs.docker.com/reference/dockerfile/";

/// What there is to say about one word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    /// How it is written.
    pub(super) usage: &'static str,
    /// What it does, in one or two sentences of markdown.
    pub(super) about: &'static str,
    /// The heading in the reference, without `#`.
    anchor: &'static str,
}

impl Text {
    const fn new(usage: &'static str, about: &'static str, anchor: &'static str) -> Self {
        Self { usage, about, anchor }
    }

    /// The text as a card.
    pub(super) fn markdown(&self) -> String {
        format!("```dockerfile\n{}\n```\n{}", self.usage, self.documentation())
    }

    /// The text without the usage, for a list of completions.
    pub(super) fn documentation(&self) -> String {
        format!("{}\n\n{}", self.about, link(self.anchor))
    }
}

/// The link to a heading of the reference.
fn link(anchor: &str) -> String {
    format!("[Dockerfile reference]({REFERENCE}#{anchor})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{DirectiveName, Keyword};

    /// Every text that there is, with what it is about.
    fn all() -> Vec<(String, Text)> {
        let mut all = Vec::new();
        for keyword in Keyword::ALL {
            let what = keyword.as_str();
            all.push((what.to_owned(), instruction(keyword).expect(what)));
            for name in keyword.flags() {
                let what = format!("{} --{name}", keyword.as_str());
                all.push((what.clone(), flag(keyword, name).expect(&what)));
            }
        }
        for kind in MOUNT_TYPES {
            all.push((kind.to_owned(), mount_type(kind).expect(kind)));
            for key in mount_keys(kind) {
                let what = format!("{kind} {key}");
                all.push((what.clone(), mount_key(kind, key).expect(&what)));
            }
        }
        for mode in MOUNT_SHARING {
            all.push((mode.to_owned(), mount_sharing(mode).expect(mode)));
        }
        for name in [DirectiveName::Syntax, DirectiveName::Escape, DirectiveName::Check] {
            all.push((name.as_str().to_owned(), directive(name)));
        }
        all
    }

    #[test]
    fn every_word_of_the_language_has_a_text() {
        for (what, text) in all() {
            assert!(!text.usage.is_empty(), "{what}: no usage");
            assert!(text.about.ends_with('.'), "{what}: {:?} is no sentence", text.about);
            assert!(text.about.len() < 420, "{what}: too long for a card");
            assert!(!text.anchor.is_empty() && !text.anchor.contains('#'), "{what}: {:?}", text.anchor);
            assert!(
                text.anchor.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-'),
                "{what}: {:?} is no anchor",
                text.anchor
            );
        }
    }

    #[test]
    fn a_card_shows_usage_text_and_link() {
        let card = flag(Keyword::Copy, "from").expect("a text").markdown();
        expect_test::expect![[r#"
            ```dockerfile
            COPY --from=<stage|image|context> <source>… <destination>
            ```
            Copies from another stage (by name or index), an image or a named build context instead of the build context. The stage has to stand above this one. Variables are not expanded here.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#copy---from)"#]]
        .assert_eq(&card);
    }
}
