//! Node: what its profiles share.
//!
//! Three profiles: [`built`] for services whose sources a build turns into others (TypeScript, Next, Nuxt),
//! [`plain`] for services that run as they are, and [`site`] for pages that a build makes and any web server serves.

mod built;
mod next;
mod pages;
mod plain;
mod site;

pub(super) use built::Built;
pub(super) use pages::built_beside;
pub(super) use plain::Plain;
pub(super) use site::Site;

use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::project::package::Package;
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::{Command, Word, program_name};
use crate::assists::split_stage::view::View;
use crate::model::tools::option;
use crate::model::{ImageRef, Instruction};
use crate::syntax::Keyword;

/// Whether the stage stands on an image of Node.
fn is_node(view: &View<'_>) -> bool {
    matches!(runtime::name(&ImageRef::parse(&view.stage.base_text)), "node" | "bun")
}

/// A package manager of Node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Npm,
    Yarn,
    Pnpm,
    Bun,
}

impl Manager {
    fn of(program: &str) -> Option<Self> {
        match program {
            "npm" => Some(Self::Npm),
            "yarn" | "yarnpkg" => Some(Self::Yarn),
            "pnpm" => Some(Self::Pnpm),
            "bun" => Some(Self::Bun),
            _ => None,
        }
    }
}

/// What a package manager is called to do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Job {
    /// Install what the project depends on; whether without what only its development needs.
    Install { production: bool },
    /// Install programs for the whole image.
    Global(Vec<String>),
    /// Run a script of the project.
    Script(String),
    /// Something else.
    Other,
}

/// The words of a command behind `npx`, `yarn dlx`, `corepack` and the like, or the command itself.
fn unwrapped(argv: &[Word]) -> &[Word] {
    let program = program_name(argv.first());
    let skip = match (program, argv.get(1).map(|it| it.text.as_str())) {
        ("npx" | "bunx" | "corepack", _) => {
            1 + argv[1..].iter().take_while(|it| it.text.starts_with('-')).count()
        }
        ("yarn" | "pnpm" | "npm" | "bun", Some("exec" | "dlx" | "x")) => 2,
        _ => 0,
    };
    argv.get(skip..).unwrap_or_default()
}

/// What a package manager is called to do, if a command calls one.
fn job(argv: &[Word]) -> Option<(Manager, Job)> {
    let argv = unwrapped(argv);
    let manager = Manager::of(program_name(argv.first()))?;
    let words: Vec<&str> = argv.iter().skip(1).map(|it| it.text.as_str()).collect();
    let mut plain: Vec<&str> = Vec::new();
    let mut rest = words.iter().copied();
    while let Some(word) = rest.next() {
        match word {
            "--prefix" | "--cwd" | "-C" | "--dir" | "--filter" | "-w" | "--workspace" | "--cache-folder"
            | "--registry" => {
                rest.next();
            }
            _ if word.starts_with('-') => {}
            _ => plain.push(word),
        }
    }
    let has = |flags: &[&str]| words.iter().any(|it| flags.contains(it));
    let production = has(&[
        "--production",
        "--omit=dev",
        "--only=production",
        "--only=prod",
        "--prod",
        "-P",
        "--production=true",
    ]);
    let global = has(&["-g", "--global", "--location=global"]) || plain.first() == Some(&"global");
    if global {
        let names = plain.iter().skip(if plain.first() == Some(&"global") { 2 } else { 1 });
        return Some((manager, Job::Global(names.map(|it| (*it).to_owned()).collect())));
    }
    let job = match plain.as_slice() {
        [] if manager == Manager::Yarn => Job::Install { production },
        ["install" | "ci" | "i" | "clean-install" | "add", ..] => Job::Install { production },
        ["run" | "run-script", script, ..] => Job::Script((*script).to_owned()),
        ["start" | "test" | "serve", ..] if manager == Manager::Npm => Job::Script(plain[0].to_owned()),
        [known, ..] if NO_SCRIPT.contains(known) => Job::Other,
        // `bun` runs files, too.
        [file, ..] if manager == Manager::Bun && file.contains(['.', '/']) => Job::Other,
        [script, ..] if manager != Manager::Npm => Job::Script((*script).to_owned()),
        _ => Job::Other,
    };
    Some((manager, job))
}

const NO_SCRIPT: [&str; 12] = [
    "audit", "cache", "config", "fetch", "init", "link", "prune", "rebuild", "set", "update", "version",
    "why",
];

