// Starts code-server, opens its page in Chromium, and waits for what the driver
// extension found; or, with SCREENSHOT set, does by hand what the picture of the
// README shows; or, with PREVIEW set, confirms a split in VS Code's preview. All names come from the environment: see the script `run`. For a
// look at a failure, FAILED_PICTURE names a file for what the page shows then.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { MODULES, CHROMIUM, USER_DATA, EXTENSIONS, PROJECT, SCRATCH, SCREENSHOT, PREVIEW, DRIVER_RESULT, FAILED_PICTURE } =
  process.env;
const { chromium } = createRequire(join(MODULES, "index.js"))("playwright-core");

const LIMIT = 120_000;

/** Starts code-server on a free port and answers with its address. */
function startServer() {
  const server = spawn(
    join(MODULES, ".bin", "code-server"),
    ["--auth", "none", "--bind-addr", "127.0.0.1:0", "--user-data-dir", USER_DATA, "--extensions-dir", EXTENSIONS]
      .concat(["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", PROJECT]),
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let log = "";
  const address = new Promise((resolve, reject) => {
    const read = (text) => {
      log += text;
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log);
      if (found) resolve(found[1]);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => reject(new Error(`code-server ended (${code}):\n${log}`)));
  });
  // The whole group: code-server has children of its own.
  const stop = () => {
    try {
      process.kill(-server.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  return { address, stop, log: () => log };
}

function openBrowser() {
  return chromium.launchPersistentContext(join(SCRATCH, "browser"), {
    executablePath: CHROMIUM,
    headless: true,
    // A browser asks before it lets a page at the clipboard.
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 800 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

async function waitForFile(file) {
  const deadline = Date.now() + LIMIT;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error(`never came: ${file}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Prints what the driver found, one line a check, and leaves the sum for `run`. */
function report(results) {
  for (const { name, ok, problem } of results) {
    console.log(ok ? `ok      ${name}` : `FAILED  ${name}\n${problem}`);
  }
  const passed = results.filter((it) => it.ok).length;
  writeFileSync(join(SCRATCH, "tally"), `${passed} ${results.length - passed}\n`);
}

const server = startServer();
let browser;
let page;
try {
  const address = await server.address;
  browser = await openBrowser();
  page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(LIMIT);
  await page.goto(`${address}/?folder=${encodeURIComponent(PROJECT)}`);
  if (SCREENSHOT) {
    const { takePicture } = await import("./picture.mjs");
    await takePicture(page, SCREENSHOT);
  } else if (PREVIEW) {
    const { confirmSplit } = await import("./preview.mjs");
    await confirmSplit(page);
  } else {
    await waitForFile(DRIVER_RESULT);
    report(JSON.parse(readFileSync(DRIVER_RESULT, "utf8")));
  }
} catch (error) {
  console.log(String(error?.stack ?? error));
  console.log(server.log());
  if (FAILED_PICTURE) await page?.screenshot({ path: FAILED_PICTURE }).catch(() => {});
  process.exitCode = 1;
} finally {
  await browser?.close().catch(() => {});
  server.stop();
}
