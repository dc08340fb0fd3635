//! What a RUN does to the system that an application runs in: packages, users, directories.

use super::packages::{self, Role};
use super::paths;
use super::profile::{self, Profile};
use super::runtime::System;
use super::shell::{Command, Word};
use super::tools_and_sources::{fetches_toolchain, is_project_build, prepares_sources};
use super::view::View;
use crate::model::Instruction;
use rustc_hash::FxHashSet;

/// What a RUN is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It belongs to the build, whatever else it does.
    Build(Setup),
    /// It prepares the system that the application runs in.
    Setup(Setup),
    /// It fetches lists of packages, for RUNs behind it that install some.
    Lists,
    /// It leaves nothing that matters.
    Nothing,
    /// Nobody can tell all that it does.
    Unknown(Setup),
}

/// What a RUN prepares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Setup {
    /// Packages that it installs.
    pub(super) packages: Vec<String>,
    /// What it installs them with.
    pub(super) manager: Option<System>,
    /// Whether it fetches the lists of packages itself.
    pub(super) lists: bool,
    /// Words of the commands that create users and groups: their names are among them.
    pub(super) users: Vec<String>,
    /// Directories that it creates.
    pub(super) dirs: FxHashSet<String>,
    /// Files outside of the build that it downloads.
    pub(super) downloads: Vec<String>,
    /// Whether it prepares more than packages.
    pub(super) prepares: bool,
}

/// Directories that every base image has.
const SYSTEM_DIRS: [&str; 18] = [
    "/",
    "/bin",
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/usr/local/bin",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/tmp",
];

/// Whether a path lies in a directory of the system, so that a build which runs in `/` did not make it.
pub(super) fn is_of_system(path: &str) -> bool {
    let top = path.trim_start_matches('/').split('/').next().unwrap_or("");
    let is_listed = || SYSTEM_DIRS.iter().any(|it| it.strip_prefix('/') == Some(top));
    !top.is_empty() && is_listed() || matches!(top, "lib" | "lib64" | "sbin")
}

enum Effect {
    Build,
    Lists,
    Packages(System, Vec<String>),
    Users,
    Dirs(Vec<String>),
    Download(String),
    Upgrade,
    System,
    Nothing,
    Unknown,
}

/// What `run` is for. `dirs` are directories and files that the final stage has by then.
pub(super) fn purpose(
    view: &View<'_>,
    profile: &dyn Profile,
    run: Instruction<'_>,
    build_dir: &str,
    dirs: &FxHashSet<String>,
) -> Purpose {
    let Some(commands) = view.script_with_dirs(run) else {
        return Purpose::Unknown(Setup::default());
    };
    let workdir = view.workdir_before(run.id);
    let mut setup = Setup::default();
    let (mut build, mut unknown, mut upgrades) = (false, false, false);
    // Directories below that of the build are the build's own where the same RUN builds.
    let mut inner_dirs = false;
    for (command, dir) in &commands {
        let known = |path: &str| {
            SYSTEM_DIRS.contains(&path)
                || dirs.contains(path)
                || setup.dirs.contains(path)
                || setup.downloads.iter().any(|it| it == path)
                || workdir.is_some_and(|it| it != "/" && paths::is_within(it, path))
        };
        match effect(profile, command, dir.as_deref(), build_dir, &known) {
            Effect::Build => build = true,
            Effect::Lists => setup.lists = true,
            Effect::Packages(manager, names) => {
                // apk keeps no lists then, and others need none.
                setup.lists |=
                    manager != System::Apt && command.argv().iter().any(|word| word.text == "--no-cache");
                setup.packages.extend(names);
                setup.manager = Some(manager);
            }
            Effect::Users => {
                setup.prepares = true;
                setup.users.extend(command.argv().iter().skip(1).map(|word| word.text.clone()));
            }
            Effect::Dirs(created) => {
                let (inner, outer): (Vec<_>, Vec<_>) =
                    created.into_iter().partition(|it| build_dir != "/" && paths::is_within(it, build_dir));
                setup.prepares |= outer.iter().any(|it| !known(it));
                inner_dirs |= inner.iter().any(|it| !known(it));
                setup.dirs.extend(inner.into_iter().chain(outer));
            }
            Effect::Download(file) => {
                setup.prepares = true;
                setup.downloads.push(file);
            }
            Effect::Upgrade => upgrades = true,
            Effect::System if adds_certificates(command) && !brings_certificates(view) => {}
            Effect::System => setup.prepares = true,
            Effect::Nothing => {}
            Effect::Unknown => unknown = true,
        }
    }
    setup.prepares |= inner_dirs && !build;
    // Together with packages it is not worth a stage that has them all.
    setup.prepares |= upgrades && setup.packages.is_empty();
    match (build, unknown) {
        (true, _) => Purpose::Build(setup),
        (_, true) => Purpose::Unknown(setup),
        _ if setup.prepares || !setup.packages.is_empty() => Purpose::Setup(setup),
        _ if setup.lists => Purpose::Lists,
        _ => Purpose::Nothing,
    }
}