/// Whether a command builds the project.
fn is_build(command: &Command) -> bool {
    let argv = unwrapped(command.argv());
    if let Some((_, Job::Script(script))) = job(argv) {
        return ["build", "compile", "bundle", "generate", "transpile", "export", "dist", "prod"].iter().any(
            |it| {
                script == *it
                    || script.starts_with(&format!("{it}:"))
                    || script.ends_with(&format!(":{it}"))
                    || script.contains("build")
            },
        );
    }
    let program = program_name(argv.first());
    let sub = argv.get(1).map_or("", |it| it.text.as_str());
    match program {
        "tsc" | "webpack" | "rollup" | "esbuild" | "tsup" | "swc" | "babel" | "parcel" => true,
        "ng" | "vite" | "next" | "nuxt" | "nest" | "nx" | "turbo" | "react-scripts" | "vue-cli-service"
        | "gatsby" | "astro" | "remix" | "svelte-kit" | "ember" | "quasar" | "expo" => {
            matches!(sub, "build" | "b" | "run" | "generate" | "export" | "run-many")
        }
        _ => false,
    }
}

/// Whether a command is for the build of a Node project.
fn is_node_command(command: &Command) -> bool {
    if is_build(command) {
        return true;
    }
    let argv = unwrapped(command.argv());
    match job(argv) {
        Some((_, Job::Global(names))) => !names.iter().any(|it| is_server_tool(it)),
        Some(_) => true,
        None => {
            let word = command.argv().first().map_or("", |it| it.text.as_str());
            matches!(word, "npx" | "corepack" | "bunx")
                || matches!(
                    program_name(argv.first()),
                    "prisma" | "tsc" | "lerna" | "node-gyp" | "playwright" | "puppeteer"
                )
        }
    }
}

/// Programs that are installed to run the application.
fn is_server_tool(package: &str) -> bool {
    let name = package.split('@').next().unwrap_or(package);
    matches!(
        name,
        "pm2" | "forever" | "serve" | "http-server" | "dotenv-cli" | "env-cmd" | "nodemon" | "cross-env"
    )
}

/// Environment that only builds read.
fn is_build_env(name: &str) -> bool {
    ["NPM_CONFIG_", "npm_config_", "YARN_", "COREPACK_", "PNPM_"].iter().any(|it| name.starts_with(it))
}

/// A RUN with a command of some kind, and the directory it runs in.
struct Step<'a> {
    run: Instruction<'a>,
    dir: String,
    manager: Option<Manager>,
    production: bool,
}

/// The RUNs that install dependencies, and those that build, in order.
fn steps<'a>(view: &View<'a>) -> (Vec<Step<'a>>, Vec<Step<'a>>) {
    let (mut installs, mut builds) = (Vec::new(), Vec::new());
    for run in view.all(Keyword::Run) {
        let Some(commands) = view.script_with_dirs(run) else { continue };
        for (command, dir) in &commands {
            let Some(dir) = dir.as_deref().or_else(|| view.workdir_before(run.id)) else { continue };
            let at = |manager, production| Step { run, dir: prefixed(command, dir), manager, production };
            if is_build(command) {
                builds.push(at(job(command.argv()).map(|it| it.0), false));
            } else if let Some((manager, Job::Install { production })) = job(command.argv()) {
                installs.push(at(Some(manager), production));
            }
        }
    }
    (installs, builds)
}

/// The directory that `--prefix`, `--cwd` or `-C` names.
fn prefixed(command: &Command, dir: &str) -> String {
    let mut words = command.argv().iter().map(|it| it.text.as_str());
    while let Some(word) = words.next() {
        if matches!(word, "--prefix" | "--cwd" | "-C") {
            return words.next().map_or_else(|| dir.to_owned(), |it| paths::join(dir, it));
        }
    }
    dir.to_owned()
}

/// What the command of the image starts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Starts {
    /// `node FILE`
    File(String),
    /// A script of the project that nobody can read here.
    Script(String),
    /// `next start`, with what it says about where to listen.
    Next { port: Option<String>, host: Option<String> },
    /// A server of files, for the directory.
    Files {
        dir: Option<String>,
        single_page: bool,
        /// Whether it is the server of Vite, which serves what `vite build` makes.
        of_vite: bool,
    },
    /// A server for development.
    Development(String),
    /// Something else.
    Other(String),
}

/// What a command starts; scripts are looked up in `package`.
fn starts(argv: &[Word], package: Option<&Package>) -> Starts {
    starts_up_to(argv, package, 4)
}

