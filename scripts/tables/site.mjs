// What was tried of the pages of site/ in which browser, by scripts/testSite.ts.

import { LEFT, read, table } from "./markdown.mjs";

/** What visits that only look at pages tell. */
const LOOKS = [
  ["every page opens: no message on the console", (name) => name.startsWith("pages")],
  [
    "every page, light and dark, 1280 and 390 pixels wide: nothing is cut, axe-core has no serious finding",
    (name) => name.startsWith("pages: "),
  ],
];

export function siteText() {
  const browsers = read("site");
  const names = new Set(browsers.flatMap(({ tried }) => tried).filter((name) => !name.startsWith("pages")));
  const lines = [...LOOKS, ...Array.from(names, (name) => [name, (other) => other === name])];
  const heads = [["", LEFT], ...browsers.map(({ browser, version }) => [`${browser} ${version}`, LEFT])];
  const rows = lines.map(([name, isIt]) => [name, ...browsers.map(({ tried }) => (tried.some(isIt) ? "yes" : ""))]);
  return `What \`npm run test:site\` tried in which browser. The example of comparisons has the same bits in all of them.

${table(heads, rows)}`;
}
