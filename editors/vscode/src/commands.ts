// What the server lets a click on a code lens do. It gives these commands only to clients that name them among
// their capabilities, and runs nothing itself.

import * as vscode from "vscode";
import type { FeatureState, StaticFeature } from "vscode-languageclient";
import type { ClientCapabilities, Location, Position } from "vscode-languageserver-protocol";

const SHOW_REFERENCES = "dockstage.showReferences";
const COPY_BUILD_COMMAND = "dockstage.copyBuildCommand";

export function registerCommands(): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(SHOW_REFERENCES, showReferences),
    vscode.commands.registerCommand(COPY_BUILD_COMMAND, copyBuildCommand),
  ];
}

/** Tells the server of the commands. */
export const commandSupport: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const commands = { commands: [SHOW_REFERENCES, COPY_BUILD_COMMAND] };
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
