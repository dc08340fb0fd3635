//! Flags, and what each can be set to.

use super::{CompletionKind, List, Topic, mounts, stages, users};
use crate::ide::place::{Typed, Word};
use crate::syntax::Keyword;

/// Platforms that images are usually built for.
const PLATFORMS: [(&str, &str); 7] = [
    ("$BUILDPLATFORM", "of the machine that builds"),
    ("linux/amd64", ""),
    ("linux/arm64", ""),
    ("linux/arm/v7", ""),
    ("windows/amd64", ""),
    ("linux/riscv64", ""),
    ("$TARGETPLATFORM", "what it is without the flag"),
];

/// Flags that the instruction does not have yet.
pub(super) fn flags(list: &mut List<'_>, typed: &Typed<'_>) {
    let escape = list.dockerfile().escape;
    let used = used(typed);
    for name in typed.keyword.flags() {
        let repeatable = matches!(*name, "mount" | "device" | "exclude");
        if used.iter().any(|it| it == name) && !repeatable {
            continue;
        }
        let boolean = is_boolean(name);
        let replace = match boolean {
            true => typed.word.until(|it| it == '=' || it == escape),
            false => typed.word.with_equals(|it| it == escape),
        };
        let item = list.add(CompletionKind::Flag, format!("--{name}"), replace);
        if !boolean {
            item.insert = format!("--{name}=");
        }
        item.topic = Some(Topic::Flag(typed.keyword, (*name).to_owned()));
    }
}

/// The names of the flags around the cursor.
fn used(typed: &Typed<'_>) -> Vec<String> {
    let here = typed.word.until(|_| false);
    let others = typed.instruction.data.effective().flags.iter();
    let others = others.filter(|flag| {
        typed.instruction.abs(flag.whole.range).intersect(here).is_none_or(|it| it.is_empty())
    });
    let mut used: Vec<String> = others.map(|flag| flag.name.text.clone()).collect();
    // A flag that is only begun, as `-`, hides those behind it.
    let behind = typed.word.behind[usize::from(here.end() - typed.word.cursor)..].split_whitespace();
    let flags_behind = behind.map_while(|word| word.strip_prefix("--"));
    used.extend(flags_behind.map(|flag| flag.split_once('=').map_or(flag, |it| it.0).to_owned()));
    used
}

fn is_boolean(flag: &str) -> bool {
    matches!(flag, "link" | "keep-git-dir" | "unpack" | "parents")
}

/// What a flag can be set to.
pub(super) fn values(list: &mut List<'_>, typed: &Typed<'_>, name: &str, value: &Word) {
    if !typed.keyword.flags().contains(&name) {
        return;
    }
    let escape = list.dockerfile().escape;
    let replace = value.until(|it| it == escape || it == '"' || it == '\'');
    match (typed.keyword, name) {
        (Keyword::Copy, "from") => stages::copy_from(list, typed, value, replace),
        (Keyword::Run, "mount") => mounts::mount(list, typed, value),
        (Keyword::Run, "network") => list.explained(
            &[
                ("default", "the network of the build"),
                ("none", "loopback alone"),
                ("host", "needs the entitlement network.host"),
            ],
            replace,
        ),
        (Keyword::Run, "security") => list.explained(
            &[("sandbox", "the default"), ("insecure", "needs the entitlement security.insecure")],
            replace,
        ),
        (Keyword::Run, "device") => device(list, value),
        (Keyword::From, "platform") => list.explained(&PLATFORMS, replace),
        (Keyword::Copy | Keyword::Add, "chmod") => list.explained(
            &[
                ("644", "rw-r--r--"),
                ("755", "rwxr-xr-x"),
                ("600", "rw-------"),
                ("700", "rwx------"),
                ("u=rwX,go=rX", "folders and programs can be entered and run"),
            ],
            replace,
        ),
        (Keyword::Copy | Keyword::Add, "chown") => users::names(list, typed, value, true),
        (Keyword::Add, "checksum") if !value.typed.contains(':') => {
            for name in ["sha256", "sha384", "sha512"] {
                list.add(CompletionKind::Value, format!("{name}:"), replace).detail =
                    "of what a URL gives".to_owned();
            }
        }
        (Keyword::Copy | Keyword::Add, name) if is_boolean(name) => list.values(&["true", "false"], replace),
        (Keyword::Healthcheck, name) => healthcheck(list, name, replace),
        _ => {}
    }
}

/// `required`, behind the name of a device.
fn device(list: &mut List<'_>, value: &Word) {
    if let Some((before, last)) = value.typed.rsplit_once(',')
        && !before.split(',').any(|field| field.starts_with("required"))
    {
        let replace = value.from(value.typed.len() - last.len()).until(|it| it == ',');
        let detail = "fails without the device";
        list.add(CompletionKind::Key, "required", replace).detail = detail.to_owned();
    }
}

/// Durations and numbers, the default first.
fn healthcheck(list: &mut List<'_>, name: &str, replace: crate::TextRange) {
    let (default, others): (&str, &[&str]) = match name {
        "interval" | "timeout" => ("30s", &["5s", "10s", "1m", "5m"]),
        "start-period" => ("0s", &["5s", "10s", "30s", "1m"]),
        "start-interval" => ("5s", &["1s", "2s", "10s"]),
        "retries" => ("3", &["1", "2", "5", "10"]),
        _ => return,
    };
    list.explained(&[(default, "the default")], replace);
    list.values(others, replace);
}

#[cfg(test)]
mod tests {
    use crate::ide::completion::tests::{accept, labels};

    #[test]
    fn values_of_the_rarer_flags() {
        assert_eq!(labels("FROM a\nADD --chmod=<|> a b\n"), "644 755 600 700 u=rwX,go=rX");
        assert_eq!(labels("FROM a\nADD --checksum=s<|> a b\n"), "sha256: sha384: sha512:");
        assert_eq!(labels("FROM a\nADD --checksum=sha256:<|> a b\n"), "");
        assert_eq!(labels("FROM a\nADD --unpack=<|> a b\n"), "true false");
        assert_eq!(labels("FROM a\nCOPY --unpack=<|> a b\n"), "");
        assert_eq!(labels("FROM a\nHEALTHCHECK --interval=<|> CMD a\n"), "30s 5s 10s 1m 5m");
        assert_eq!(labels("FROM a\nHEALTHCHECK --retries=<|> CMD a\n"), "3 1 2 5 10");
        assert_eq!(labels("FROM a\nRUN --device=gpu,<|>"), "required");
        assert_eq!(labels("FROM a\nRUN --device=<|>"), "");
        assert_eq!(
            accept("FROM a\nHEALTHCHECK --timeout=<|>x CMD a\n", "1m"),
            "FROM a\nHEALTHCHECK --timeout=1m CMD a\n"
        );
    }
}
