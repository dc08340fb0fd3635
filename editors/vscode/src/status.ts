// The entry in the language status of a Dockerfile: is the server there?

import * as vscode from "vscode";

export class ServerStatus implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("dockstage", { language: "dockerfile" });

  constructor() {
    this.item.name = "Dockstage";
    this.item.command = { command: "dockstage.showLog", title: "Show Log" };
    this.starting();
  }

  starting(): void {
    this.show("Dockstage", vscode.LanguageStatusSeverity.Information, true);
  }

  running(version: string | undefined): void {
    this.show(`Dockstage ${version ?? ""}`.trim(), vscode.LanguageStatusSeverity.Information);
  }

  stopped(reason: string): void {
    this.show(`Dockstage: ${reason}`, vscode.LanguageStatusSeverity.Error);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    this.item.text = text;
    this.item.severity = severity;
    this.item.busy = busy;
  }
}
