// Draws icon.png: a tall stage, an arrow, the small stage that is shipped.
// Run by hand after a change: node scripts/icon.mjs

import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 128;
const SAMPLES = 4; // a side, for smooth edges

const BACKGROUND = [16, 42, 67];
const BUILDER = [94, 129, 172];
const FINAL = [64, 196, 170];
const ARROW = [236, 239, 244];

const inBox = (x, y, left, top, right, bottom, radius) => {
  const dx = Math.max(left + radius - x, 0, x - (right - radius));
  const dy = Math.max(top + radius - y, 0, y - (bottom - radius));
  return Math.hypot(dx, dy) <= radius;
};

/** The colour at a point, undefined outside of the icon. */
function colour(x, y) {
  if (!inBox(x, y, 0, 0, SIZE, SIZE, 24)) return undefined;
  // The builder: four layers.
  for (const top of [22, 44, 66, 88]) {
    if (inBox(x, y, 18, top, 58, top + 18, 4)) return BUILDER;
  }
  // The final stage: two.
  for (const top of [66, 88]) {
    if (inBox(x, y, 86, top, 112, top + 18, 4)) return FINAL;
  }
  // The arrow from one to the other.
  if (x >= 62 && x <= 74 && Math.abs(y - 86) <= 2.5) return ARROW;
  if (x >= 72 && x <= 82 && Math.abs(y - 86) <= (82 - x) * 0.8) return ARROW;
  return BACKGROUND;
}

function pixel(column, row) {
  let [red, green, blue, inside] = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const found = colour(
      column + ((i % SAMPLES) + 0.5) / SAMPLES,
      row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES,
    );
    if (found) {
      red += found[0];
      green += found[1];
      blue += found[2];
      inside += 1;
    }
  }
  const mean = (sum) => (inside ? Math.round(sum / inside) : 0);
  return [mean(red), mean(green), mean(blue), Math.round((255 * inside) / (SAMPLES * SAMPLES))];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
header.set([8, 6, 0, 0, 0], 8); // 8 bits, red green blue alpha

const rows = [];
for (let row = 0; row < SIZE; row++) {
  rows.push(0); // no filter
  for (let column = 0; column < SIZE; column++) rows.push(...pixel(column, row));
}

writeFileSync(
  new URL("../icon.png", import.meta.url),
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]),
);
