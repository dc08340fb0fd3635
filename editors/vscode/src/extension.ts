// Starts the server, passes it the settings, shows how it fares. Everything
// that is known about Dockerfiles is on the other side of the protocol.

import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions, type StaticFeature } from "vscode-languageclient/node";
import { findBinary } from "./binary";
import { commandSupport, registerCommands } from "./commands";
import { ServerStatus } from "./status";

const SECTION = "dockstage";

/** Tells the server that modifiers of its own are known here: those that package.json declares. */
const TOKEN_MODIFIERS: StaticFeature = {
  fillClientCapabilities: ({ textDocument }) => {
    textDocument?.semanticTokens?.tokenModifiers.push("unused", "external");
  },
  initialize: () => {},
  getState: () => ({ kind: "static" }),
  clear: () => {},
};

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = new Server(context);
  context.subscriptions.push(
    server,
    ...registerCommands(server.log),
    vscode.commands.registerCommand("dockstage.restartServer", () => server.restart()),
    vscode.commands.registerCommand("dockstage.showLog", () => server.log.show()),
    vscode.commands.registerCommand("dockstage.showVersion", () => server.showVersion()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SECTION}.path`)) {
        void server.restart();
      }
    }),
  );
  await server.restart();
}

/** What ends half-way, a folder or a flag with its `=`, is followed by the list of what comes next. */
function askAgain(item: vscode.CompletionItem): void {
  const text = item.insertText instanceof vscode.SnippetString ? item.insertText.value : item.insertText;
  if (text !== undefined && /[=/]$/.test(text)) {
    item.command = { command: "editor.action.triggerSuggest", title: "Complete" };
  }
}

class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("Dockstage", { log: true });
  private readonly status = new ServerStatus();
  private client: LanguageClient | undefined;
  private binary: string | undefined;
  /** Starts and stops, one after the other: commands and settings can come quickly. */
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {}

  restart(): Promise<void> {
    this.queue = this.queue.then(async () => {
      await this.stop();
      await this.start();
    });
    return this.queue;
  }

  async showVersion(): Promise<void> {
    await this.queue;
    const info = this.client?.initializeResult?.serverInfo;
    void vscode.window.showInformationMessage(
      info ? `${info.name} ${info.version ?? ""} (${this.binary})` : "Dockstage: the server is not running.",
    );
  }

  dispose(): void {
    this.queue = this.queue.then(async () => {
      await this.stop();
      this.status.dispose();
      this.log.dispose();
    });
  }

  /** Never rejects: what goes wrong is shown, and the next restart tries again. */
  private async start(): Promise<void> {
    const setting = vscode.workspace.getConfiguration(SECTION).get("path", "");
    const found = await findBinary(setting, this.context.extensionPath);
    if (found.kind !== "found") {
      const problem =
        found.kind === "nowhere"
          ? "no server found: there is none in this extension and none on PATH."
          : `the setting dockstage.path names ${found.path}, which is not a program.`;
      this.report(problem);
      return;
    }
    this.log.info(`Server: ${found.path} (${found.origin})`);
    this.binary = found.path;
    const client = new LanguageClient(
      SECTION,
      "Dockstage",
      { command: found.path, args: ["lsp"] },
      this.clientOptions(),
    );
    client.registerFeature(commandSupport);
    client.registerFeature(TOKEN_MODIFIERS);
    client.onDidChangeState(({ newState }) => {
      const info = client.initializeResult?.serverInfo;
      if (newState === State.Running) {
        this.status.running(info?.version);
      } else if (newState === State.Starting) {
        this.status.starting();
      } else {
        this.status.stopped("The server is not running");
      }
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.report(`${found.path} did not start: ${String(error)}`);
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that never came up cannot be asked to stop.
      this.log.warn(`Stopping the server: ${String(error)}`);
    }
  }

  private clientOptions(): LanguageClientOptions {
    return {
      // By language, whatever the scheme: files, untitled documents, remotes. Ignore files for what is not
      // saved yet in them: it counts for the Dockerfiles beside them.
      documentSelector: [{ language: "dockerfile" }, { pattern: "**/*.dockerignore" }],
      outputChannel: this.log,
      initializationOptions: () => vscode.workspace.getConfiguration(SECTION),
      synchronize: { configurationSection: SECTION },
      middleware: {
        provideCompletionItem: async (document, position, context, token, next) => {
          const found = await next(document, position, context, token);
          (Array.isArray(found) ? found : (found?.items ?? [])).forEach(askAgain);
          return found;
        },
      },
    };
  }

  private report(problem: string): void {
    this.log.error(problem);
    this.status.stopped(problem);
    const settings = "Set Path";
    const help = "How to Install";
    const log = "Show Log";
    void vscode.window.showErrorMessage(`Dockstage: ${problem}`, settings, help, log).then((choice) => {
      if (choice === settings) {
        void vscode.commands.executeCommand("workbench.action.openSettings", `${SECTION}.path`);
      } else if (choice === help) {
        void vscode.commands.executeCommand("extension.open", this.context.extension.id);
      } else if (choice === log) {
        this.log.show();
      }
    });
  }
}
