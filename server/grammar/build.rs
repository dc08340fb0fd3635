//! Compiles the generated parser and the scanner.

fn main() {
    let sources = ["src/parser.c", "src/scanner.c"];
    let mut build = cc::Build::new();
    build.std("c11").include("src").files(sources);
    // The generated parser has parameters and labels that it does not use.
    build.flag_if_supported("-Wno-unused-parameter").flag_if_supported("-Wno-unused-but-set-variable");
    #[cfg(target_env = "msvc")]
    build.flag("-utf-8");
    // A debug build of the parser would be an order of magnitude slower, and nobody debugs its tables.
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        build.opt_level(2);
    }
    build.compile("tree-sitter-dockerfile");
    for source in sources {
        println!("cargo:rerun-if-changed={source}");
    }
    println!("cargo:rerun-if-changed=src/scanner");
    println!("cargo:rerun-if-changed=src/tree_sitter");
}
