//! The committed parser is the one that `grammar.js` describes.

use std::path::Path;
use std::process::Command;

/// The version of the command line tool that the committed files come from: others may write them otherwise.
const VERSION: &str = "0.27.1";

/// `TREE_SITTER`, or `tree-sitter` in the path, if it has the right version.
fn tool() -> Result<String, String> {
    let tool = std::env::var("TREE_SITTER").unwrap_or_else(|_| "tree-sitter".to_owned());
    let output = Command::new(&tool).arg("--version").output().map_err(|error| format!("{tool}: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    if version.split_whitespace().nth(1) == Some(VERSION) {
        Ok(tool)
    } else {
        Err(format!("{tool} is {}, not {VERSION}", version.trim()))
    }
}

#[test]
fn the_parser_is_fresh() {
    let tool = match tool() {
        Ok(tool) => tool,
        Err(reason) => {
            eprintln!("skipped: the tree-sitter command line tool {VERSION} is needed ({reason})");
            return;
        }
    };
    let grammar = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    for file in ["grammar.js", "tree-sitter.json"] {
        std::fs::copy(grammar.join(file), folder.join(file)).expect("the file can be copied");
    }
    let output = Command::new(tool)
        .args(["generate", "--abi", "14"])
        .current_dir(&folder)
        .output()
        .expect("the tool can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for file in ["parser.c", "grammar.json", "node-types.json", "tree_sitter/parser.h", "tree_sitter/alloc.h"]
    {
        let read = |folder: &Path| {
            std::fs::read_to_string(folder.join("src").join(file)).expect("the file is there")
        };
        assert!(
            read(grammar) == read(&folder),
            "src/{file} is not what grammar.js describes: run `tree-sitter generate --abi 14`"
        );
    }
}
