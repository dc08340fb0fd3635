//! Dockstage: the language server and the command line.
