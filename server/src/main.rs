//! The `dockstage` binary.

fn main() {}
