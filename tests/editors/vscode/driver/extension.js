// Runs inside VS Code: asks its API what a user of Dockstage would see, one
// check after the other, and writes the answers to the file named by
// DRIVER_RESULT. Every wait is for a condition; the time limit only ends what
// would never come.

const assert = require("node:assert/strict");
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const LIMIT = 30_000;
const FIXTURES = process.env.DRIVER_FIXTURES;
const RESULT = process.env.DRIVER_RESULT;

const results = [];

async function check(name, body) {
  try {
    await body();
    results.push({ name, ok: true });
  } catch (error) {
    results.push({ name, ok: false, problem: String(error?.stack ?? error) });
  }
}

const fixture = (name) => readFileSync(path.join(FIXTURES, name), "utf8");

/** The first value of `read` that is neither undefined nor false, asked again at each event of `event`. */
function wait(what, event, read) {
  return new Promise((resolve, reject) => {
    const found = () => {
      const value = read();
      if (value === undefined || value === false) return;
      finish();
      resolve(value);
    };
    const listener = event(found);
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`never came: ${what}`));
    }, LIMIT);
    const finish = () => {
      clearTimeout(timer);
      listener.dispose();
    };
    found();
  });
}

const diagnostics = (document) => vscode.languages.getDiagnostics(document.uri);
const code = (diagnostic) =>
  typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
const find = (document, wanted) => diagnostics(document).find((it) => code(it) === wanted);
const changed = vscode.languages.onDidChangeDiagnostics;

const waitFor = (document, wanted) =>
  wait(`diagnostic ${wanted}`, changed, () => find(document, wanted));
const waitGone = (document, wanted) =>
  wait(`the end of diagnostic ${wanted}`, changed, () => find(document, wanted) === undefined);

async function open(name) {
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The place of the n-th `needle`, `offset` characters on. */
function place(document, needle, { n = 1, offset = 0 } = {}) {
  let at = -1;
  for (let i = 0; i < n; i++) {
    at = document.getText().indexOf(needle, at + 1);
    assert.notEqual(at, -1, `${needle} is not in the document`);
  }
  return document.positionAt(at + offset);
}

const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);