fn starts_up_to(argv: &[Word], package: Option<&Package>, depth: usize) -> Starts {
    let argv = unwrapped(argv);
    let words: Vec<&str> = argv.iter().map(|it| it.text.as_str()).collect();
    let program = program_name(argv.first());
    let plain: Vec<&str> = words.iter().skip(1).copied().filter(|it| !it.starts_with('-')).collect();
    if let Some((_, Job::Script(script))) = job(argv) {
        let name = script.clone();
        let text = package.and_then(|it| it.script(&name));
        if let Some(text) = text.filter(|_| depth > 0) {
            let Some(commands) = crate::assists::split_stage::shell::parse(text) else {
                return Starts::Script(name);
            };
            let Some(last) = commands.last() else { return Starts::Script(name) };
            return starts_up_to(last.argv(), package, depth - 1);
        }
        // `yarn next start` runs a program of the packages where there is no such script.
        let at = argv
            .iter()
            .position(|it| it.text == script)
            .filter(|_| depth > 0 && PROGRAMS.contains(&script.as_str()));
        if let Some(at) = at.filter(|_| !words.contains(&"run")) {
            return starts_up_to(&argv[at..], package, depth - 1);
        }
        let development = ["dev", "develop", "watch", "test", "debug", "storybook", "preview", "local"];
        let part = |it: &str| development.contains(&it);
        if script.split([':', '-']).any(part) || (script == "serve" && package.is_none()) {
            return Starts::Development(script);
        }
        if package.is_some_and(|it| it.scripts_are_known()) && script == "start" {
            return Starts::File("server.js".to_owned());
        }
        return Starts::Script(script);
    }
    match program {
        "node" | "nodejs" | "bun" => match script_of(argv) {
            Some(file) => Starts::File(file.to_owned()),
            None => Starts::Other(words.join(" ")),
        },
        "pm2-runtime" | "forever" => plain
            .iter()
            .find(|it| **it != "start")
            .map_or_else(|| Starts::Other(words.join(" ")), |file| Starts::File((*file).to_owned())),
        "pm2" => plain
            .get(1)
            .map_or_else(|| Starts::Other(words.join(" ")), |file| Starts::File((*file).to_owned())),
        "cross-env" | "env-cmd" | "dotenv" => {
            let skip = 1 + argv[1..]
                .iter()
                .take_while(|it| it.text.contains('=') || it.text.starts_with('-'))
                .count();
            starts_up_to(argv.get(skip..).unwrap_or_default(), package, depth.saturating_sub(1))
        }
        "next" if plain.first() == Some(&"start") => Starts::Next {
            port: option(argv, &["-p", "--port"]).filter(|it| !it.contains('$')).map(str::to_owned),
            host: option(argv, &["-H", "--hostname"]).filter(|it| !it.contains('$')).map(str::to_owned),
        },
        // The first version of Remix keeps a part of its output elsewhere.
        "remix-serve" | "react-router-serve"
            if plain.len() == 1 && plain[0].ends_with("/server/index.js") =>
        {
            Starts::File(plain[0].to_owned())
        }
        "serve" | "http-server" => {
            let dir = directory(argv);
            let single_page =
                words.iter().any(|it| matches!(*it, "-s" | "--single")) || program == "http-server";
            Starts::Files { dir, single_page, of_vite: false }
        }
        "vite" if plain.first() == Some(&"preview") => {
            let dir = option(argv, &["--outDir"]).map(str::to_owned);
            Starts::Files { dir, single_page: true, of_vite: true }
        }
        "vite" | "ng" | "react-scripts" | "vue-cli-service" | "webpack-dev-server" | "nodemon"
        | "ts-node" | "ts-node-dev" | "tsx" | "next" | "nuxt" | "gatsby" | "parcel" | "jest" | "mocha"
        | "vitest" | "webpack" | "astro" | "expo" | "storybook" | "nest" | "react-native" => {
            Starts::Development(words.join(" "))
        }
        _ => Starts::Other(words.join(" ")),
    }
}

/// The script behind the options of `node`.
fn script_of(argv: &[Word]) -> Option<&str> {
    let mut words = argv.iter().skip(1);
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "-r" | "--require" | "--import" | "--loader" | "--experimental-loader" | "--env-file" | "-C" => {
                words.next();
            }
            "run" if program_name(argv.first()) == "bun" => {}
            "-e" | "-p" | "--eval" | "--watch" => return None,
            text if text.starts_with('-') => {}
            _ => return word.exact(),
        }
    }
    None
}

/// The directory that a server of files serves: its first plain word that is no value of an option.
fn directory(argv: &[Word]) -> Option<String> {
    let mut words = argv.iter().skip(1);
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "-l" | "--listen" | "-p" | "--port" | "-a" | "-c" | "--config" | "-d" | "-i" => {
                words.next();
            }
            text if text.starts_with('-') => {}
            _ => return word.exact().map(str::to_owned),
        }
    }
    None
}

