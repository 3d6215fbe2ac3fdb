// npm run site, npm run site:build: the pages, from the built package and from the project's documents.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { apiPage, markdownPage } from "./markdown.js";

const root = fileURLToPath(new URL(".", import.meta.url));
const project = fileURLToPath(new URL("..", import.meta.url));

/** What gives a page shared memory, and with it threads. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const PAGES: readonly [file: string, name: string][] = [
  ["index.html", "Home"],
  ["guide.html", "Guide"],
  ["compare.html", "Compare models"],
  ["counts.html", "Compare counts"],
  ["benchmark.html", "Benchmark"],
  ["api.html", "API"],
];

/** What every page has in its head, beside its title and description. */
const HEAD = `<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%231d4ed8'/%3E%3Cpath d='M3 4l10 8' stroke='white' stroke-width='2.5' stroke-linecap='round'/%3E%3C/svg%3E" />
<link rel="stylesheet" href="./style.css" />`;

/** The links to all pages, for the page `current`. */
function navigation(current: string): string {
  const links = PAGES.map(([file, name]) => {
    const isHere = file === current ? ' aria-current="page"' : "";
    return `<a href="./${file}"${isHere}>${name}</a>`;
  });
  return `<a class="skip" href="#content">To the content</a>
<header class="top"><a class="brand" href="./index.html">logratio</a><nav aria-label="Pages">${links.join("")}</nav></header>`;
}

/** What stands between the tags of an element of a page. */
function inner(html: string, tag: string): string {
  const found = new RegExp(`<${tag}[^>]*>([\\s\\S]*)</${tag}>`).exec(html);
  if (!found) throw new Error(`there is no <${tag}>`);
  return found[1];
}

const read = (path: string) => readFileSync(`${project}${path}`, "utf8");

/** Puts the head, the navigation, documents and the benchmark's page where comments name them. */
const pages: Plugin = {
  name: "pages",
  transformIndexHtml: {
    order: "pre",
    handler: (html, { path }) =>
      html
        .replace("<!-- head -->", HEAD)
        .replace("<!-- navigation -->", navigation(path.slice(1)))
        .replace(/<!-- document: (\S+) -->/, (_, name) => markdownPage(read(name), name))
        .replace("<!-- api -->", () => apiPage(project))
        .replace("<!-- benchmark -->", () => inner(read("bench/web/index.html"), "main")),
  },
};

const dist = (entry: string) => `${project}dist/${entry}index.js`;

export default defineConfig({
  root,
  base: "./",
  plugins: [pages],
  // the built package, as an application that has installed it finds it
  resolve: {
    alias: [
      { find: /^logratio$/, replacement: dist("") },
      { find: /^logratio\/(\w+)$/, replacement: dist("$1/") },
      // what the command's reports and the page share of it is one module each
      { find: /^(?:\.\.\/)+(?:src\/)?(compare|counts|sparse)\/index\.js$/, replacement: dist("$1/") },
    ],
  },
  server: { headers, fs: { allow: [project] } },
  preview: { headers },
  optimizeDeps: { include: ["uplot"] },
  build: {
    target: "es2022",
    outDir: `${project}build/site`,
    emptyOutDir: true,
    rolldownOptions: { input: PAGES.map(([file]) => `${root}${file}`) },
  },
});
