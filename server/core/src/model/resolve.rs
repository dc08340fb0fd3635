//! Resolves stages, references and variables over the instructions of a file.
