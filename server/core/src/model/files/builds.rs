//! Build tools and package managers: what they are told to make, and what they make where nothing else is said.

use super::go::go;
use super::java::{jar, java};
use super::python::{is_python, python, python_module};
use super::rust::cargo;
use super::script::{Call, Script};
use super::{How, Kind, web};
use crate::model::paths;
use crate::syntax::shell::Command;

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
pub(super) fn below(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, name: &str, dirs: &[&str]) {
    let dir = call.value(dirs).and_then(|it| script.path(&it)).unwrap_or_else(|| script.dir());
    script.put_by(call, &paths::join(&dir, name), Kind::Tree, How::Convention);
}

/// A folder that an option can name.
pub(super) fn site(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, name: &str, options: &[&str]) {
    if !told(script, call, options, Kind::Tree) {
        below(script, call, name, &[]);
    }
}

/// The call as a command of its own, for those who read command lines.
pub(super) fn command_of(call: &Call<'_>) -> Command {
    let assigned = call.command.assigned().iter();
    Command::exec(assigned.chain(call.argv).cloned().collect())
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
