//! Build tools and package managers: what they are told to make, and what they make where nothing else is said.

use super::script::{Call, Script};
use super::{How, Kind};
use crate::model::paths;
use crate::model::tools::{gradle, is_go_build, made_by_cargo, made_by_go, maven};
use crate::syntax::shell::Command;

/// Adds what a call makes, if it is one of a tool that is known here; whether it is, and writes nowhere else.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let program = call.program();
    if java(script, call) {
        return true;
    }
    match program {
        "go" => go(script, call),
        "cargo" => cargo(script, call),
        "npm" | "yarn" | "pnpm" | "bun" | "npx" | "bunx" | "corepack" | "ng" | "vite" | "next" | "tsc"
        | "webpack" => {
            return node(script, call);
        }
        "pip" | "pip3" | "uv" | "poetry" | "pipenv" | "virtualenv" => return python(script, call),
        "dotnet" => dotnet(script, call),
        "make" | "gmake" | "ninja" | "cmake" | "meson" => return make(script, call),
        "composer" => below(script, call, "vendor", &["--working-dir", "-d"]),
        "bundle" => return bundle(script, call),
        "mix" => mix(script, call),
        "swift" => {
            let kind = if call.says(&["release"]) { "release" } else { "debug" };
            below(script, call, &format!(".build/{kind}"), &[]);
        }
        "zig" => below(script, call, "zig-out", &[]),
        "stack" | "cabal" => return false,
        "hugo" => site(script, call, "public", &["-d", "--destination"]),
        "jekyll" => site(script, call, "_site", &["-d", "--destination"]),
        "mkdocs" => site(script, call, "site", &["-d", "--site-dir"]),
        "trunk" => site(script, call, "dist", &["-d", "--dist"]),
        "wasm-pack" => site(script, call, "pkg", &["-d", "--out-dir"]),
        "jlink" => return told(script, call, &["--output"], Kind::Tree),
        "javac" | "kotlinc" | "scalac" => return told(script, call, &["-d"], Kind::Tree),
        "native-image" => return told(script, call, &["-o"], Kind::File),
        "esbuild" => {
            let file = told(script, call, &["--outfile"], Kind::File);
            return told(script, call, &["--outdir"], Kind::Tree) || file;
        }
        "deno" => return told(script, call, &["-o", "--output"], Kind::File),
        "debootstrap" => {
            if let Some(root) = call.operands(&[]).get(1) {
                script.make(root, Kind::Tree, How::Command);
            }
        }
        _ if is_python(program) => return python_module(script, call),
        _ if is_compiler(program) => compiler(script, call),
        _ => return false,
    }
    true
}

