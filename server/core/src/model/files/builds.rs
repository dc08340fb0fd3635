//! Build tools and package managers: what they are told to make, and what they make where nothing else is said.

use super::script::{Call, Script};
use super::{How, Kind, web};
use crate::model::paths;
use crate::model::tools::{go_programs, gradle, is_go_build, made_by_cargo, made_by_go, maven};
use crate::syntax::shell::{Command, Word};

/// Adds what a call makes, if it is one of a tool that is known here; whether it is, and writes nowhere else.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let program = call.program();
    if java(script, call) || web::run(script, call) {
        return true;
    }
    // `xx-go` and the like build for another platform, as the tools that they are named for do.
    match program.strip_prefix("xx-").unwrap_or(program) {
        "go" => go(script, call),
        "cargo" => cargo(script, call),
        "pip" | "pip3" | "uv" | "poetry" | "pipenv" | "virtualenv" | "pdm" | "rye" | "hatch" | "flit" => {
            return python(script, call);
        }
        "dotnet" => dotnet(script, call),
        "make" | "gmake" | "ninja" | "cmake" | "meson" => return make(script, call),
        "composer" => {
            below(script, call, "vendor", &["--working-dir", "-d"]);
            script.may_put(call, &paths::join(&script.dir(), "composer.lock"), Kind::File, How::Convention);
        }
        "bundle" => return bundle(script, call),
        "mix" => mix(script, call),
        "swift" => {
            let kind = if call.says(&["release"]) { "release" } else { "debug" };
            below(script, call, &format!(".build/{kind}"), &[]);
        }
        "zig" => site(script, call, "zig-out", &["-p", "--prefix"]),
        "stack" | "cabal" => {
            told(script, call, &["--local-bin-path", "--installdir"], Kind::Tree);
            return false;
        }
        "hugo" => site(script, call, "public", &["-d", "--destination"]),
        "jekyll" => site(script, call, "_site", &["-d", "--destination"]),
        "mkdocs" => site(script, call, "site", &["-d", "--site-dir"]),
        "trunk" => site(script, call, "dist", &["-d", "--dist"]),
        "wasm-pack" => site(script, call, "pkg", &["-d", "--out-dir"]),
        "mdbook" => site(script, call, "book", &["-d", "--dest-dir"]),
        "bazel" | "bazelisk" if call.verb() == "build" => below(script, call, "bazel-bin", &[]),
        "dune" if call.verb() == "build" => below(script, call, "_build", &[]),
        "rebar3" => below(script, call, "_build", &[]),
        "gleam" => below(script, call, "build", &[]),
        "pyinstaller" => site(script, call, "dist", &["--distpath"]),
        "configure" | "config" | "Configure" => return configure(script, call),
        "jar" => return jar(script, call),
        "java" if call.argv.iter().any(|it| it.text.starts_with("-Djarmode=")) => {
            return told(script, call, &["--destination"], Kind::Tree);
        }
        "conda" | "mamba" | "micromamba" => return conda(script, call),
        "conda-pack" => return told(script, call, &["-o", "--output"], Kind::File),
        "dart" => return compiled(script, call, &["compile"]),
        "crystal" => return compiled(script, call, &["build"]),
        "shards" if call.verb() == "build" => below(script, call, "bin", &[]),
        "flutter" if call.says(&["web"]) => below(script, call, "build/web", &[]),
        "sphinx-build" => {
            if let Some(folder) = call.operands(&["-b", "-d", "-c", "-D", "-j"]).get(1) {
                script.make(folder, Kind::Tree, How::Command);
            }
        }
        "chisel" | "debootstrap" | "mmdebstrap" => return root(script, call),
        "pandoc" | "llvm-bolt" | "protoc" => return told(script, call, &["-o", "--output"], Kind::Either),
        "verify" | "info" if program.starts_with("xx-") => {}
        "jlink" => return told(script, call, &["--output"], Kind::Tree),
        "javac" | "kotlinc" | "scalac" => return told(script, call, &["-d"], Kind::Tree),
        "native-image" => return told(script, call, &["-o"], Kind::File),
        "esbuild" => {
            let file = told(script, call, &["--outfile"], Kind::File);
            return told(script, call, &["--outdir"], Kind::Tree) || file;
        }
        "deno" => return told(script, call, &["-o", "--output"], Kind::File),
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
            | "emcc"
            | "em++"
            | "nvcc"
    )
}

