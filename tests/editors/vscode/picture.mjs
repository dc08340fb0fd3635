// The picture of the README, made as a user would make it. On the left a
// mistake and the card of a stage, below it the list of problems; on the right
// the menu that offers the split, and under that what the split made of the
// same file. Every step waits for what it needs to see.

const SPLIT = "Split into builder and final stage";

export async function takePicture(page, file) {
  await openFile(page, "shop");
  await page.waitForSelector(".squiggly-warning");
  await command(page, "View: New Editor Group to the Right");
  await openFile(page, "before");
  await command(page, "View: New Editor Group Below");
  await openFile(page, "after");
  await page.keyboard.press("Control+KeyB"); // no side bar
  await page.locator(".explorer-folders-view").waitFor({ state: "hidden" });

  await openMenu(page, "after");
  await page.keyboard.press("Enter");
  await lines(page, "after").filter({ hasText: "AS final" }).waitFor();

  await showProblems(page);
  // Room for the card on the left, for the whole file on the right.
  await drag(page, ".monaco-sash.vertical", { x: 635, y: 300 }, { x: 740, y: 300 });
  await drag(page, ".monaco-sash.horizontal", { x: 300, y: 508 }, { x: 300, y: 651 });
  await drag(page, ".monaco-sash.horizontal", { x: 1000, y: 380 }, { x: 1000, y: 322 });

  // An open menu lays a sheet over the page that keeps the mouse from the rest.
  await page.addStyleTag({ content: ".context-view-block, .context-view-pointerBlock { display: none }" });
  await openMenu(page, "before");
  const { x, y } = await word(page, "shop", "--from=builder /out", "builder");
  await page.mouse.move(x, y, { steps: 3 });
  await page.locator(".monaco-hover:not(.hidden)").filter({ hasText: "golang" }).waitFor();
  await page.locator(".action-widget").filter({ hasText: SPLIT }).waitFor();

  await page.screenshot({ path: file });
}

const editor = (page, folder) => page.locator(`.monaco-editor[data-uri*="/${folder}/Dockerfile"]`);

export const lines = (page, folder) => editor(page, folder).locator(".view-line");

/** Opens the Dockerfile of a folder in the active group. */
export async function openFile(page, folder) {
  await page.waitForSelector(".explorer-folders-view .monaco-list-row");
  await quickInput(page, `${folder}/Dockerfile`, `[aria-label*="${folder}"]`);
  await editor(page, folder).waitFor();
}

/** Runs a command by its title. */
async function command(page, title) {
  await quickInput(page, `>${title}`, `[aria-label^="${title}"]`);
}

async function quickInput(page, text, row) {
  await page.keyboard.press("Control+KeyP");
  const box = page.locator(".quick-input-widget");
  await box.locator("input").fill(text);
  await box.locator(`.monaco-list-row${row}`).first().waitFor();
  await page.keyboard.press("Enter");
  await box.waitFor({ state: "hidden" });
}

/** Puts the cursor on the image of the first line of an editor. */
async function focus(page, folder) {
  const first = lines(page, folder).first();
  await first.click({ position: { x: 205, y: 8 } });
  await editor(page, folder).and(page.locator(".focused")).waitFor();
}

/** Opens the menu of code actions on the first line, and goes to the split. */
export async function openMenu(page, folder) {
  await editor(page, folder).locator(".squiggly-hint").first().waitFor();
  const split = page.locator(".action-widget .monaco-list-row.focused").filter({ hasText: SPLIT });
  // On a busy machine the keys can come before VS Code has asked for the actions: then ask again, as a user would.
  for (let tries = 1; ; tries++) {
    if (!(await editor(page, folder).and(page.locator(".focused")).count())) await focus(page, folder);
    await page.keyboard.press("Control+Period");
    try {
      return await split.waitFor({ timeout: 15_000 });
    } catch (error) {
      if (tries === 5) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

/** Opens the list of problems below the editors. */
async function showProblems(page) {
  await page.keyboard.press("Control+Shift+KeyM");
  await page.locator(".part.panel .monaco-list-row").filter({ hasText: "bulider" }).waitFor();
}

/** Drags the border that is nearest to a point. */
async function drag(page, border, from, to) {
  const borders = await page.locator(border).all();
  const places = (await Promise.all(borders.map((it) => it.boundingBox())))
    .filter((box) => box !== null)
    .map((box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2, box }));
  const far = ({ box }) =>
    Math.max(box.x - from.x, 0, from.x - box.x - box.width) + Math.max(box.y - from.y, 0, from.y - box.y - box.height);
  places.sort((a, b) => far(a) - far(b));
  const { x, y } = places[0];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

/** The middle of a word on the line that has `text`. */
async function word(page, folder, text, wanted) {
  const line = lines(page, folder).filter({ hasText: text });
  return line.evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const start = node.data.indexOf(wanted);
      if (start < 0) continue;
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + wanted.length);
      const box = range.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }
    throw new Error(`${wanted} is not on the line`);
  }, wanted);
}
