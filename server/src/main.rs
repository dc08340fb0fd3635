//! The `dockstage` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    dockstage::cli::main()
}
