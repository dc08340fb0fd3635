// Puts the greeting into the page: the smallest of builds.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const greeting = process.env.GREETING ?? "Hello from a site!";
mkdirSync("dist", { recursive: true });
cpSync("src", "dist", { recursive: true });
writeFileSync("dist/index.html", readFileSync("src/index.html", "utf8").replace("{greeting}", greeting));
