//! The messages: what is wrong with what, and the cure.

use super::cures::{self, Misread};
use super::innermost;
use crate::model::{DeviceFault, Dockerfile, FaultKind, InstructionData, MountFault, SyntaxFault};
use crate::syntax::{Keyword, Spanned};

/// What to say about something wrong in an instruction.
pub(in crate::lint) fn message(kind: &FaultKind, data: &InstructionData) -> String {
    let (inner, data) = innermost(kind, data);
    let text = text_of(inner, data);
    if matches!(kind, FaultKind::InTrigger(_)) {
        return format!("{text} This fails in a stage that is built FROM this one.");
    }
    text
}

/// What to say about something wrong with the file.
pub(in crate::lint) fn syntax_message(dockerfile: &Dockerfile, fault: &SyntaxFault) -> String {
    match fault {
        SyntaxFault::NoInstructions => {
            "There is no instruction in this file. A Dockerfile begins with FROM.".to_owned()
        }
        SyntaxFault::DuplicateDirective(directive) => {
            format!("The directive `{}` is set twice. Keep one.", directive.name.as_str())
        }
        SyntaxFault::BadEscape(directive) => {
            format!("`{}` cannot be the escape character. Use `\\` or `` ` ``.", shortened(&directive.value))
        }
        SyntaxFault::LineTooLong(..) => {
            "This line is longer than 65,535 bytes, the most that BuildKit reads. \
             Break it with the escape character, or move its content to a file."
                .to_owned()
        }
        SyntaxFault::BeforeFrom(id) => {
            let keyword = &dockerfile.instruction(*id).data.keyword_word.text;
            format!(
                "`{keyword}` stands before the first FROM, where only ARG may stand. Move it into a stage."
            )
        }
        SyntaxFault::NoStage => "There is no stage to build. Add a FROM.".to_owned(),
    }
}

fn text_of(kind: &FaultKind, data: &InstructionData) -> String {
    let keyword = data.keyword.as_str();
    match kind {
        FaultKind::UnknownInstruction { written } => unknown_instruction(written),
        FaultKind::NoArguments | FaultKind::ExactlyOneArgument => missing_arguments(data.keyword),
        FaultKind::NoDestination => no_destination(keyword, data.arguments.words()),
        FaultKind::FromArguments => from_arguments(data.arguments.words()),
        FaultKind::BadStageName { name } if name.contains('$') => {
            format!("A stage name holds no variables: `{}` is not expanded.", shortened(name))
        }
        FaultKind::BadStageName { name } => format!(
            "`{}` cannot name a stage. A name begins with a letter; letters, digits, `-`, `_` and `.` follow.",
            shortened(name)
        ),
        FaultKind::MissingEquals { word } => format!(
            "`{}` has no `=`. `{keyword}` takes `name=value` pairs; put quotes around a value with spaces.",
            shortened(word)
        ),
        FaultKind::EnvTwoArguments => {
            format!("A value is missing. Write `{keyword} name=value`.")
        }
        FaultKind::BlankName => "A name is missing in front of `=`.".to_owned(),
        FaultKind::JsonNotStrings => {
            "A list in JSON form holds strings only. Put every element in double quotes.".to_owned()
        }
        FaultKind::ShellNotJson => {
            r#"`SHELL` takes its words in JSON form: `SHELL ["/bin/bash", "-c"]`."#.to_owned()
        }
        FaultKind::UnterminatedHeredoc { name } => {
            format!("This heredoc has no end. Close it with a line that holds only `{}`.", shortened(name))
        }
        FaultKind::BadHeredocName { word } => {
            format!("The quotes in the heredoc name `{}` are not closed.", shortened(word))
        }
        FaultKind::HeredocDestination { .. } => {
            format!("The destination cannot be a heredoc. Add a path behind it: `{keyword} <<EOF /path`.")
        }
        FaultKind::UnknownFlag { name } => unknown_flag(data.keyword, name),
        FaultKind::DuplicateFlag { name } => format!("`--{name}` is given twice. Keep one."),
        FaultKind::FlagNeedsValue { name } => needs_value(name),
        FaultKind::FlagNotBoolean { name, value } => {
            format!("`--{name}` is `true` or `false`, not `{}`.", shortened(value))
        }
        FaultKind::BadFlagValue { name, value } => bad_value(name, value),
        FaultKind::BadMount { reason } => bad_mount(reason),
        FaultKind::BadDevice { reason } => bad_device(reason),
        FaultKind::OnbuildChain => "An ONBUILD cannot hold another one. Remove one of them.".to_owned(),
        FaultKind::OnbuildForbidden { trigger } => {
            format!("`{}` is not allowed in ONBUILD.", trigger.to_uppercase())
        }
        FaultKind::HealthcheckType { written } => format!(
            "`{}` is no health check. Write `HEALTHCHECK CMD` and the command, or `HEALTHCHECK NONE`.",
            shortened(written)
        ),
        FaultKind::HealthcheckNoneArguments => {
            "`HEALTHCHECK NONE` takes nothing more. Remove the rest.".to_owned()
        }
        FaultKind::HealthcheckNoCommand => {
            "A command is missing: `HEALTHCHECK CMD curl -f http://localhost/`.".to_owned()
        }
        FaultKind::BadDuration { value, .. } => format!(
            "`{}` is no duration. Write a number with a unit, such as `30s` or `1m30s`.",
            shortened(value)
        ),
        FaultKind::DurationTooShort { flag, .. } => format!("`--{flag}` is at least `1ms`, or `0`."),
        FaultKind::BadRetries { value } => {
            format!("`--retries` is a whole number, not `{}`.", shortened(value))
        }
        FaultKind::NegativeRetries { .. } => "`--retries` cannot be negative.".to_owned(),
        FaultKind::EmptyVolume => "A volume needs a path: `VOLUME /data`.".to_owned(),
        FaultKind::InTrigger(inner) => text_of(inner, data),
    }
}

