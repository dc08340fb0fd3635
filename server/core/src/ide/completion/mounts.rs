//! Types, keys and values of `--mount`.

use super::folders::{in_stage, known};
use super::{CompletionKind, List, Topic, paths, stages};
use crate::TextRange;
use crate::ide::hover::line_of;
use crate::ide::place::{Typed, Word};
use crate::ide::texts::{MOUNT_SHARING, MOUNT_TYPES, mount_keys, usual_key};
use crate::model::Base;
use crate::model::state;

/// Tools with the folders that they keep for the next build, and how a cache mount for them is shared. Those below
/// `/root` are for the user root.
const CACHES: [(&[&str], &[&str]); 16] = [
    (&["apt-get", "apt"], &["/var/cache/apt", "/var/lib/apt"]),
    (&["apk"], &["/etc/apk/cache"]),
    (&["dnf", "microdnf"], &["/var/cache/dnf"]),
    (&["yum"], &["/var/cache/yum"]),
    (&["mvn", "mvnw", "maven"], &["/root/.m2"]),
    (&["gradle", "gradlew"], &["/root/.gradle"]),
    (&["go", "golang"], &["/go/pkg/mod", "/root/.cache/go-build"]),
    (&["cargo", "rust"], &["/usr/local/cargo/registry", "/usr/local/cargo/git/db"]),
    (&["npm", "node"], &["/root/.npm"]),
    (&["yarn"], &["/usr/local/share/.cache/yarn"]),
    (&["pnpm"], &["/root/.local/share/pnpm/store"]),
    (&["bun"], &["/root/.bun/install/cache"]),
    (&["pip", "pip3", "python"], &["/root/.cache/pip"]),
    (&["uv"], &["/root/.cache/uv"]),
    (&["poetry"], &["/root/.cache/pypoetry"]),
    (&["dotnet", "nuget"], &["/root/.nuget/packages"]),
];

/// The field of a mount in which the cursor is, and the others.
struct Fields<'a> {
    /// The field up to the cursor.
    at: Word,
    others: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(value: &'a Word, escape: char) -> Self {
        let tail = value.behind.find(|it: char| it.is_whitespace()).unwrap_or(value.behind.len());
        let begin = value.typed.rfind([',', '"', '\'']).map_or(0, |at| at + 1);
        let others = value.typed[..begin].split(',').chain(value.behind[..tail].split(',').skip(1));
        let others = others.map(|field| field.trim_matches(['"', '\'', escape])).collect();
        Self { at: value.from(begin), others }
    }

    /// The mount's type.
    fn kind(&self) -> &'a str {
        self.others.iter().rev().find_map(|it| it.strip_prefix("type=")).unwrap_or("bind")
    }

    /// What `from` names.
    fn from(&self) -> Option<&'a str> {
        self.others.iter().rev().find_map(|it| it.strip_prefix("from="))
    }

    /// Whether another field has this key.
    fn has(&self, key: &str) -> bool {
        let of = |field: &str| field.split_once('=').map_or(field, |it| it.0).to_lowercase();
        self.others.iter().any(|field| usual_key(&of(field)) == key)
    }
}

/// What can stand in a mount.
pub(super) fn mount(list: &mut List<'_>, typed: &Typed<'_>, value: &Word) {
    let escape = list.dockerfile().escape;
    let ends = |it: char| it == ',' || it == '"' || it == '\'' || it == escape;
    let fields = Fields::of(value, escape);
    let Some((key, typed_value)) = fields.at.typed.split_once('=') else {
        return keys(list, &fields, ends);
    };
    let word = fields.at.from(fields.at.typed.len() - typed_value.len());
    let replace = word.until(ends);
    match usual_key(&key.to_lowercase()) {
        "type" => {
            for kind in MOUNT_TYPES {
                let item = list.add(CompletionKind::Value, kind, replace);
                item.commits = &[','];
                item.topic = Some(Topic::MountType(kind.to_owned()));
            }
        }
        "sharing" => {
            for mode in MOUNT_SHARING {
                let item = list.add(CompletionKind::Value, mode, replace);
                item.commits = &[','];
                item.topic = Some(Topic::Sharing(mode.to_owned()));
            }
        }
        "from" => stages::mount_from(list, typed, &word, replace),
        "source" => {
            if let Some(from) = fields.from() {
                paths::mounted(list, from, &word, replace);
            }
        }
        "target" => targets(list, typed, fields.kind(), replace),
        "id" => ids(list, typed, fields.kind(), replace),
        "readonly" | "readwrite" | "required" => list.values(&["true", "false"], replace),
        "mode" => {
            list.explained(&[("0755", "rwxr-xr-x"), ("0700", "rwx------"), ("0400", "r--------")], replace)
        }
        _ => {}
    }
}

/// The keys that the type has and that are not there yet.
fn keys(list: &mut List<'_>, fields: &Fields<'_>, ends: impl Fn(char) -> bool) {
    let kind = fields.kind();
    for key in mount_keys(kind).iter().filter(|key| !fields.has(key)) {
        let boolean = matches!(*key, "readonly" | "readwrite" | "required");
        let replace = if boolean { fields.at.until(&ends) } else { fields.at.with_equals(&ends) };
        let item = list.add(CompletionKind::Key, *key, replace);
        if !boolean {
            item.insert = format!("{key}=");
        }
        item.topic = Some(Topic::MountKey(kind.to_owned(), (*key).to_owned()));
    }
}

