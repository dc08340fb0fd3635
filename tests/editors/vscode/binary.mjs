// Where the extension looks for the server, and in which order. Takes the
// bundled src/binary.ts as its argument; prints one line a check.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [module, scratch] = process.argv.slice(2);
const { findBinary } = createRequire(module)(module);

function program(...parts) {
  const file = join(scratch, ...parts, "dockstage");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n", { mode: 0o755 });
  return file;
}

const set = program("set");
const bundled = program("extension", "bin");
const onPath = program("path");
const extension = join(scratch, "extension");
const bare = join(scratch, "bare");
process.env.PATH = ["relative", "", join(scratch, "path")].join(":");
process.env.HOME = scratch;

const cases = {
  "the setting comes first": [set, extension, { kind: "found", path: set, origin: "setting" }],
  "the setting may begin with ~": ["~/set/dockstage", extension, { kind: "found", path: set, origin: "setting" }],
  "a wrong setting is not stepped over": [scratch, extension, { kind: "wrong-setting", path: scratch }],
  "then the binary of the extension": ["", extension, { kind: "found", path: bundled, origin: "bundled" }],
  "then PATH": [" ", bare, { kind: "found", path: onPath, origin: "PATH" }],
};

let failed = 0;
const check = async (name, setting, folder, expected) => {
  try {
    assert.deepEqual(await findBinary(setting, folder), expected);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.message}`);
  }
};
for (const [name, [setting, folder, expected]] of Object.entries(cases)) {
  await check(name, setting, folder, expected);
}
process.env.PATH = "";
await check("nowhere is said", "", bare, { kind: "nowhere" });
writeFileSync(join(scratch, "tally"), `${Object.keys(cases).length + 1 - failed} ${failed}\n`);
