// What the server lets code lenses and code actions do here. It gives these commands only to clients that name them
// among their capabilities, and runs nothing itself.

import * as vscode from "vscode";
import type { FeatureState, StaticFeature } from "vscode-languageclient";
import type { ClientCapabilities, Location, Position } from "vscode-languageserver-protocol";

const SHOW_REFERENCES = "dockstage.showReferences";
const COPY_BUILD_COMMAND = "dockstage.copyBuildCommand";
const SHOW_NOTES = "dockstage.showNotes";

export function registerCommands(log: vscode.LogOutputChannel): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(SHOW_REFERENCES, showReferences),
    vscode.commands.registerCommand(COPY_BUILD_COMMAND, copyBuildCommand),
    vscode.commands.registerCommand(SHOW_NOTES, (title: string, notes: string[]) => showNotes(log, title, notes)),
  ];
}

/** Tells the server of the commands. */
export const commandSupport: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const commands = { commands: [SHOW_REFERENCES, COPY_BUILD_COMMAND, SHOW_NOTES] };
    capabilities.experimental = { ...capabilities.experimental, commands };
  },
  initialize(): void {},
  getState(): FeatureState {
    return { kind: "static" };
  },
  clear(): void {},
};

/** The editor's own view of references takes the editor's own types. */
async function showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
  const at = ({ line, character }: Position): vscode.Position => new vscode.Position(line, character);
  const places = locations.map(
    ({ uri, range }) => new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(at(range.start), at(range.end))),
  );
  await vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(uri), at(position), places);
}

async function copyBuildCommand(command: string): Promise<void> {
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(`Copied: ${command}`, 5000);
}

/** What is to be known of a refactoring that was made: in the log, with a word about it where it is in nobody's way. */
function showNotes(log: vscode.LogOutputChannel, title: string, notes: string[]): void {
  log.info([`${title}:`, ...notes].join("\n  "));
  vscode.window.setStatusBarMessage("What to know of this change: Dockstage: Show Log", 10_000);
}
