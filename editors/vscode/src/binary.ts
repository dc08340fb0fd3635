// Where the server's binary is: the setting, this extension's own, PATH.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

const BINARY = process.platform === "win32" ? "dockstage.exe" : "dockstage";

export type Found =
  | { kind: "found"; path: string; origin: "setting" | "bundled" | "PATH" }
  /** The setting names something that cannot be run: a mistake to show, not to step over. */
  | { kind: "wrong-setting"; path: string }
  | { kind: "nowhere" };

export async function findBinary(setting: string, extensionFolder: string): Promise<Found> {
  if (setting.trim() !== "") {
    const chosen = expandHome(setting.trim());
    return (await isProgram(chosen))
      ? { kind: "found", path: chosen, origin: "setting" }
      : { kind: "wrong-setting", path: chosen };
  }
  const bundled = path.join(extensionFolder, "bin", BINARY);
  if (await isProgram(bundled)) {
    return { kind: "found", path: bundled, origin: "bundled" };
  }
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    // An empty or relative entry would mean the folder of the project.
    const candidate = path.join(folder, BINARY);
    if (path.isAbsolute(folder) && (await isProgram(candidate))) {
      return { kind: "found", path: candidate, origin: "PATH" };
    }
  }
  return { kind: "nowhere" };
}

function expandHome(file: string): string {
  return file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : file;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
