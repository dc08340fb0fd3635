//! What a RUN does to the system that an application runs in: packages, users, directories.

use super::paths;
use super::profile::Profile;
use super::shell::{Command, Word};
use super::view::View;
use crate::model::Instruction;
use rustc_hash::FxHashSet;

/// What a RUN is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It belongs to the build.
    Build {
        /// Whether it also prepares the system.
        prepares: bool,
    },
    /// It prepares the system that the application runs in.
    Setup(Setup),
    /// It fetches lists of packages, for RUNs behind it that install some.
    Lists,
    /// It leaves nothing that matters.
    Nothing,
    /// Nobody can tell.
    Unknown,
}

/// What a RUN prepares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Setup {
    /// Packages that it installs.
    pub(super) packages: Vec<String>,
    /// Whether it fetches the lists of packages itself.
    pub(super) lists: bool,
    /// Words of the commands that create users and groups: their names are among them.
    pub(super) users: Vec<String>,
    /// Directories that it creates.
    pub(super) dirs: FxHashSet<String>,
}

/// Directories that every base image has.
const SYSTEM_DIRS: [&str; 16] = [
    "/",
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/local/bin",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/tmp",
];

/// Packages that are there for builds.
const BUILD_PACKAGES: [&str; 17] = [
    "maven",
    "gradle",
    "dos2unix",
    "gcc",
    "g++",
    "make",
    "cmake",
    "build-essential",
    "build-base",
    "binutils",
    "nodejs",
    "npm",
    "git",
    "unzip",
    "zip",
    "tar",
    "findutils",
];

enum Effect {
    Build,
    Lists,
    Packages(Vec<String>),
    Users,
    Dirs(Vec<String>),
    System,
    Nothing,
    Unknown,
}

/// What `run` is for. `dirs` are directories that the final stage has by then.
pub(super) fn purpose(
    view: &View<'_>,
    profile: &dyn Profile,
    run: Instruction<'_>,
    build_dir: &str,
    dirs: &FxHashSet<String>,
) -> Purpose {
    let Some(commands) = view.script_with_dirs(run) else {
        let calls_build = ["mvnw", "mvn "].iter().any(|it| view.says(run, it));
        return if calls_build { Purpose::Build { prepares: true } } else { Purpose::Unknown };
    };
    let workdir = view.workdir_before(run.id);
    let mut setup = Setup::default();
    let (mut build, mut prepares, mut unknown) = (false, false, false);
    for (command, dir) in &commands {
        let known = |path: &str| {
            SYSTEM_DIRS.contains(&path)
                || dirs.contains(path)
                || setup.dirs.contains(path)
                || workdir.is_some_and(|it| paths::is_within(it, path))
        };
        match effect(profile, command, dir.as_deref(), build_dir, &known) {
            Effect::Build => build = true,
            Effect::Lists => setup.lists = true,
            Effect::Packages(names) => {
                // apk keeps no lists then.
                setup.lists |= command.argv().iter().any(|word| word.text == "--no-cache");
                prepares |= names.iter().any(|it| !BUILD_PACKAGES.contains(&it.as_str()));
                setup.packages.extend(names);
            }
            Effect::Users => {
                prepares = true;
                setup.users.extend(command.argv().iter().skip(1).map(|word| word.text.clone()));
            }
            Effect::Dirs(created) => {
                prepares |= created.iter().any(|it| !known(it));
                setup.dirs.extend(created);
            }
            Effect::System => prepares = true,
            Effect::Nothing => {}
            Effect::Unknown => unknown = true,
        }
    }
    match (build, unknown, prepares) {
        (true, _, prepares) => Purpose::Build { prepares },
        (_, true, _) => Purpose::Unknown,
        (_, _, true) => Purpose::Setup(setup),
        _ if setup.lists && setup.packages.is_empty() => Purpose::Lists,
        _ => Purpose::Nothing,
    }
}