/// What an option names; whether it is given.
pub(super) fn told(
    script: &mut Script<'_, '_, '_, '_>,
    call: &Call<'_>,
    options: &[&str],
    kind: Kind,
) -> bool {
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

/// What stands at a path by convention.
pub(super) fn put(
    script: &mut Script<'_, '_, '_, '_>,
    call: &Call<'_>,
    path: &str,
    kind: Kind,
    is_guess: bool,
) {
    if is_guess {
        script.may_put(call, path, kind, How::Convention);
    } else {
        script.put_by(call, path, kind, How::Convention);
    }
}

fn go(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let _ = told(script, call, &["-coverprofile", "--coverprofile"], Kind::File);
    if let Some(output) = call.value(&["-o"]) {
        return go_output(script, call, &output);
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

/// What `-o` names: a program, or a folder with a program for each package.
fn go_output(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, output: &Word) {
    let programs = go_programs(&command_of(call));
    if !output.text.ends_with('/') && programs.len() < 2 {
        return script.make(output, Kind::Either, How::Command);
    }
    script.make(output, Kind::Tree, How::Command);
    for name in programs {
        if let Some(folder) = script.path(output) {
            put(script, call, &paths::join(&folder, &name), Kind::File, false);
        }
    }
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
                cargo_install(script, call, &path);
            }
        }
        "fetch" | "update" | "clean" | "fmt" | "tree" | "metadata" | "login" | "search" | "version" => {}
        "chef" if call.says(&["prepare"]) => {
            if !told(script, call, &["--recipe-path"], Kind::File) {
                put(script, call, &paths::join(&dir, "recipe.json"), Kind::File, false);
            }
        }
        "build" | "b" | "rustc" | "zigbuild" | "chef" | "test" | "check" | "auditable" | "leptos" => {
            cargo_build(script, call);
        }
        _ => script.unknown_call(call, call.range()),
    }
}

/// What `cargo install` makes: most programs have the name of their package, but for `wasm-bindgen-cli` and the like.
fn cargo_install(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, path: &str) {
    const VALUED: [&str; 12] = [
        "--version",
        "--vers",
        "--git",
        "--branch",
        "--tag",
        "--rev",
        "--path",
        "--root",
        "--features",
        "-F",
        "--target",
        "-j",
    ];
    let Some(folder) = path.strip_suffix("/*") else { return put(script, call, path, Kind::File, false) };
    let packages = call.operands(&VALUED);
    for package in packages.iter().skip(1).filter(|it| !it.text.contains(['/', '+'])) {
        let name = package.text.split('@').next().unwrap_or_default();
        if !name.ends_with("cli") {
            put(script, call, &format!("{folder}/{name}"), Kind::File, false);
        }
    }
    put(script, call, path, Kind::File, true);
}