fn is_python(program: &str) -> bool {
    program.strip_prefix("python").is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

fn is_compiler(program: &str) -> bool {
    let name = program.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.').trim_end_matches('-');
    let name = name.rsplit('-').next().unwrap_or(name);
    matches!(
        name,
        "gcc"
            | "g++"
            | "cc"
            | "c++"
            | "clang"
            | "clang++"
            | "ld"
            | "rustc"
            | "ghc"
            | "ocamlfind"
            | "gfortran"
    )
}

/// What an option names.
fn told(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, options: &[&str], kind: Kind) -> bool {
    let Some(word) = call.value(options) else { return false };
    script.make(&word, kind, How::Command);
    true
}

/// A folder below the directory, or below the one that an option names.
fn below(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, name: &str, dirs: &[&str]) {
    let dir = call.value(dirs).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
    script.put_by(call, &paths::join(&dir, name), Kind::Tree, How::Convention);
}

/// A folder that an option can name.
fn site(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, name: &str, options: &[&str]) {
    if !told(script, call, options, Kind::Tree) {
        below(script, call, name, &[]);
    }
}

/// The call as a command of its own, for those who read command lines.
fn command_of(call: &Call<'_>) -> Command {
    let assigned = call.command.assigned().iter();
    Command::exec(assigned.chain(call.argv).cloned().collect())
}

fn java(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let command = command_of(call);
    let dir = script.dir();
    if let Some(found) = maven::Call::of(&command) {
        let project = found.project_dir(&dir);
        let written = if found.packages() { "target" } else { "target/classes" };
        if found.packages() {
            // Of a project of several modules each has its own.
            for module in ["", "*/"] {
                let target = paths::join(&project, &format!("{module}target"));
                let is_module = !module.is_empty();
                for end in ["*.jar", "*.war"] {
                    put(script, call, &format!("{target}/{end}"), Kind::File, is_module);
                }
                put(script, call, &target, Kind::Tree, is_module);
            }
        } else if found.goals.iter().any(|it| it.contains("compile") || it == "test") {
            put(script, call, &paths::join(&project, written), Kind::Tree, false);
        }
        script.may_put(call, &format!("{}/.m2", script.home()), Kind::Tree, How::Convention);
        if let Some(folder) =
            found.options.iter().find_map(|it| it.value.as_deref()?.strip_prefix("outputDirectory="))
        {
            put(script, call, &paths::join(&project, folder), Kind::Tree, false);
        }
        return true;
    }
    if let Some(found) = gradle::Call::of(&command) {
        let project = found.project_dir(&dir);
        let part = found.subproject();
        if found.packages() {
            for module in ["", "*/"] {
                let here = part.as_ref().map_or(project.clone(), |it| paths::join(&project, it));
                let build = paths::join(&here, &format!("{module}build"));
                put(script, call, &format!("{build}/libs/*.jar"), Kind::File, !module.is_empty());
                put(script, call, &build, Kind::Tree, !module.is_empty());
            }
        }
        script.may_put(call, &format!("{}/.gradle", script.home()), Kind::Tree, How::Convention);
        return true;
    }
    if matches!(call.program(), "sbt" | "lein") {
        below(script, call, "target", &[]);
        return true;
    }
    false
}

fn put(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, path: &str, kind: Kind, is_guess: bool) {
    if is_guess {
        script.may_put(call, path, kind, How::Convention);
    } else {
        script.put_by(call, path, kind, How::Convention);
    }
}

fn go(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    if let Some(output) = call.value(&["-o"]) {
        let kind = if output.text.ends_with('/') { Kind::Tree } else { Kind::Either };
        return script.make(&output, kind, How::Command);
    }
    let command = command_of(call);
    let dir = script.dir();
    let home = script.variable("GOPATH").unwrap_or_else(|| "/go".to_owned());
    match call.verb() {
        "build" | "install" | "get" if is_go_build(&command) => match made_by_go(&command, &dir) {
            Some(path) => {
                let bin = script.variable("GOBIN").unwrap_or_else(|| format!("{home}/bin"));
                let path = path.strip_prefix("/go/bin/").map_or(path.clone(), |name| format!("{bin}/{name}"));
                put(script, call, &path, Kind::File, false);
            }
            // The name is the module's, which go.mod tells.
            None if call.verb() == "build" => put(script, call, &paths::join(&dir, "*"), Kind::File, true),
            None => {}
        },
        "mod" if call.says(&["vendor"]) => put(script, call, &paths::join(&dir, "vendor"), Kind::Tree, false),
        "mod" | "version" | "env" | "clean" | "vet" | "list" | "work" | "fmt" | "help" => {}
        _ => script.unknown_call(call, call.range()),
    }
    script.may_put(call, &format!("{home}/pkg"), Kind::Tree, How::Convention);
}

fn cargo(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let command = command_of(call);
    let dir = script.dir();
    let home = script.variable("CARGO_HOME").unwrap_or_else(|| "/usr/local/cargo".to_owned());
    script.may_put(call, &home, Kind::Tree, How::Convention);
    match call.verb() {
        "install" => {
            if let Some(path) = made_by_cargo(&command, &dir) {
                let path =
                    path.strip_prefix("/usr/local/cargo/").map_or(path.clone(), |it| format!("{home}/{it}"));
                put(script, call, &path, Kind::File, false);
            }
        }
        "fetch" | "update" | "clean" | "fmt" | "tree" | "metadata" | "login" | "search" | "version" => {}
        "build" | "b" | "rustc" | "zigbuild" | "chef" | "test" | "check" | "auditable" | "leptos" => {
            let said = call.value(&["--target-dir"]).and_then(|it| script.path(&it));
            let set = script.variable("CARGO_TARGET_DIR").map(|it| paths::join(&dir, &it));
            let target = said.or(set).unwrap_or_else(|| paths::join(&dir, "target"));
            // With --target there is a folder for it in between.
            let triple = call.value(&["--target"]).or(script
                .variable("CARGO_BUILD_TARGET")
                .map(|it| crate::syntax::shell::Word::literal(&it, call.range())));
            let triple =
                triple.and_then(|it| script.fill(&it)).map_or_else(String::new, |it| format!("{it}/"));
            let release = call.says(&["--release", "-r"]);
            let profile = call.value(&["--profile"]).and_then(|it| script.fill(&it));
            let profile = profile.unwrap_or_else(|| if release { "release" } else { "debug" }.to_owned());
            let profile = if profile == "dev" { "debug".to_owned() } else { profile };
            let folder = format!("{target}/{triple}{profile}");
            if let Some(bin) = call.value(&["--bin"]).and_then(|it| script.fill(&it)) {
                put(script, call, &format!("{folder}/{bin}"), Kind::File, false);
            }
            put(script, call, &folder, Kind::Tree, false);
            script.may_put(call, &target, Kind::Tree, How::Convention);
        }
        _ => script.unknown_call(call, call.range()),
    }
}

/// Folders that builds of web applications leave, by their frameworks.
const WEB: [&str; 9] = ["dist", "build", "out", ".next", ".output", "public", "www", "lib", "_site"];

fn node(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let dir = call.value(&["--prefix", "--cwd", "--dir", "-C"]).and_then(|it| script.path(&it));
    let dir = dir.unwrap_or_else(|| script.dir());
    let verb = call.verb();
    let globally = call.says(&["-g", "--global", "global"]);
    let is_npm = matches!(call.program(), "npm" | "yarn" | "pnpm" | "bun");
    match verb {
        _ if !is_npm && matches!(call.program(), "corepack") => {}
        "install" | "ci" | "i" | "add" | "clean-install" | "" if is_npm && globally => {
            script.may_put(call, "/usr/local/lib/node_modules", Kind::Tree, How::Convention);
            script.may_put(call, "/", Kind::Tree, How::System);
        }
        "install" | "ci" | "i" | "add" | "clean-install" | "fetch" | "rebuild" if is_npm => {
            put(script, call, &format!("{dir}/node_modules"), Kind::Tree, false);
            // Packages can bring scripts that write elsewhere.
            script.may_put(call, "/", Kind::Tree, How::Unknown);
        }
        "" if call.program() == "yarn" => {
            put(script, call, &format!("{dir}/node_modules"), Kind::Tree, false)
        }
        "prune" | "cache" | "config" | "set" | "audit" | "version" if is_npm => {}
        "deploy" if call.program() == "pnpm" => {
            if let Some(folder) = call.operands(&["--filter", "-F"]).get(1) {
                script.make(folder, Kind::Tree, How::Command);
            }
        }
        "pack" if is_npm => put(script, call, &format!("{dir}/*.tgz"), Kind::File, false),
        _ => {
            let told_file = told(script, call, &["--outfile"], Kind::File);
            let told_folder =
                told(script, call, &["--outDir", "--outdir", "--output-path", "--out-dir"], Kind::Tree);
            let builds = call.argv.iter().any(|it| {
                let name = it.text.as_str();
                name.contains("build")
                    || name.contains("generate")
                    || matches!(name, "webpack" | "tsc" | "export" | "nest")
            });
            if builds && !told_file && !told_folder {
                for name in WEB {
                    script.may_put(call, &format!("{dir}/{name}"), Kind::Tree, How::Convention);
                    // Of a repository of several packages each has its own.
                    script.may_put(call, &format!("{dir}/*/*/{name}"), Kind::Tree, How::Convention);
                }
            }
            // The script stands in package.json and may write anywhere.
            script.may_put(call, &dir, Kind::Tree, How::Unknown);
        }
    }
    true
}

fn python(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let verb = call.verb();
    match (call.program(), verb) {
        ("virtualenv", _) => virtual_environment(script, call, 0),
        ("uv", "venv") => virtual_environment(script, call, 1),
        ("uv", "sync") => {
            let set = script.variable("UV_PROJECT_ENVIRONMENT").map(|it| paths::join(&script.dir(), &it));
            match set {
                Some(path) => put(script, call, &path, Kind::Tree, false),
                None => below(script, call, ".venv", &["--directory", "--project"]),
            }
        }
        ("uv", "build") | ("poetry", "build") => below(script, call, "dist", &[]),
        ("poetry" | "pipenv", "install" | "sync") => {
            script.may_put(call, &paths::join(&script.dir(), ".venv"), Kind::Tree, How::Convention);
            script.may_put(call, "/", Kind::Tree, How::System);
        }
        (_, "export" | "config" | "lock" | "cache" | "self" | "list" | "freeze" | "check") => {
            let _ = told(script, call, &["-o", "--output"], Kind::File);
        }
        (_, "wheel") => {
            if !told(script, call, &["-w", "--wheel-dir"], Kind::Tree) {
                put(script, call, &format!("{}/*.whl", script.dir()), Kind::File, false);
            }
        }
        (_, "download") => {
            if !told(script, call, &["-d", "--dest"], Kind::Tree) {
                put(script, call, &format!("{}/*", script.dir()), Kind::File, false);
            }
        }
        (_, "install" | "pip") => packages(script, call),
        _ => return false,
    }
    true
}

/// `pip install`: into what is named, or where Python looks for packages.
fn packages(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let told_target = told(script, call, &["-t", "--target"], Kind::Tree);
    let told_prefix = told(script, call, &["--prefix", "--root"], Kind::Tree);
    if told_target || told_prefix {
        return;
    }
    let set = script.variable("VIRTUAL_ENV").or_else(|| script.variable("UV_PROJECT_ENVIRONMENT"));
    if call.says(&["--user"]) {
        let home = script.variable("PYTHONUSERBASE").unwrap_or_else(|| format!("{}/.local", script.home()));
        put(script, call, &home, Kind::Tree, false);
    } else if let Some(home) = set {
        put(script, call, &home, Kind::Tree, false);
    } else if let Some((home, _)) = call.argv.first().and_then(|it| it.text.rsplit_once("/bin/")) {
        let home = home.to_owned();
        put(script, call, &paths::join(&script.dir(), &home), Kind::Tree, false);
    } else {
        script.may_put(call, "/usr/local/lib/python*/site-packages", Kind::Tree, How::Convention);
        script.may_put(call, "/usr/local/bin", Kind::Tree, How::Convention);
        script.may_put(call, "/", Kind::Tree, How::System);
    }
}

/// The folder of a virtual environment, behind so many other operands.
fn virtual_environment(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, skipped: usize) {
    match call.operands(&["-p", "--python", "--prompt", "--seed"]).get(skipped) {
        Some(folder) => script.make(folder, Kind::Tree, How::Command),
        None => below(script, call, ".venv", &[]),
    }
}

/// `python -m …`
fn python_module(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let Some(at) = call.argv.iter().position(|it| it.text == "-m") else { return false };
    let inner = Call { argv: call.argv.get(at + 1..).unwrap_or_default(), command: call.command };
    match inner.program() {
        "venv" => virtual_environment(script, &inner, 0),
        "pip" | "uv" | "poetry" | "pipenv" | "virtualenv" => return python(script, &inner),
        "build" => site(script, &inner, "dist", &["-o", "--outdir"]),
        "compileall" => {}
        _ => return false,
    }
    true
}

fn dotnet(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let verb = call.verb();
    match verb {
        "publish" | "build" | "pack" => {
            if told(script, call, &["-o", "--output"], Kind::Tree) {
                return;
            }
            let property = call.argv.iter().find_map(|it| {
                let (name, value) = it.text.split_once('=')?;
                name.ends_with(":PublishDir").then(|| it.with_text(value))
            });
            if let Some(folder) = property {
                return script.make(&folder, Kind::Tree, How::Command);
            }
            // The folder of the project that is named, or of any below.
            let project =
                call.operands(&["-c", "--configuration", "-r", "--runtime", "-f", "--framework", "-v"]);
            let dir = match project.get(1).and_then(|it| script.path(it)) {
                Some(path) if path.ends_with("proj") || path.ends_with(".sln") => {
                    paths::parent(&path).to_owned()
                }
                Some(path) => path,
                None => script.dir(),
            };
            put(script, call, &paths::join(&dir, "bin"), Kind::Tree, false);
            script.may_put(call, &dir, Kind::Tree, How::Unknown);
        }
        "tool" => {
            if !told(script, call, &["--tool-path"], Kind::Tree) {
                script.may_put(
                    call,
                    &format!("{}/.dotnet/tools", script.home()),
                    Kind::Tree,
                    How::Convention,
                );
            }
        }
        "restore" => script.may_put(call, &format!("{}/.nuget", script.home()), Kind::Tree, How::Convention),
        _ => script.may_put(call, &script.dir(), Kind::Tree, How::Unknown),
    }
}

/// `make install` and its like go where they are told; what else a makefile does, it alone knows.
fn make(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let installs = call.argv.iter().any(|it| it.text.contains("install"));
    let named = call.argv.iter().skip(1).find_map(|it| {
        let (name, value) = it.text.split_once('=')?;
        let folder = matches!(
            name,
            "DESTDIR"
                | "PREFIX"
                | "prefix"
                | "INSTALL_PREFIX"
                | "INSTALL_ROOT"
                | "-DCMAKE_INSTALL_PREFIX"
                | "--prefix"
        );
        folder.then(|| it.with_text(value))
    });
    let option = || call.value(&["--prefix", "--destdir"]);
    if let Some(folder) = named.or_else(option) {
        script.make(&folder, Kind::Tree, How::Command);
    } else if installs {
        let root = script.variable("DESTDIR").unwrap_or_else(|| "/usr/local".to_owned());
        script.may_put(call, &root, Kind::Tree, How::Convention);
    }
    if call.program() == "cmake" {
        told(script, call, &["-B", "--build"], Kind::Tree);
    }
    false
}

fn bundle(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    match call.verb() {
        "install" | "" => {
            let set = script.variable("BUNDLE_PATH").or_else(|| script.variable("GEM_HOME"));
            if told(script, call, &["--path"], Kind::Tree) {
                return true;
            }
            let path = set.unwrap_or_else(|| {
                if call.says(&["--deployment"]) {
                    paths::join(&script.dir(), "vendor/bundle")
                } else {
                    "/usr/local/bundle".to_owned()
                }
            });
            put(script, call, &path, Kind::Tree, false);
            true
        }
        "config" => true,
        _ => false,
    }
}

fn mix(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let environment = script.variable("MIX_ENV").unwrap_or_else(|| "dev".to_owned());
    match call.verb() {
        "deps.get" | "do" => below(script, call, "deps", &[]),
        "release" => {
            if !told(script, call, &["--path"], Kind::Tree) {
                below(script, call, &format!("_build/{environment}/rel"), &[]);
            }
        }
        "compile" | "deps.compile" => below(script, call, &format!("_build/{environment}"), &[]),
        "phx.digest" | "assets.deploy" => below(script, call, "priv/static", &[]),
        _ => script.may_put(call, &script.dir(), Kind::Tree, How::Unknown),
    }
}

/// A compiler writes what `-o` names.
fn compiler(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    if told(script, call, &["-o"], Kind::File) {
        return;
    }
    let dir = script.dir();
    if call.says(&["-c", "-S"]) {
        return put(script, call, &format!("{dir}/*.o"), Kind::File, false);
    }
    if !call.says(&["--version", "-E"]) {
        put(script, call, &format!("{dir}/a.out"), Kind::File, false);
        script.may_put(call, &dir, Kind::Tree, How::Unknown);
    }
}