/// Whether a command makes certificates known. Those of the package are known already.
fn adds_certificates(command: &Command) -> bool {
    matches!(command.program(), "update-ca-certificates" | "update-ca-trust")
}

/// Whether the file speaks of certificates of its own.
fn brings_certificates(view: &View<'_>) -> bool {
    let signs = ["/usr/local/share/ca-certificates", "/etc/pki", ".crt", ".pem", ".cer"];
    view.instructions().any(|it| signs.iter().any(|sign| view.says(it, sign)))
}

/// Whether a RUN only prints something while it is built.
pub(super) fn only_prints(view: &View<'_>, run: Instruction<'_>) -> bool {
    let prints = |it: &Command| {
        matches!(it.program(), "ls" | "dir" | "pwd" | "cat" | "echo" | "printf" | "which")
            && it.redirects.is_empty()
    };
    view.script(run).is_some_and(|commands| !commands.is_empty() && commands.iter().all(prints))
}

/// What the final stage needs of these packages.
pub(super) struct Needed {
    /// The packages to install there.
    pub(super) packages: Vec<String>,
    /// Whether these are the packages that the builder installs, all of them.
    pub(super) all: bool,
    /// Packages with headers whose library is not known.
    pub(super) unknown: Vec<String>,
}

impl Setup {
    /// What one of its packages means for the final stage.
    pub(super) fn role(&self, package: &str, profile: &dyn Profile, for_build: &[&str]) -> Role {
        if profile.is_build_package(package) || for_build.contains(&package) {
            return Role::Build;
        }
        packages::role(package, self.manager.unwrap_or(System::Apt))
    }

