// What bundlers make of the package, by scripts/testBundlers.ts.

import { LEFT, RIGHT, read, table } from "./markdown.mjs";

const kibibytes = (bytes) => (bytes / 1024).toFixed(1);

export function bundlersText() {
  const { chromium, bundlers } = read("bundlers");
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

${table(heads, rows)}`;
}