fn effect(
    profile: &dyn Profile,
    command: &Command,
    dir: Option<&str>,
    build_dir: &str,
    exists: &dyn Fn(&str) -> bool,
) -> Effect {
    if profile.is_build_command(command) {
        return Effect::Build;
    }
    let argv = command.argv();
    let operands: Vec<&Word> = argv.iter().skip(1).filter(|it| !it.text.starts_with('-')).collect();
    let resolve = |word: &Word| Some(paths::join(dir?, word.exact()?));
    let outside = |path: &str| build_dir != "/" && !paths::is_within(path, build_dir);
    match command.program() {
        "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf" => packages(command.program(), &operands),
        "useradd" | "adduser" | "groupadd" | "addgroup" | "usermod" => Effect::Users,
        "mkdir" => match operands.iter().map(|it| resolve(it)).collect::<Option<Vec<_>>>() {
            Some(created) => Effect::Dirs(created),
            None => Effect::Unknown,
        },
        // The first operand is the mode or the owner.
        "chmod" | "chown" | "chgrp" => match operands.get(1..).unwrap_or_default() {
            [] => Effect::Unknown,
            paths if paths.iter().all(|it| resolve(it).is_some_and(|it| exists(&it))) => Effect::System,
            _ => Effect::Unknown,
        },
        "ln" => match operands.last().and_then(|it| resolve(it)) {
            Some(link) if outside(&link) => Effect::System,
            _ => Effect::Unknown,
        },
        "echo" | "printf" => match command.redirects.first() {
            None => Effect::Nothing,
            Some(file) => match resolve(file) {
                Some(file) if outside(&file) => Effect::System,
                _ => Effect::Unknown,
            },
        },
        "locale-gen" | "update-ca-certificates" | "update-ca-trust" | "dpkg-reconfigure" | "fc-cache" => {
            Effect::System
        }
        "cd" | "true" | "set" | "ls" | "pwd" | "cat" | "java" | "export" | "rm" | "sleep" => Effect::Nothing,
        _ => Effect::Unknown,
    }
}

/// What a package manager's command leaves.
fn packages(manager: &str, operands: &[&Word]) -> Effect {
    let [subcommand, rest @ ..] = operands else { return Effect::Nothing };
    match subcommand.text.as_str() {
        "install" | "add" => {
            let name = |word: &&Word| word.text.split(['=', '~', '<', '>']).next().unwrap_or("").to_owned();
            Effect::Packages(rest.iter().map(name).collect())
        }
        // For yum and dnf that is an upgrade; they need no lists.
        "update" if manager.starts_with("ap") => Effect::Lists,
        "update" => Effect::System,
        "upgrade" | "dist-upgrade" => Effect::System,
        _ => Effect::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::profile;
    use crate::model::SourceFile;
    use crate::syntax::Keyword;
    use expect_test::{Expect, expect};

    fn check(run: &str, expected: Expect) {
        let text =
            format!("FROM eclipse-temurin:21-jdk\nWORKDIR /app\nRUN {run}\nCMD ./mvnw spring-boot:run\n");
        let file = SourceFile::new(&text);
        let view = View::new(&file).unwrap();
        let profile = profile::find(&view).unwrap();
        let run = view.all(Keyword::Run).next().unwrap();
        expected.assert_eq(&format!("{:?}", purpose(&view, profile, run, "/app", &FxHashSet::default())));
    }

    #[test]
    fn packages_are_found() {
        check(
            "apt-get update && apt-get install -y --no-install-recommends fontconfig=2.13 tzdata && rm -rf /var/lib/apt/lists/*",
            expect![[
                r#"Setup(Setup { packages: ["fontconfig", "tzdata"], lists: true, users: [], dirs: {} })"#
            ]],
        );
        check("apt-get update", expect!["Lists"]);
        check("apk add --no-cache git maven", expect!["Nothing"]);
        check("apk add dos2unix && dos2unix mvnw && chmod +x mvnw", expect!["Build { prepares: false }"]);
    }

    #[test]
    fn users_and_directories() {
        check(
            "addgroup -S spring && adduser -S spring -G spring",
            expect![[
                r#"Setup(Setup { packages: [], lists: false, users: ["-S", "spring", "-S", "spring", "-G", "spring"], dirs: {} })"#
            ]],
        );
        check(
            "mkdir -p /data/files && chown 1000:1000 /data/files /app",
            expect![[r#"Setup(Setup { packages: [], lists: false, users: [], dirs: {"/data/files"} })"#]],
        );
        check("mkdir -p /app", expect!["Nothing"]);
        check("chown -R app /app/target", expect!["Unknown"]);
    }

    #[test]
    fn the_build_and_what_is_not_understood() {
        check("./mvnw -B verify", expect!["Build { prepares: false }"]);
        check("useradd app && ./mvnw verify", expect!["Build { prepares: true }"]);
        check("for x in a b; do echo $x; done", expect!["Unknown"]);
        check("curl -O https://example.com/agent.jar", expect!["Unknown"]);
    }
}