    /// What the final stage needs of its packages.
    pub(super) fn needed(&self, profile: &dyn Profile, for_build: &[&str]) -> Needed {
        let mut needed = Needed { packages: Vec::new(), all: true, unknown: Vec::new() };
        for package in &self.packages {
            match self.role(package, profile, for_build) {
                Role::Runtime => needed.packages.push(package.clone()),
                Role::Build => needed.all = false,
                Role::Replaced(libraries) => {
                    needed.all = false;
                    needed.packages.extend(libraries.into_iter().map(str::to_owned));
                }
                Role::Unknown => {
                    needed.all = false;
                    needed.unknown.push(package.clone());
                }
            }
        }
        needed
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
    if profile.is_setup_command(command) {
        return Effect::System;
    }
    if !profile.runs_sources() {
        let inside = |dir: &str| build_dir != "/" && paths::is_within(dir, build_dir);
        let builds_a_part =
            || (profile::any_builds(command) || is_project_build(command)) && dir.is_some_and(inside);
        let prepares = || dir.is_some_and(|dir| prepares_sources(command, dir, build_dir));
        if builds_a_part() || fetches_toolchain(command) || prepares() {
            return Effect::Build;
        }
    }
    let argv = command.argv();
    let argv = if argv.first().is_some_and(|it| it.text == "sudo") { &argv[1..] } else { argv };
    let operands: Vec<&Word> = argv.iter().skip(1).filter(|it| !it.text.starts_with('-')).collect();
    let resolve = |word: &Word| Some(paths::join(dir?, word.exact()?));
    let outside = |path: &str| build_dir != "/" && !paths::is_within(path, build_dir);
    match super::shell::program_name(argv.first()) {
        "" if argv.is_empty() => Effect::Nothing,
        program @ ("apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf") => {
            packages_of(program, argv, &operands)
        }
        "useradd" | "adduser" | "groupadd" | "addgroup" | "usermod" | "groupmod" => Effect::Users,
        "mkdir" => match operands.iter().map(|it| resolve(it)).collect::<Option<Vec<_>>>() {
            Some(created) => Effect::Dirs(created),
            None => Effect::Unknown,
        },
        // The first operand is the mode or the owner.
        "chmod" | "chown" | "chgrp" => match operands.get(1..).unwrap_or_default() {
            [] => Effect::Unknown,
            paths if paths.iter().all(|it| resolve(it).is_some_and(|it| exists(&it))) => Effect::System,
            // What the build makes comes over with its mode.
            paths
                if !profile.runs_sources()
                    && paths.iter().all(|it| resolve(it).is_some_and(|it| !outside(&it))) =>
            {
                Effect::Nothing
            }
            _ => Effect::Unknown,
        },
        "ln" => match operands.last().and_then(|it| resolve(it)) {
            Some(link) if outside(&link) => Effect::System,
            _ => Effect::Unknown,
        },
        "curl" | "wget" => match download(argv).and_then(|it| Some(paths::join(dir?, it))) {
            Some(file) if outside(&file) && file.contains("bin/") => Effect::Download(file),
            _ => Effect::Unknown,
        },
        "echo" | "printf" => match command.redirects.first() {
            None => Effect::Nothing,
            Some(file) => match resolve(&file.word) {
                Some(file) if outside(&file) => Effect::System,
                _ => Effect::Unknown,
            },
        },
        "locale-gen" | "update-ca-certificates" | "update-ca-trust" | "dpkg-reconfigure" | "fc-cache" => {
            Effect::System
        }
        "rm" if profile.runs_sources() && operands.iter().any(|it| !is_litter(&it.text)) => Effect::Unknown,
        "cd" | "true" | "set" | "ls" | "dir" | "pwd" | "cat" | "java" | "export" | "rm" | "sleep"
        | "which" | "find" | "apt-mark" | "test" | "[" => Effect::Nothing,
        _ => Effect::Unknown,
    }
}

/// Whether a path is one where package managers leave what nobody needs.
fn is_litter(path: &str) -> bool {
    ["/var/lib/apt", "/var/cache", "/tmp", "/root/.cache", "/root/.npm", "/usr/share/doc", "~"]
        .iter()
        .any(|it| path.starts_with(it))
}

/// The file that `curl -o FILE` or `wget -O FILE` writes, the letter alone or at the end of several.
fn download(argv: &[Word]) -> Option<&str> {
    let letter = if argv.first()?.text.ends_with("curl") { 'o' } else { 'O' };
    let mut words = argv.iter().skip(1);
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if matches!(text, "--output" | "--output-document") {
            return words.next().and_then(Word::exact);
        }
        if let Some(value) =
            text.strip_prefix("--output=").or_else(|| text.strip_prefix("--output-document="))
        {
            return Some(value).filter(|_| word.exact().is_some());
        }
        let cluster = text.strip_prefix('-').filter(|it| !it.starts_with('-'));
        if let Some((before, value)) = cluster.and_then(|it| it.split_once(letter))
            && before.chars().all(|c| c.is_ascii_alphabetic())
        {
            return if value.is_empty() {
                words.next().and_then(Word::exact)
            } else {
                word.exact().map(|_| value)
            };
        }
    }
    None
}