fn unknown_instruction(written: &str) -> String {
    match cures::misread_keyword(written) {
        Some(Misread::Misspelled(keyword)) => {
            format!("There is no instruction `{}`. Did you mean `{keyword}`?", shortened(written))
        }
        Some(Misread::Glued { keyword, space: Some(_), .. }) => {
            format!("What follows `{keyword}` looks like a space but is none. Replace it by a space.")
        }
        Some(Misread::Glued { keyword, .. }) => format!("A space is missing behind `{keyword}`."),
        None => format!(
            "There is no instruction `{}`. If the line belongs to the one above, that has to end with the \
             escape character.",
            shortened(written)
        ),
    }
}

fn missing_arguments(keyword: Keyword) -> String {
    let cure = match keyword {
        Keyword::Arg => "a name: `ARG VERSION` or `ARG VERSION=1.0`",
        Keyword::Env => "a name and a value: `ENV NAME=value`",
        Keyword::Label => "a name and a value: `LABEL name=value`",
        Keyword::Expose => "a port: `EXPOSE 8080`",
        Keyword::Volume => "a path: `VOLUME /data`",
        Keyword::Workdir => "a directory: `WORKDIR /app`",
        Keyword::User => "a user: `USER app`",
        Keyword::Stopsignal => "a signal: `STOPSIGNAL SIGTERM`",
        Keyword::Maintainer => "a name; better, write `LABEL org.opencontainers.image.authors=name`",
        Keyword::Shell => r#"a shell in JSON form: `SHELL ["/bin/bash", "-c"]`"#,
        Keyword::Healthcheck => "`CMD` and a command, or `NONE`",
        Keyword::Onbuild => "an instruction: `ONBUILD RUN make`",
        _ => "an argument",
    };
    format!("`{}` needs {cure}.", keyword.as_str())
}

fn no_destination(keyword: &str, words: &[Spanned]) -> String {
    match words.first() {
        Some(word) => {
            format!("`{keyword}` needs a destination behind `{}`, such as `./`.", shortened(&word.text))
        }
        None => format!("`{keyword}` needs a source and a destination: `{keyword} app ./`."),
    }
}