/** The code action with this title. A window that has just come up may ask in vain at first, so it is asked again. */
async function action(document, position, title, kind) {
  const range = new vscode.Range(position, position);
  const end = Date.now() + LIMIT;
  for (;;) {
    const actions = await run("vscode.executeCodeActionProvider", document.uri, range, kind.value, 10);
    const found = actions.find((it) => it.title === title);
    if (found) return found;
    assert.ok(Date.now() < end, `no "${title}" among: ${actions.map((it) => it.title).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function apply(found) {
  assert.ok(await vscode.workspace.applyEdit(found.edit), "the edit was not applied");
  if (found.command) {
    await run(found.command.command, ...(found.command.arguments ?? []));
  }
}

const settingsFile = () =>
  vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, "dockstage.toml");
const writeSettings = (text) =>
  vscode.workspace.fs.writeFile(settingsFile(), new TextEncoder().encode(text));

async function hoverText(document, position) {
  const hovers = await run("vscode.executeHoverProvider", document.uri, position);
  return hovers.flatMap((it) => it.contents.map((part) => part.value ?? part)).join("\n");
}

async function checks() {
  let stages;
  let spring;

  await check("the extension is active on a Dockerfile", async () => {
    stages = await open("stages/Dockerfile");
    assert.equal(stages.languageId, "dockerfile");
    await vscode.extensions.getExtension("dockstage.dockstage").activate();
  });

  await check("a misspelt stage is reported where it stands", async () => {
    const found = await waitFor(stages, "UnknownStage");
    assert.match(found.message, /biulder/);
    assert.equal(found.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(found.source, "dockstage");
    assert.deepEqual(found.range, new vscode.Range(18, 12, 18, 19));
    assert.equal(found.relatedInformation?.[0]?.location.range.start.line, 3);
  });

  await check("nothing is reported twice", () => {
    const codes = diagnostics(stages).map(code).sort();
    assert.deepEqual(codes, ["UnknownStage", "UnreachableStage"]);
  });

  await check("a stage that a plain build leaves out is a hint, faded", () => {
    const found = find(stages, "UnreachableStage");
    assert.equal(found.severity, vscode.DiagnosticSeverity.Hint);
    assert.deepEqual(found.tags, [vscode.DiagnosticTag.Unnecessary]);
    assert.match(found.message, /--target test/);
  });

  await check("a stage and an image have colours of their own", async () => {
    const legend = await run("vscode.provideDocumentSemanticTokensLegend", stages.uri);
    const { data } = await run("vscode.provideDocumentSemanticTokens", stages.uri);
    const found = new Set();
    let line = 0;
    let column = 0;
    for (let at = 0; at < data.length; at += 5) {
      column = data[at] > 0 ? data[at + 1] : column + data[at + 1];
      line += data[at];
      const word = stages.getText(new vscode.Range(line, column, line, column + data[at + 2]));
      const modifiers = legend.tokenModifiers.filter((_, bit) => (data[at + 4] >> bit) & 1);
      found.add([word, legend.tokenTypes[data[at + 3]], ...modifiers].join(" "));
    }
    assert.ok(found.has("builder class declaration"), [...found].join("\n"));
    assert.ok(found.has("golang namespace external"), [...found].join("\n"));
  });

  await check("the quick fix mends the name, and the report goes", async () => {
    const fix = await action(
      stages,
      place(stages, "biulder"),
      "Change to `builder`",
      vscode.CodeActionKind.QuickFix,
    );
    assert.ok(fix.isPreferred, "it is the preferred fix");
    await apply(fix);
    assert.match(stages.getText(), /COPY --from=builder \/src\/config/);
    await waitGone(stages, "UnknownStage");
  });

  await check("a new mistake is reported as it is typed", async () => {
    const end = stages.lineAt(stages.lineCount - 1).range.end;
    const insert = new vscode.WorkspaceEdit();
    insert.insert(stages.uri, end, "COPY --from=bilder /a /a\n");
    await vscode.workspace.applyEdit(insert);
    const found = await waitFor(stages, "UnknownStage");
    assert.equal(found.range.start.line, end.line);
    const remove = new vscode.WorkspaceEdit();
    remove.delete(stages.uri, new vscode.Range(end, stages.lineAt(stages.lineCount - 1).range.end));
    await vscode.workspace.applyEdit(remove);
    await waitGone(stages, "UnknownStage");
  });

  await check("hover on a stage shows its image and its description", async () => {
    const text = await hoverText(stages, place(stages, "builder", { n: 2 }));
    assert.match(text, /golang:1\.26/);
    assert.match(text, /Compiles the service\./);
  });

  await check("definition goes from COPY --from to the stage", async () => {
    const from = "--from=";
    const position = place(stages, `${from}builder /src/config`, { offset: from.length });
    const [found] = await run("vscode.executeDefinitionProvider", stages.uri, position);
    assert.deepEqual(found.targetSelectionRange ?? found.range, new vscode.Range(3, 20, 3, 27));
  });

  await check("references name every use", async () => {
    const found = await run("vscode.executeReferenceProvider", stages.uri, place(stages, "builder"));
    const lines = found.map((it) => it.range.start.line).sort((a, b) => a - b);
    assert.deepEqual(lines, [3, 9, 14, 15, 18, 19]);
  });

  await check("completion after --from= offers the stages before", async () => {
    const from = "COPY --from=";
    const position = place(stages, `\n${from}builder /src/config`, { offset: from.length + 1 });
    const list = await run("vscode.executeCompletionItemProvider", stages.uri, position);
    const labels = list.items.map((it) => it.label.label ?? it.label);
    for (const stage of ["builder", "test", "base"]) {
      assert.ok(labels.includes(stage), `${stage} is not among: ${labels.join(", ")}`);
    }
    assert.ok(!labels.includes("final"), "a stage cannot copy from itself");
  });

  await check("the outline is a tree of stages", async () => {
    const symbols = await run("vscode.executeDocumentSymbolProvider", stages.uri);
    const names = symbols.map((it) => it.name).join("\n");
    for (const stage of ["builder", "test", "base", "final"]) {
      assert.ok(names.includes(stage), `${stage} is not among:\n${names}`);
    }
    assert.ok(symbols.some((it) => it.children.length > 0), "stages have children");
  });

  await check("a stage can be folded", async () => {
    const ranges = await run("vscode.executeFoldingRangeProvider", stages.uri);
    assert.ok(
      ranges.some((it) => it.start === 3),
      `no fold begins on line 4: ${JSON.stringify(ranges)}`,
    );
  });

  await check("the call hierarchy lists who takes from a stage", async () => {
    const [item] = await run("vscode.prepareCallHierarchy", stages.uri, place(stages, "builder"));
    const calls = await run("vscode.provideIncomingCalls", item);
    const lines = calls.flatMap((it) => it.fromRanges.map((range) => range.start.line));
    assert.deepEqual(lines, [9, 14, 15, 18, 19]);
  });

  await check("code lenses list the uses and copy the build command", async () => {
    const all = await run("vscode.executeCodeLensProvider", stages.uri, 99);
    const lenses = all.filter((it) => it.range.start.line === 3).map((it) => it.command);
    const lens = (title) => lenses.find((it) => it.title === title) ?? assert.fail(JSON.stringify(lenses));
    await run(lens("5 uses").command, ...lens("5 uses").arguments);
    const copy = lens("Copy build command");
    await run(copy.command, ...copy.arguments);
    const line = "docker build --target builder -f stages/Dockerfile stages";
    assert.deepEqual(copy.arguments, [line]);
    assert.equal(await vscode.env.clipboard.readText(), line);
  });

  await check("inlay hints show what one would have to look up", async () => {
    const whole = new vscode.Range(0, 0, stages.lineCount, 0);
    const hints = await run("vscode.executeInlayHintProvider", stages.uri, whole);
    assert.ok(hints.length > 0, "there are hints");
  });

  await check("rename reaches FROM, COPY --from, mounts and ONBUILD", async () => {
    const position = place(stages, "builder");
    const edit = await run("vscode.executeDocumentRenameProvider", stages.uri, position, "compile");
    assert.equal(edit.size, 1, "one file");
    await vscode.workspace.applyEdit(edit);
    assert.equal(stages.getText(), fixture("stages/Dockerfile.renamed"));
  });

  await check("a name that is taken is refused with the reason", async () => {
    const position = place(stages, "compile");
    await assert.rejects(
      async () => run("vscode.executeDocumentRenameProvider", stages.uri, position, "final"),
      /final/,
    );
    assert.equal(stages.getText(), fixture("stages/Dockerfile.renamed"));
  });

  await check("a single-stage build gets the hint on its image", async () => {
    spring = await open("spring-boot/Dockerfile");
    const found = await waitFor(spring, "SplitStage");
    assert.equal(found.severity, vscode.DiagnosticSeverity.Hint);
    assert.equal(found.range.start.line, 0);
  });

  await check("the hint can be turned off and on while the server runs", async () => {
    const settings = vscode.workspace.getConfiguration("dockstage");
    await settings.update("split.hint", false, vscode.ConfigurationTarget.Global);
    await waitGone(spring, "SplitStage");
    await settings.update("split.hint", undefined, vscode.ConfigurationTarget.Global);
    await waitFor(spring, "SplitStage");
  });

  await check("the split is a refactoring and the quick fix of the hint", async () => {
    const title = "Split into builder and final stage";
    const position = place(spring, "eclipse-temurin");
    const refactoring = await action(spring, position, title, vscode.CodeActionKind.RefactorRewrite);
    const fix = await action(spring, position, title, vscode.CodeActionKind.QuickFix);
    assert.equal(fix.kind.value, "quickfix");
    assert.deepEqual(fix.edit.get(spring.uri), refactoring.edit.get(spring.uri));
  });

  await check("the split gives builder and final stage", async () => {
    const split = await action(
      spring,
      place(spring, "eclipse-temurin"),
      "Split into builder and final stage",
      vscode.CodeActionKind.RefactorRewrite,
    );
    assert.equal(split.command.command, "dockstage.showNotes");
    assert.ok(split.command.arguments[1].some((note) => note.startsWith("The final stage starts from")));
    await apply(split);
    assert.equal(spring.getText(), fixture("spring-boot/Dockerfile.split"));
  });

  await check("after the split nothing is reported any more", async () => {
    await wait("an empty list of diagnostics", changed, () => diagnostics(spring).length === 0);
  });

  await check("a restart of the server brings everything back", async () => {
    await run("undo");
    assert.equal(spring.getText(), fixture("spring-boot/Dockerfile"));
    await waitFor(spring, "SplitStage");
    await run("dockstage.restartServer");
    await waitFor(spring, "SplitStage");
    assert.match(await hoverText(spring, place(spring, "eclipse-temurin")), /eclipse-temurin/);
  });

  await check("a mistake in dockstage.toml is reported in it, and goes when it is mended", async () => {
    await writeSettings('[buidl]\ntarget = "compile"\n');
    const reported = () => vscode.languages.getDiagnostics(settingsFile());
    const [found] = await wait("the mistake", changed, () => reported().length > 0 && reported());
    assert.match(found.message, /no setting `buidl`; did you mean `build`/);
    assert.deepEqual([found.range.start.line, found.range.start.character], [0, 1]);
    await writeSettings('[build]\ntarget = "test"\n');
    await wait("its end", changed, () => reported().length === 0);
  });

  await check("the target of dockstage.toml holds until the file is gone", async () => {
    const faded = () =>
      diagnostics(stages).find((it) => it.message.includes("the target is `test`"))?.range.start.line;
    assert.equal(await wait("another target", changed, faded), place(stages, "trixie-slim AS base").line);
    await vscode.workspace.fs.delete(settingsFile());
    await wait("the last stage as the target", changed, () => faded() === undefined);
  });

  await check("dockstage.path is followed at once", async () => {
    const settings = vscode.workspace.getConfiguration("dockstage");
    await settings.update("path", "/nowhere/dockstage", vscode.ConfigurationTarget.Global);
    await waitGone(spring, "SplitStage");
    await settings.update("path", process.env.DRIVER_BINARY, vscode.ConfigurationTarget.Global);
    await waitFor(spring, "SplitStage");
    await settings.update("path", undefined, vscode.ConfigurationTarget.Global);
  });
}

exports.activate = async () => {
  if (!RESULT) return;
  try {
    await checks();
  } catch (error) {
    results.push({ name: "the test itself", ok: false, problem: String(error?.stack ?? error) });
  }
  // Whole or not at all: the other side waits for the file's name.
  writeFileSync(`${RESULT}.new`, JSON.stringify(results));
  renameSync(`${RESULT}.new`, RESULT);
};
