// What bundlers make of the package, by scripts/testBundlers.ts.

import { LEFT, RIGHT, read, table } from "./markdown.mjs";

const SIZE_COLUMNS = 3;

const kibibytes = (bytes) => (bytes / 1024).toFixed(1);

/** The functions from the smallest to the largest, in as many columns of names and sizes. */
function sizesTable(functions) {
  const cells = Object.entries(functions)
    .sort(([, a], [, b]) => a - b)
    .map(([name, bytes]) => [`\`${name}\``, kibibytes(bytes)]);
  const length = Math.ceil(cells.length / SIZE_COLUMNS);
  const rows = Array.from({ length }, (_, i) =>
    Array.from({ length: SIZE_COLUMNS }, (_, column) => cells[column * length + i] ?? ["", ""]).flat(),
  );
  const heads = Array.from({ length: SIZE_COLUMNS }, () => [
    ["", LEFT],
    ["KiB", RIGHT],
  ]).flat();
  return table(heads, rows);
}

export function bundlersText() {
  const { chromium, bundlers, functions } = read("bundlers");
  const heads = [
    ["", LEFT],
    ["settings", LEFT],
    ["`entropy` alone", RIGHT],
    ["every function", RIGHT],
    ["threads and `relaxed` too", RIGHT],
    ["`worker.js` found", LEFT],
  ];
  const rows = bundlers.map(({ bundler, version, settings, bytes, findsWorker }) => [
    `${bundler} ${version}`,
    settings ?? "none",
    kibibytes(bytes.entropy),
    kibibytes(bytes.all),
    kibibytes(bytes.everything),
    findsWorker ? "yes" : "no",
  ]);

  return `What an application's page loads, in KiB, minified and gzipped. \`npm run test:bundlers\` builds it, and finds in Chromium ${chromium.split(".")[0]} the bits
of Node, with one thread and with two.

${table(heads, rows)}

One function alone, by Vite:

${sizesTable(functions)}`;
}
