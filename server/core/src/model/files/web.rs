//! Package managers of JavaScript, and the tools that build web applications.

use super::builds::{put, told};
use super::script::{Call, Script};
use super::{How, Kind};

/// Where tools write when nothing else is said: the tool, the word behind it, and the folder.
const TOOLS: [(&str, &str, &str); 24] = [
    ("next", "build", ".next"),
    ("nuxt", "build", ".output"),
    ("nuxi", "build", ".output"),
    ("nuxt", "generate", ".output"),
    ("nuxi", "generate", ".output"),
    ("vite", "build", "dist"),
    ("ng", "build", "dist"),
    ("nest", "build", "dist"),
    ("react-scripts", "build", "build"),
    ("vue-cli-service", "build", "dist"),
    ("astro", "build", "dist"),
    ("remix", "build", "build"),
    ("remix", "vite:build", "build"),
    ("gatsby", "build", "public"),
    ("docusaurus", "build", "build"),
    ("storybook", "build", "storybook-static"),
    ("parcel", "build", "dist"),
    ("quasar", "build", "dist"),
    ("hexo", "generate", "public"),
    ("expo", "export", "dist"),
    ("webpack", "", "dist"),
    ("tsup", "", "dist"),
    ("eleventy", "", "_site"),
    ("prisma", "generate", "node_modules/.prisma"),
];

/// Folders that builds of web applications leave, by their frameworks. `public` and `lib` are as often sources.
const FOLDERS: [&str; 6] = ["dist", "build", "out", ".next", ".output", "_site"];

/// Adds what a call makes, if it is one of a tool that is known here; whether it is.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    let program = call.program();
    let manages = matches!(program, "npm" | "yarn" | "pnpm" | "bun");
    let is_runner = matches!(program, "npx" | "bunx" | "corepack" | "tsc" | "turbo");
    if !manages && !is_runner && !TOOLS.iter().any(|it| it.0 == program) {
        return false;
    }
    let dir = call.value(&["--prefix", "--cwd", "--dir", "-C"]).and_then(|it| script.path(&it));
    let dir = dir.unwrap_or_else(|| script.dir());
    if program != "corepack" && !(manages && packages(script, call, &dir)) {
        tool(script, call, &dir);
    }
    true
}

/// What a package manager itself does; whether that is all.
fn packages(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, dir: &str) -> bool {
    let globally = call.says(&["-g", "--global", "global"]);
    match call.verb() {
        "install" | "ci" | "i" | "add" | "clean-install" | "" if globally => {
            script.may_put(call, "/usr/local/lib/node_modules", Kind::Tree, How::Convention);
            script.may_put(call, "/", Kind::Tree, How::System);
        }
        "install" | "ci" | "i" | "add" | "clean-install" | "fetch" | "rebuild" => {
            put(script, call, &format!("{dir}/node_modules"), Kind::Tree, false);
            // Packages can bring scripts that write elsewhere.
            script.may_put(call, "/", Kind::Tree, How::Unknown);
        }
        "" if call.program() == "yarn" => {
            put(script, call, &format!("{dir}/node_modules"), Kind::Tree, false);
        }
        "prune" | "cache" | "config" | "set" | "audit" | "version" => {}
        "deploy" if call.program() == "pnpm" => {
            if let Some(folder) = call.operands(&["--filter", "-F"]).get(1) {
                script.make(folder, Kind::Tree, How::Command);
            }
        }
        "pack" => put(script, call, &format!("{dir}/*.tgz"), Kind::File, false),
        _ => return false,
    }
    true
}

/// What a tool makes, or a script of the package.
fn tool(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>, dir: &str) {
    let told_file = told(script, call, &["--outfile"], Kind::File);
    let told_folder = told(
        script,
        call,
        &["--outDir", "--outdir", "--output-path", "--out-dir", "--dist-dir", "--output-dir"],
        Kind::Tree,
    );
    let names: Vec<&str> = call.argv.iter().map(|it| crate::model::paths::file_name(&it.text)).collect();
    let words = |tool: &str, verb: &str| {
        names
            .iter()
            .position(|it| *it == tool)
            .is_some_and(|at| verb.is_empty() || names[at + 1..].contains(&verb))
    };
    let known = TOOLS.iter().find(|(tool, verb, _)| words(tool, verb));
    if words("turbo", "prune") {
        let out =
            call.value(&["--out-dir"]).map_or_else(|| Some(format!("{dir}/out")), |it| script.path(&it));
        if let Some(out) = out {
            put(script, call, &out, Kind::Tree, false);
        }
    } else if let Some((_, _, folder)) = known.filter(|_| !told_file && !told_folder) {
        put(script, call, &format!("{dir}/{folder}"), Kind::Tree, false);
    } else if known.is_none() && !told_file && !told_folder && builds(call) {
        for name in FOLDERS {
            script.may_put(call, &format!("{dir}/{name}"), Kind::Tree, How::Convention);
            // Of a repository of several packages each has its own.
            script.may_put(call, &format!("{dir}/*/*/{name}"), Kind::Tree, How::Convention);
        }
    }
    // The script stands in package.json, and a tool's settings in a file of its own: they may name anything.
    script.may_put(call, dir, Kind::Tree, How::Unknown);
}

/// Whether a call names what builds an application.
fn builds(call: &Call<'_>) -> bool {
    call.argv.iter().any(|it| {
        let name = it.text.as_str();
        name.contains("build") || name.contains("generate") || matches!(name, "tsc" | "export" | "nest")
    })
}
