//! Code lenses, and the commands of a client that they run.
//!
//! The server starts nothing and shows nothing by itself: a click runs a command of the client, if it says that it
//! has that command. For other clients a lens is a text, and one that would only run a command is left out.

use std::path::{Path, PathBuf};

use dockstage_core::ide::code_lens::{BuildCommand, Lens, LensAction};
use serde_json::{Value, json};
use tower_lsp_server::ls_types as lsp;

use crate::capabilities::{COPY_BUILD_COMMAND, SHOW_REFERENCES};
use crate::state::Snapshot;

impl Snapshot {
    /// A lens; none when the client can do nothing with it.
    pub(crate) fn code_lens(&self, lens: Lens) -> Option<lsp::CodeLens> {
        let (command, arguments) = match lens.action {
            LensAction::Show { focus, places } if self.client.has_command(SHOW_REFERENCES) => {
                let places: Vec<lsp::Location> = places.into_iter().map(|it| self.location(it)).collect();
                let focus = self.range(focus).start;
                (SHOW_REFERENCES, vec![json!(self.uri), json!(focus), json!(places)])
            }
            LensAction::Nothing | LensAction::Show { .. } => ("", Vec::new()),
            LensAction::CopyBuildCommand(command) if self.client.has_command(COPY_BUILD_COMMAND) => {
                (COPY_BUILD_COMMAND, vec![self.build_command(&command)?])
            }
            LensAction::CopyBuildCommand(_) => return None,
        };
        let command = lsp::Command {
            title: lens.title,
            command: command.to_owned(),
            arguments: (!arguments.is_empty()).then_some(arguments),
        };
        Some(lsp::CodeLens { range: self.range(lens.range), command: Some(command), data: None })
    }

    /// The command line that builds a stage, for a terminal in the folder of the workspace.
    fn build_command(&self, command: &BuildCommand) -> Option<Value> {
        let file = self.uri.to_file_path()?;
        let root = self.root.as_deref();
        let (file, context) = (shortest(&file, root), shortest(self.context.as_deref()?, root));
        Some(json!(command.line(file.to_str()?, context.to_str()?)))
    }
}

/// A path as it is written in `root`. What lies outside of it keeps its whole path.
fn shortest(path: &Path, root: Option<&Path>) -> PathBuf {
    match root.and_then(|root| path.strip_prefix(root).ok()) {
        Some(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        // Not to be taken for an option, nor for standard input.
        Some(inside) if inside.to_string_lossy().starts_with('-') => Path::new(".").join(inside),
        Some(inside) => inside.to_owned(),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_a_terminal_in_the_workspace() {
        let short = |path: &str, root: Option<&str>| {
            shortest(Path::new(path), root.map(Path::new)).to_str().unwrap().to_owned()
        };
        assert_eq!(short("/w/api/Dockerfile", Some("/w")), "api/Dockerfile");
        assert_eq!(short("/w", Some("/w")), ".");
        assert_eq!(short("/w/-", Some("/w")), "./-");
        assert_eq!(short("/ww/Dockerfile", Some("/w")), "/ww/Dockerfile");
        assert_eq!(short("/w/Dockerfile", None), "/w/Dockerfile");
    }
}