fn from_arguments(words: &[Spanned]) -> String {
    let is_as = |word: &Spanned| word.text.eq_ignore_ascii_case("as");
    match words {
        [] => "`FROM` needs a base image: `FROM alpine`.".to_owned(),
        [first, ..] if is_as(first) && words.len() == 2 => {
            "A base image is missing in front of `AS`.".to_owned()
        }
        [_, word] if is_as(word) => "A stage name is missing behind `AS`.".to_owned(),
        [base, word] => format!(
            "`FROM` takes one image. To name the stage, write `FROM {} AS {}`.",
            shortened(&base.text),
            shortened(&word.text)
        ),
        [_, word, ..] if is_as(word) => "Nothing can follow the stage name. Remove the rest.".to_owned(),
        _ => "`FROM` takes an image, and perhaps `AS` and a stage name. Remove the rest.".to_owned(),
    }
}

fn unknown_flag(keyword: Keyword, name: &str) -> String {
    let (word, shown) = (keyword.as_str(), shortened(name));
    if let Some(known) = cures::misspelled_flag(keyword, name) {
        return format!("`{word}` has no flag `--{shown}`. Did you mean `--{known}`?");
    }
    if let Some(other) = Keyword::ALL.into_iter().find(|it| it.flags().contains(&name)) {
        return format!("`{word}` has no flag `--{shown}`; `{}` has.", other.as_str());
    }
    match keyword.flags() {
        [] if matches!(keyword, Keyword::Cmd | Keyword::Entrypoint) => {
            format!(
                r#"`{word}` takes no flags. To run a command of that name, write `{word} ["--{shown}"]`."#
            )
        }
        [] => format!("`{word}` takes no flags."),
        flags => {
            let known: Vec<String> = flags.iter().map(|flag| format!("`--{flag}`")).collect();
            format!("`{word}` has no flag `--{shown}`. It knows {}.", known.join(", "))
        }
    }
}

fn needs_value(name: &str) -> String {
    let example = match name {
        "from" => "stage",
        "platform" => "linux/amd64",
        "chown" => "user:group",
        "chmod" => "755",
        "checksum" => "sha256:…",
        "exclude" => "*.log",
        "interval" | "timeout" | "start-period" | "start-interval" => "30s",
        "retries" => "3",
        "mount" => "type=cache,target=/root/.cache",
        "network" => "none",
        "security" => "sandbox",
        "device" => "vendor.com/device=name",
        _ => "true",
    };
    format!("`--{name}` needs a value: `--{name}={example}`.")
}

fn bad_value(name: &str, value: &str) -> String {
    let allowed = match name {
        "network" => "`default`, `none` or `host`",
        "security" => "`sandbox` or `insecure`",
        _ => "another value",
    };
    match value {
        "" => format!("`--{name}` is {allowed}."),
        _ => format!("`--{name}` is {allowed}, not `{}`.", shortened(value)),
    }
}

fn bad_mount(reason: &MountFault) -> String {
    match reason {
        MountFault::BadCsv => {
            "`--mount` takes `key=value` fields between commas; double quotes can only enclose a whole field."
                .to_owned()
        }
        MountFault::VariableInFrom(value) => format!(
            "`from` takes no variables. Give the image a stage of its own, `FROM {} AS name`, \
             and write `from=name`.",
            shortened(value)
        ),
    }
}

fn bad_device(reason: &DeviceFault) -> String {
    match reason {
        DeviceFault::BadCsv => "`--device` takes a device name, and perhaps `,required`.".to_owned(),
        DeviceFault::TwoNames(first) => format!("The device is named already: `{}`.", shortened(first)),
        DeviceFault::UnknownField(field) => {
            format!("`--device` has no field `{}`. It knows `name` and `required`.", shortened(field))
        }
        DeviceFault::NotBoolean(value) => {
            format!("`required` is `true` or `false`, not `{}`.", shortened(value))
        }
    }
}

/// Words of a Dockerfile can be of any length; a message cannot.
fn shortened(word: &str) -> String {
    const MOST: usize = 40;
    match word.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", word.get(..at).unwrap_or_default()),
        None => word.to_owned(),
    }
}
