//! What a completion is about, so that its documentation can be asked for later: when it is selected.

use std::fmt;

use crate::ide::hover::Build;
use crate::ide::hover::stage_card;
use crate::ide::texts;
use crate::images::official;
use crate::model::{ImageRef, SourceFile, StageId};
use crate::syntax::{DirectiveName, Keyword};

/// What a completion is about. Written as words with blanks between, it goes to a client and comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// An instruction.
    Instruction(Keyword),
    /// `AS` in FROM.
    StageName,
    /// A flag of an instruction, without dashes.
    Flag(Keyword, String),
    /// A parser directive.
    Directive(DirectiveName),
    /// An option of `# check=`.
    CheckOption(String),
    /// A rule that `# check=` can name. What it does is known elsewhere.
    Rule(String),
    /// A type of mount.
    MountType(String),
    /// A key of a mount of some type.
    MountKey(String, String),
    /// A value of a cache mount's `sharing`.
    Sharing(String),
    /// A stage.
    Stage(StageId),
    /// An official image.
    Image(String),
    /// A variable that BuildKit knows by itself.
    Predefined(String),
    /// A signal, without `SIG`.
    Signal(String),
    /// `<<NAME`.
    Heredoc,
}

/// What there is to say about a topic, in markdown; may be empty.
pub fn documentation(file: &SourceFile, build: Build<'_>, topic: &Topic) -> String {
    let text = match topic {
        Topic::Instruction(keyword) => texts::instruction(*keyword),
        Topic::StageName => Some(texts::stage_name_keyword()),
        Topic::Flag(keyword, name) => texts::flag(*keyword, name),
        Topic::Directive(name) => Some(texts::directive(*name)),
        Topic::CheckOption(name) => texts::check_option(name),
        Topic::MountType(kind) => texts::mount_type(kind),
        Topic::MountKey(kind, key) => texts::mount_key(kind, key),
        Topic::Sharing(mode) => texts::mount_sharing(mode),
        Topic::Heredoc => Some(texts::heredoc()),
        Topic::Stage(id) if id.index() < file.dockerfile().stages.len() => {
            return stage_card(file, build, *id);
        }
        Topic::Stage(_) | Topic::Rule(_) => None,
        Topic::Image(name) => return image(name).unwrap_or_default(),
        Topic::Signal(name) => return texts::signal(name).unwrap_or_default().to_owned(),
        Topic::Predefined(name) => return texts::predefined(name).unwrap_or_default(),
    };
    text.map(|it| it.documentation()).unwrap_or_default()
}

fn image(name: &str) -> Option<String> {
    let image = official(&ImageRef::parse(name))?;
    Some(match image.ended {
        Some(why) => format!("{}\n\n{why}", image.description),
        None => image.description.to_owned(),
    })
}

impl Topic {
    /// Reads a topic that was written.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (kind, first, second) = (words.next()?, words.next(), words.next());
        let word = || first.map(str::to_owned);
        Some(match kind {
            "instruction" => Self::Instruction(Keyword::parse(first?)),
            "as" => Self::StageName,
            "flag" => Self::Flag(Keyword::parse(first?), second?.to_owned()),
            "directive" => Self::Directive(DirectiveName::parse(first?)?),
            "check" => Self::CheckOption(word()?),
            "rule" => Self::Rule(word()?),
            "mount" => Self::MountType(word()?),
            "key" => Self::MountKey(word()?, second?.to_owned()),
            "sharing" => Self::Sharing(word()?),
            "stage" => Self::Stage(StageId(first?.parse().ok()?)),
            "image" => Self::Image(word()?),
            "predefined" => Self::Predefined(word()?),
            "signal" => Self::Signal(word()?),
            "heredoc" => Self::Heredoc,
            _ => return None,
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instruction(keyword) => write!(f, "instruction {}", keyword.as_str()),
            Self::StageName => f.write_str("as"),
            Self::Flag(keyword, name) => write!(f, "flag {} {name}", keyword.as_str()),
            Self::Directive(name) => write!(f, "directive {}", name.as_str()),
            Self::CheckOption(name) => write!(f, "check {name}"),
            Self::Rule(name) => write!(f, "rule {name}"),
            Self::MountType(kind) => write!(f, "mount {kind}"),
            Self::MountKey(kind, key) => write!(f, "key {kind} {key}"),
            Self::Sharing(mode) => write!(f, "sharing {mode}"),
            Self::Stage(id) => write!(f, "stage {}", id.0),
            Self::Image(name) => write!(f, "image {name}"),
            Self::Predefined(name) => write!(f, "predefined {name}"),
            Self::Signal(name) => write!(f, "signal {name}"),
            Self::Heredoc => f.write_str("heredoc"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_has_something_to_say() {
        let file = SourceFile::new("FROM alpine AS a\n");
        for topic in [
            Topic::Instruction(Keyword::Run),
            Topic::StageName,
            Topic::Flag(Keyword::Copy, "from".to_owned()),
            Topic::Directive(DirectiveName::Check),
            Topic::CheckOption("skip".to_owned()),
            Topic::MountType("cache".to_owned()),
            Topic::MountKey("secret".to_owned(), "env".to_owned()),
            Topic::Sharing("locked".to_owned()),
            Topic::Stage(StageId(0)),
            Topic::Image("node".to_owned()),
            Topic::Predefined("TARGETARCH".to_owned()),
            Topic::Signal("TERM".to_owned()),
            Topic::Heredoc,
        ] {
            assert_eq!(Topic::parse(&topic.to_string()).as_ref(), Some(&topic));
            assert!(!documentation(&file, Build::default(), &topic).is_empty(), "{topic}");
        }
    }

    #[test]
    fn what_is_no_topic_says_nothing() {
        let file = SourceFile::new("FROM alpine AS a\n");
        for text in ["", "flag", "flag RUN", "stage x", "stage -1", "nothing at all"] {
            assert_eq!(Topic::parse(text), None, "{text}");
        }
        for text in ["stage 7", "image nobody", "flag RUN from", "instruction FOO"] {
            assert_eq!(documentation(&file, Build::default(), &Topic::parse(text).unwrap()), "", "{text}");
        }
    }
}