/// What a package manager's command leaves.
fn packages_of(manager: &str, argv: &[Word], operands: &[&Word]) -> Effect {
    let [subcommand, rest @ ..] = operands else { return Effect::Nothing };
    let system = match manager {
        "apk" => System::Apk,
        "microdnf" => System::Microdnf,
        "yum" | "dnf" => System::Rpm,
        _ => System::Apt,
    };
    match subcommand.text.as_str() {
        // What has a name of its own to be removed by is for builds.
        "add" if argv.iter().any(|it| it.text.starts_with("--virtual") || it.text == "-t") => Effect::Build,
        "install" | "add" | "groupinstall" => {
            let known = rest.iter().filter(|it| it.exact().is_some());
            let name = |word: &&&Word| word.text.split(['=', '~', '<', '>']).next().unwrap_or("").to_owned();
            Effect::Packages(system, known.map(|it| name(&it)).filter(|it| !it.contains('/')).collect())
        }
        // For yum and dnf that is an upgrade; they need no lists.
        "update" if manager.starts_with("ap") => Effect::Lists,
        "update" => Effect::System,
        "upgrade" | "dist-upgrade" => Effect::Upgrade,
        _ => Effect::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::{ContextFiles, profile};
    use crate::model::SourceFile;
    use crate::syntax::Keyword;
    use expect_test::{Expect, expect};

    fn check(run: &str, expected: Expect) {
        let text =
            format!("FROM eclipse-temurin:21-jdk\nWORKDIR /app\nRUN {run}\nCMD ./mvnw spring-boot:run\n");
        let file = SourceFile::new(&text);
        let context = ContextFiles::default();
        let view = View::new(&file, super::super::Request::of(&context)).unwrap();
        let profile = profile::find(&view).unwrap();
        let run = view.all(Keyword::Run).next().unwrap();
        let purpose = purpose(&view, profile, run, "/app", &FxHashSet::default());
        let (name, setup) = match &purpose {
            Purpose::Build(setup) => ("build", Some(setup)),
            Purpose::Setup(setup) => ("setup", Some(setup)),
            Purpose::Unknown(setup) => ("unknown", Some(setup)),
            Purpose::Lists => ("lists", None),
            Purpose::Nothing => ("nothing", None),
        };
        let mut out = name.to_owned();
        if let Some(setup) = setup {
            for (what, list) in
                [("packages", &setup.packages), ("users", &setup.users), ("files", &setup.downloads)]
            {
                if !list.is_empty() {
                    out.push_str(&format!(", {what}: {}", list.join(" ")));
                }
            }
            for dir in &setup.dirs {
                out.push_str(&format!(", dir: {dir}"));
            }
            out.push_str(if setup.lists { ", with lists" } else { "" });
            out.push_str(if setup.prepares { ", prepares" } else { "" });
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn packages_are_found() {
        check(
            "apt-get update && apt-get install -y --no-install-recommends fontconfig=2.13 tzdata && rm -rf /var/lib/apt/lists/*",
            expect!["setup, packages: fontconfig tzdata, with lists"],
        );
        check("apt-get update", expect!["lists"]);
        check("apk add --no-cache git maven", expect!["setup, packages: git maven, with lists"]);
        check("apk add dos2unix && dos2unix mvnw && chmod +x mvnw", expect!["build, packages: dos2unix"]);
    }

    #[test]
    fn the_directories_of_the_system() {
        for (path, wanted) in
            [("/", false), ("/etc/shop.conf", true), ("/usr/local/bin/x", true), ("/src", false)]
        {
            assert_eq!(is_of_system(path), wanted, "{path}");
        }
    }

    #[test]
    fn users_and_directories() {
        check(
            "addgroup -S spring && adduser -S spring -G spring",
            expect!["setup, users: -S spring -S spring -G spring, prepares"],
        );
        check(
            "mkdir -p /data/files && chown 1000:1000 /data/files /app",
            expect!["setup, dir: /data/files, prepares"],
        );
        check("mkdir -p /app", expect!["nothing"]);
        check("chown -R app /app/target", expect!["nothing"]);
    }

    #[test]
    fn the_build_and_what_is_not_understood() {
        check("./mvnw -B verify", expect!["build"]);
        check("useradd app && ./mvnw verify", expect!["build, users: app, prepares"]);
        check("for x in a b; do echo $x; done", expect!["unknown"]);
        check(
            "curl -sLo /usr/local/bin/probe https://example.com/probe && chmod +x /usr/local/bin/probe",
            expect!["setup, files: /usr/local/bin/probe, prepares"],
        );
        check("curl -O https://example.com/agent.jar", expect!["unknown"]);
    }
}
