//! What the types, keys and values of a `--mount` mean.

use super::Text;

/// The types of a mount; the first one is the default.
pub(in crate::ide) const MOUNT_TYPES: [&str; 5] = ["bind", "cache", "secret", "ssh", "tmpfs"];

/// The values of `sharing`; the first one is the default.
pub(in crate::ide) const MOUNT_SHARING: [&str; 3] = ["shared", "private", "locked"];

/// The keys that make sense for a type, the usual spelling of each.
pub(in crate::ide) fn mount_keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "cache" => &["type", "target", "id", "sharing", "from", "source", "mode", "uid", "gid", "readonly"],
        "tmpfs" => &["type", "target", "size"],
        "secret" => &["type", "id", "target", "env", "required", "mode", "uid", "gid"],
        "ssh" => &["type", "id", "target", "required", "mode", "uid", "gid"],
        _ => &["type", "source", "target", "from", "readwrite"],
    }
}

/// The usual spelling of a key that has several.
pub(in crate::ide) fn usual_key(key: &str) -> &str {
    match key {
        "src" => "source",
        "dst" | "destination" => "target",
        "ro" => "readonly",
        "rw" => "readwrite",
        _ => key,
    }
}

/// Whether a mount of this type has to say where it goes.
pub(in crate::ide) fn mount_needs_target(kind: &str) -> bool {
    matches!(kind, "bind" | "cache" | "tmpfs")
}

/// The text about a type of mount.
pub(in crate::ide) fn mount_type(kind: &str) -> Option<Text> {
    Some(match kind {
        "bind" => Text::new(
            "--mount=type=bind,source=<path>,target=<path>[,from=<stage|image|context>]",
            "Shows files of the build context, or of another stage or image, to this command. What it writes there (with `readwrite`) is thrown away. This is the default type.",
            "run---mounttypebind",
        ),
        "cache" => Text::new(
            "--mount=type=cache,target=<path>[,sharing=<shared|private|locked>]",
            "A folder that lives from build to build, for compilers and package managers. It may be empty at any time, so the build has to work without it.",
            "run---mounttypecache",
        ),
        "tmpfs" => Text::new(
            "--mount=type=tmpfs,target=<path>[,size=<bytes>]",
            "An empty folder in memory, gone after this command.",
            "run---mounttypetmpfs",
        ),
        "secret" => Text::new(
            "--mount=type=secret,id=<id>[,target=<path>][,env=<name>]",
            "A secret given with `docker build --secret`, as a file (`/run/secrets/<id>` unless `target` says otherwise) or as an environment variable. It leaves no trace in the image or the cache.",
            "run---mounttypesecret",
        ),
        "ssh" => Text::new(
            "--mount=type=ssh[,id=<id>]",
            "Access to the SSH agent given with `docker build --ssh`.",
            "run---mounttypessh",
        ),
        _ => return None,
    })
}

/// The text about a key of a mount of some type, in any of its spellings.
pub(in crate::ide) fn mount_key(kind: &str, key: &str) -> Option<Text> {
    let anchor = mount_type(kind).map_or("run---mount", |text| text.anchor);
    let (usage, about) = match usual_key(key) {
        "type" => ("type=<bind|cache|secret|ssh|tmpfs>", "What is mounted; `bind` when it is not given."),
        "source" => {
            ("source=<path>", "The path inside of `from` that is mounted; its root when it is not given.")
        }
        "target" => ("target=<path>", target(kind)),
        "from" => (
            "from=<stage|image|context>",
            "Where the files come from: a stage above this one (by name, not by index), an image or a named build context. Without it a `bind` mount takes the build context, a `cache` starts empty.",
        ),
        "readonly" => ("readonly", "Forbids writing to the mount."),
        "readwrite" => {
            ("readwrite", "Allows writing to the mount; what is written is thrown away after the command.")
        }
        "required" => (
            "required",
            "Fails the command when the secret or agent is not given to the build; without it the command runs all the same.",
        ),
        "id" => ("id=<id>", id(kind)),
        "size" => ("size=<bytes>", "The largest size of the file system, as in `64m`."),
        "sharing" => (
            "sharing=<shared|private|locked>",
            "What happens when two builds write to the cache: both at once (`shared`, the default), each its own (`private`), or one after the other (`locked`).",
        ),
        "mode" => ("mode=<octal>", mode(kind)),
        "uid" => ("uid=<number>", "The user that owns the mount: `0` unless given."),
        "gid" => ("gid=<number>", "The group that owns the mount: `0` unless given."),
        "env" => (
            "env=<name>",
            "Puts the secret into this environment variable for the command. Without `target` there is no file then.",
        ),
        _ => return None,
    };
    Some(Text::new(usage, about, anchor))
}

fn target(kind: &str) -> &'static str {
    match kind {
        "secret" => "The file that holds the secret: `/run/secrets/<id>` unless given.",
        "ssh" => "The agent's socket: `/run/buildkit/ssh_agent.<n>` unless given.",
        _ => "The path that the command sees; a relative one counts from `WORKDIR`.",
    }
}

fn id(kind: &str) -> &'static str {
    match kind {
        "secret" => {
            "The secret's name in `docker build --secret id=…`; the last part of `target` unless given."
        }
        "ssh" => "The agent's name in `docker build --ssh`; `default` unless given.",
        _ => "Which cache it is: mounts with the same id share it. `target` unless given.",
    }
}

fn mode(kind: &str) -> &'static str {
    match kind {
        "secret" => "The file's permissions: `0400` unless given.",
        "ssh" => "The socket's permissions: `0600` unless given.",
        _ => "The permissions of a new cache folder: `0755` unless given.",
    }
}

/// The text about a value of `sharing`.
pub(in crate::ide) fn mount_sharing(mode: &str) -> Option<Text> {
    let (usage, about) = match mode {
        "shared" => ("sharing=shared", "Several builds may write to the cache at once. This is the default."),
        "private" => ("sharing=private", "A build that finds the cache in use gets another one of its own."),
        "locked" => (
            "sharing=locked",
            "A build that finds the cache in use waits for it; package managers such as apt need that.",
        ),
        _ => return None,
    };
    Some(Text::new(usage, about, "run---mounttypecache"))
}
