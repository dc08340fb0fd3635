// A split that asks for a decision, made as a user would make it: VS Code shows
// it in its preview first and changes nothing, until the change is ticked and
// applied there. Every step waits for what it needs to see.

import { lines, openFile, openMenu } from "./picture.mjs";

const FOLDER = "decide";
const TO_DECIDE = "To decide: the builder runs";

export async function confirmSplit(page) {
  await openFile(page, FOLDER);
  await openMenu(page, FOLDER);
  await page.keyboard.press("Enter");

  const panel = page.locator(".bulk-edit-panel");
  const change = panel.locator(".monaco-list-row").filter({ hasText: "Dockerfile" }).first();
  await change.waitFor();
  if (await lines(page, FOLDER).filter({ hasText: "AS final" }).count()) {
    throw new Error("the file was changed before anybody confirmed it");
  }
  // The first box is that of the file, for all changes in it.
  const boxes = panel.locator(".edit-checkbox");
  const ticked = panel.locator('.edit-checkbox[aria-checked="true"]');
  if (await ticked.count()) throw new Error("a change is ticked, though it needs confirmation");
  const changes = await boxes.count();
  await boxes.first().click();
  await ticked.nth(changes - 1).waitFor();
  await panel.locator(".monaco-button").filter({ hasText: "Apply" }).click();

  await lines(page, FOLDER).filter({ hasText: TO_DECIDE }).waitFor();
  await lines(page, FOLDER).filter({ hasText: "AS final" }).waitFor();
  await panel.locator(".monaco-list-row").first().waitFor({ state: "hidden" });
}
