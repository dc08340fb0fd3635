//! Commands of a RUN that bring a build its tools, or its sources, and nothing that an application runs with.

use super::paths;
use super::shell::{Command, Word};

/// Words of addresses from which people fetch toolchains.
const TOOLCHAINS: [&str; 16] = [
    "//go.dev/dl/",
    "//golang.org/dl/",
    "//dl.google.com/go/",
    "//storage.googleapis.com/golang/",
    "//sh.rustup.rs",
    "//static.rust-lang.org/",
    "//ziglang.org/download/",
    "//ziglang.org/builds/",
    "//get.haskellstack.org",
    "//get-ghcup.haskell.org",
    "//github.com/Kitware/CMake/",
    "//cmake.org/files/",
    "//services.gradle.org/distributions/",
    "/dist/maven/",
    "/maven/maven-3/",
    "//apt.llvm.org/",
];

/// Where the packages of Node come from.
const NODE: [&str; 5] = [
    "//deb.nodesource.com/",
    "//rpm.nodesource.com/",
    "//nodejs.org/dist/",
    "//raw.githubusercontent.com/nvm-sh/nvm/",
    "//dl.yarnpkg.com/",
];

/// Whether a command fetches a toolchain. Node is one for builds that do not run on it.
pub(super) fn fetches_toolchain(command: &Command) -> bool {
    let fetches = matches!(command.program(), "curl" | "wget" | "add-apt-repository");
    let from = |place: &str| command.argv().iter().any(|word| word.text.contains(place));
    fetches && TOOLCHAINS.iter().chain(&NODE).any(|it| from(it))
}

/// Whether a command builds what the project's own files say, in whatever language that is.
pub(super) fn is_project_build(command: &Command) -> bool {
    let argv = command.argv();
    let is_script = |path: &str| {
        let name = paths::file_name(path);
        name.ends_with(".sh") && (name.starts_with("build") || name.starts_with("make"))
    };
    match command.program() {
        // That puts files elsewhere.
        "make" | "gmake" | "just" | "task" | "mage" | "bazel" => {
            !argv.iter().any(|it| it.text.contains("install"))
        }
        "sh" | "bash" => argv.get(1).is_some_and(|it| is_script(&it.text)),
        program => is_script(program),
    }
}

/// Whether a command brings sources into the directory that the build runs in, or changes what lies there.
pub(super) fn prepares_sources(command: &Command, dir: &str, build_dir: &str) -> bool {
    if build_dir == "/" {
        return false;
    }
    let operands: Vec<&Word> = command.argv().iter().skip(1).filter(|it| !it.text.starts_with('-')).collect();
    let is_inside = |word: &Word| {
        !word.text.contains('$')
            && !word.dynamic
            && paths::is_within(&paths::join(dir, &word.text), build_dir)
    };
    match (command.program(), operands.as_slice()) {
        ("git", [clone, rest @ ..]) if clone.text == "clone" => {
            clones_into(rest).is_some_and(|to| paths::is_within(build_dir, &paths::join(dir, to)))
        }
        ("git", _) => paths::is_within(dir, build_dir),
        ("cp" | "mv" | "touch", [_, ..]) => operands.iter().all(|it| is_inside(it)),
        // The first operand is the expression.
        ("sed", [_, files @ ..]) => !files.is_empty() && files.iter().all(|it| is_inside(it)),
        ("dos2unix", files) => files.iter().all(|it| is_inside(it)),
        _ => false,
    }
}

/// The directory that `git clone` makes, for the words behind it: the last one, or the name of the repository.
fn clones_into<'w>(operands: &[&'w Word]) -> Option<&'w str> {
    let is_address = |word: &Word| word.text.contains("://") || word.text.starts_with("git@");
    let at = operands.iter().position(|it| is_address(it))?;
    match operands.get(at + 1) {
        Some(dir) => dir.exact(),
        None => {
            let name = paths::file_name(operands[at].exact()?);
            Some(name.strip_suffix(".git").unwrap_or(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::shell;

    fn first(text: &str) -> Command {
        shell::parse(text).unwrap().remove(0)
    }

    #[test]
    fn toolchains_are_fetched() {
        for text in [
            "curl -sSf https://sh.rustup.rs | sh -s -- -y",
            "wget -q https://go.dev/dl/go1.22.0.linux-amd64.tar.gz",
            "curl -fsSL https://deb.nodesource.com/setup_20.x | bash -",
        ] {
            assert!(fetches_toolchain(&first(text)), "{text}");
        }
        for text in ["curl -O https://example.com/model.bin", "echo https://go.dev/dl/"] {
            assert!(!fetches_toolchain(&first(text)), "{text}");
        }
    }

    #[test]
    fn sources_are_prepared_where_the_build_runs() {
        for (text, wanted) in [
            ("git clone --depth 1 https://example.com/shop.git .", true),
            ("git clone https://example.com/shop.git", false),
            ("git clone https://example.com/shop.git /src", true),
            ("git clone https://example.com/plugins.git /plugins", false),
            ("cp -r ui/dist/* static/", true),
            ("cp shop.conf /etc/shop.conf", false),
            ("sed -i s/a/b/ Makefile", true),
            ("sed -i s/a/b/ /etc/hosts", false),
            ("cp a $TO", false),
        ] {
            assert_eq!(prepares_sources(&first(text), "/src", "/src"), wanted, "{text}");
        }
        assert!(!prepares_sources(&first("cp a b"), "/", "/"));
    }
}