/// A copy of the whole build context may bring packages that were installed on another system.
fn note_host_packages(view: &View<'_>, installs: &[Step<'_>], notes: &mut Vec<String>) {
    let whole = view.context_copies().any(|copy| {
        view.sources(copy).any(|it| matches!(it, "." | "./"))
            && view
                .destination(copy)
                .is_some_and(|to| installs.iter().any(|step| paths::is_within(&step.dir, &to)))
    });
    if whole {
        notes.push(
            "Leave node_modules out in .dockerignore: packages of the host may not fit the image.".to_owned(),
        );
    }
}

/// Programs of packages that a command may name behind its package manager.
const PROGRAMS: [&str; 9] = ["next", "node", "nuxt", "serve", "http-server", "vite", "ng", "nest", "nodemon"];

/// Whether a command starts something that only development has.
fn is_for_development(command: &Command) -> bool {
    is_build(command) || matches!(starts(command.argv(), None), Starts::Development(_))
}

/// Why a server for development is not split.
fn refuse_development(what: &str) -> Refusal {
    Refusal::new(format!(
        "the image starts `{what}`, a server for development: start what the build makes instead"
    ))
}

/// `package.json` in the directory, if it is at hand.
fn package(view: &View<'_>, dir: &str) -> Option<Package> {
    Package::read(view.project_file(&paths::join(dir, "package.json"))?)
}

/// The directory of the workspace that the package in `dir` belongs to, if it is in one: packages of the project itself
/// are linked into its `node_modules`, or the packages lie further up, so that they cannot go over alone.
fn workspace(view: &View<'_>, dir: &str, package: Option<&Package>, installs: &[Step<'_>]) -> Option<String> {
    let is_root = |it: &str| {
        let of_pnpm = view
            .project_file(&paths::join(it, "pnpm-workspace.yaml"))
            .is_some_and(|it| it.lines().any(|it| it.starts_with("packages:")));
        of_pnpm || self::package(view, it).is_some_and(|it| it.has_workspaces())
    };
    if package.is_some_and(Package::has_workspaces) || is_root(dir) {
        return Some(dir.to_owned());
    }
    let above =
        || std::iter::successors(Some(paths::parent(dir)), |it| (*it != "/").then(|| paths::parent(it)));
    let above = above().take(16).filter(|it| *it != "/");
    let installs_here = installs.iter().any(|it| it.dir == dir);
    let mut roots =
        above.filter(|it| is_root(it) || !installs_here && installs.iter().any(|step| step.dir == *it));
    roots.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::shell;

    fn first(text: &str) -> Vec<Word> {
        shell::parse(text).unwrap()[0].argv().to_vec()
    }

    #[test]
    fn jobs_are_told_apart() {
        for (text, wanted) in [
            ("npm ci", "Install { production: false }"),
            ("npm install --omit=dev", "Install { production: true }"),
            ("yarn", "Install { production: false }"),
            ("yarn --frozen-lockfile --production", "Install { production: true }"),
            ("npm run build", "Script(\"build\")"),
            ("yarn build", "Script(\"build\")"),
            ("npm i -g pm2", "Global([\"pm2\"])"),
            ("yarn global add serve", "Global([\"serve\"])"),
            ("npm start", "Script(\"start\")"),
            ("npm --prefix web run build", "Script(\"build\")"),
        ] {
            assert_eq!(format!("{:?}", job(&first(text)).unwrap().1), wanted, "{text}");
        }
        assert!(job(&first("node x.js")).is_none());
    }

    #[test]
    fn what_is_started() {
        let package = Package::read(
            r#"{"scripts": {"start": "NODE_ENV=production node dist/main.js", "dev": "vite"}}"#,
        )
        .unwrap();
        for (text, known, wanted) in [
            ("node --max-old-space-size=512 dist/main.js x", false, "File(\"dist/main.js\")"),
            ("npm start", true, "File(\"dist/main.js\")"),
            ("npm start", false, "Script(\"start\")"),
            ("npm run dev", false, "Development(\"dev\")"),
            (
                "npx serve -s build -l 3000",
                false,
                "Files { dir: Some(\"build\"), single_page: true, of_vite: false }",
            ),
            ("next start", false, "Next { port: None, host: None }"),
            ("yarn next start -p 80", false, "Next { port: Some(\"80\"), host: None }"),
            ("npx remix-serve ./build/server/index.js", false, "File(\"./build/server/index.js\")"),
            ("ng serve", false, "Development(\"ng serve\")"),
            ("pm2-runtime start dist/app.js", false, "File(\"dist/app.js\")"),
        ] {
            let found = starts(&first(text), known.then_some(&package));
            assert_eq!(format!("{found:?}"), wanted, "{text}");
        }
    }
}