/// Where a mount can go: caches of the tools that are used, or folders that the stage knows.
fn targets(list: &mut List<'_>, typed: &Typed<'_>, kind: &str, replace: TextRange) {
    match kind {
        "cache" => caches(list, typed, replace),
        "bind" => {
            let known = known(list.dockerfile(), typed.instruction.id);
            for (path, detail) in known.into_iter().filter(|(path, _)| path.starts_with('/')) {
                list.add(CompletionKind::Folder, path, replace).detail = detail;
            }
        }
        "tmpfs" => list.values(&["/tmp"], replace),
        _ => {}
    }
}

/// The ids that other mounts of this type have: secrets, sockets and caches are shared under them.
fn ids(list: &mut List<'_>, typed: &Typed<'_>, kind: &str, replace: TextRange) {
    let mut offered = rustc_hash::FxHashSet::default();
    for instruction in list.dockerfile().instructions().filter(|it| it.id != typed.instruction.id) {
        for mount in instruction.data.mounts().filter(|it| it.kind() == kind) {
            let id = mount.get(&["id"]).and_then(|it| it.value.as_ref()).map(|it| it.text.as_str());
            let is_plain = |it: &&str| !it.is_empty() && !it.contains(['"', '\'', ',', '$']);
            if let Some(id) = id.filter(is_plain).filter(|it| offered.insert((*it).to_owned())) {
                let line = line_of(list.file, instruction.start);
                list.add(CompletionKind::Value, id, replace).detail = format!("line {line}");
            }
        }
    }
}

/// Folders of the tools in this command first, then of those in the stage.
fn caches(list: &mut List<'_>, typed: &Typed<'_>, replace: TextRange) {
    let dockerfile = list.dockerfile();
    let state = state::before(dockerfile, typed.instruction.id);
    let is_root =
        state.user.as_deref().is_none_or(|user| matches!(user.split(':').next(), Some("root" | "0")));
    let of_command: Vec<&str> = programs(typed.instruction.data.line.text()).collect();
    let mut of_stage: Vec<&str> = Vec::new();
    if let Some(Base::Image(image)) = &state.root {
        of_stage.extend(image.repository.rsplit('/').next());
    }
    for instruction in in_stage(dockerfile, typed.instruction.id) {
        of_stage.extend(programs(instruction.data.effective().line.text()));
    }
    let mut offered = rustc_hash::FxHashSet::default();
    for programs in [of_command, of_stage] {
        for (names, folders) in CACHES {
            let Some(name) = names.iter().find(|name| programs.contains(name)) else { continue };
            for folder in folders.iter().filter(|folder| is_root || !folder.starts_with("/root/")) {
                if offered.insert(*folder) {
                    list.add(CompletionKind::Folder, *folder, replace).detail = format!("cache of {name}");
                }
            }
        }
    }
}

/// The words of a command that may name programs.
fn programs(line: &str) -> impl Iterator<Item = &str> {
    line.split(|it: char| !it.is_ascii_alphanumeric() && !matches!(it, '-' | '_')).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::ide::completion::tests::{accept, check, labels};

    #[test]
    fn ids_of_other_mounts_of_the_type() {
        let text = "FROM a\nRUN --mount=type=secret,id=npm --mount=type=cache,id=go,target=/x a\nRUN --mount=type=secret,id=npm --mount=type=secret,id=$X,env=A b\n";
        check(
            &format!("{text}RUN --mount=type=secret,id=<|> c\n"),
            &expect![[r#"
                npm (line 2)
            "#]],
        );
        assert_eq!(labels(&format!("{text}RUN --mount=type=cache,id=<|>,target=/y c\n")), "go");
        assert_eq!(labels(&format!("{text}RUN --mount=type=ssh,id=<|> c\n")), "");
    }

    #[test]
    fn caches_of_the_tools_in_the_command_and_in_the_stage() {
        check(
            "FROM golang:1 AS a\nRUN apt-get update\nFROM a\nRUN --mount=type=cache,target=<|> \\\n  go build && npm ci\n",
            &expect![[r#"
                /go/pkg/mod (cache of go)
                /root/.cache/go-build (cache of go)
                /root/.npm (cache of npm)
                /var/cache/apt (cache of apt-get)
                /var/lib/apt (cache of apt-get)
            "#]],
        );
        assert_eq!(
            labels("FROM maven\nUSER app\nRUN --mount=type=cache,target=<|> apt-get update"),
            "/var/cache/apt /var/lib/apt"
        );
        assert_eq!(labels("FROM maven\nUSER 0:0\nRUN --mount=type=cache,dst=/r<|>"), "/root/.m2");
        assert_eq!(
            accept(
                "FROM a\nRUN --mount=type=cache,target=/r<|>/x,sharing=locked apk add b\n",
                "/etc/apk/cache"
            ),
            "FROM a\nRUN --mount=type=cache,target=/etc/apk/cache,sharing=locked apk add b\n"
        );
    }

    #[test]
    fn targets_of_other_mounts() {
        assert_eq!(labels("FROM a\nWORKDIR /app\nRUN --mount=target=<|>"), "/app");
        assert_eq!(labels("FROM a\nRUN --mount=type=tmpfs,target=<|>"), "/tmp");
        assert_eq!(labels("FROM a\nRUN --mount=type=secret,target=<|>"), "");
    }

    #[test]
    fn truth_values_and_modes() {
        assert_eq!(labels("FROM a\nRUN --mount=type=secret,required=<|>"), "true false");
        assert_eq!(labels("FROM a\nRUN --mount=ro=<|>"), "true false");
        assert_eq!(labels("FROM a\nRUN --mount=type=secret,mode=<|>"), "0755 0700 0400");
        assert_eq!(labels("FROM a\nRUN --mount=type=secret,id=<|>"), "");
    }
}