fn cargo_build(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let dir = script.dir();
    let said = call.value(&["--target-dir"]).and_then(|it| script.path(&it));
    let set = script.variable("CARGO_TARGET_DIR").map(|it| paths::join(&dir, &it));
    let target = said.or(set).unwrap_or_else(|| paths::join(&dir, "target"));
    // With --target there is a folder for it in between.
    let set = script.variable("CARGO_BUILD_TARGET").map(|it| Word::literal(&it, call.range()));
    let triple = call.value(&["--target"]).or(set).and_then(|it| script.fill(&it));
    let triple = triple.map_or_else(String::new, |it| format!("{it}/"));
    let profile = call.value(&["--profile"]).and_then(|it| script.fill(&it));
    let release = call.says(&["--release", "-r"]);
    let profile = profile.unwrap_or_else(|| if release { "release" } else { "debug" }.to_owned());
    let profile = if profile == "dev" { "debug".to_owned() } else { profile };
    let folder = format!("{target}/{triple}{profile}");
    for bin in call.values(&["--bin"]) {
        if let Some(bin) = script.fill(&bin) {
            put(script, call, &format!("{folder}/{bin}"), Kind::File, false);
        }
    }
    // `cargo chef cook` builds what the program needs, not the program.
    put(script, call, &folder, Kind::Tree, call.verb() == "chef");
    if call.verb() == "leptos" {
        put(script, call, &format!("{target}/site"), Kind::Tree, false);
    }
    script.may_put(call, &target, Kind::Tree, How::Convention);
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
        ("uv" | "poetry" | "pdm" | "rye" | "hatch" | "flit", "build") => {
            site(script, call, "dist", &["-o", "--out-dir", "--output"])
        }
        ("poetry" | "pipenv" | "pdm" | "rye", "install" | "sync") => {
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
            // MSBuild takes a colon, too.
            let colon =
                call.argv.iter().find_map(|it| Some(it.with_text(it.text.strip_prefix("--output:")?)));
            if let Some(folder) = colon {
                return script.make(&folder, Kind::Tree, How::Command);
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
        _ => {
            let _ = told(script, call, &["-o", "--output"], Kind::Either);
            script.may_put(call, &script.dir(), Kind::Tree, How::Unknown);
        }
    }
}

/// `configure --prefix`: that is where `make install` goes. It writes a makefile, too.
fn configure(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    if let Some(folder) = call.value(&["--prefix"]) {
        script.make(&folder, Kind::Tree, How::Convention);
    }
    script.may_put(call, &script.dir(), Kind::Tree, How::Unknown);
    true
}

/// `jar -xf` unpacks into the directory, `jar -cf` makes an archive.
fn jar(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let operands = call.operands(&["-C", "--dir"]);
    let letters = call.argv.get(1).map_or("", |it| it.text.trim_start_matches('-'));
    if letters.starts_with('x') || call.says(&["--extract"]) {
        let dir =
            call.value(&["-C", "--dir"]).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
        script.put_by(call, &dir, Kind::Tree, How::Command);
        return true;
    }
    // The operands stand in the order of their letters: `jar -cmf manifest archive`.
    let bare = usize::from(!call.argv.get(1).is_some_and(|it| it.text.starts_with('-')));
    let at = letters.chars().filter(|it| "fme".contains(*it)).position(|it| it == 'f');
    let file = at.and_then(|at| operands.get(at + bare)).filter(|_| letters.starts_with('c'));
    if let Some(file) = file {
        script.make(file, Kind::File, How::Command);
    }
    true
}

/// An environment of its own where one is named.
fn conda(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    if !told(script, call, &["-p", "--prefix"], Kind::Tree) {
        script.may_put(call, "/", Kind::Tree, How::System);
    }
    true
}

/// A compiler behind a word of its own, as in `dart compile exe -o`.
fn compiled(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, verbs: &[&str]) -> bool {
    verbs.contains(&call.verb()) && told(script, call, &["-o", "--output"], Kind::File)
}

/// Another root, which an option or the second operand names.
fn root(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    if call.program() == "chisel" {
        return told(script, call, &["--root"], Kind::Tree);
    }
    if let Some(root) = call.operands(&[]).get(1) {
        script.make(root, Kind::Tree, How::Command);
    }
    true
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
    let set = || call.command.environment_words().find(|it| it.0 == "DESTDIR").map(|it| it.1);
    if let Some(folder) = named.or_else(option).or_else(|| set().filter(|_| installs)) {
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
