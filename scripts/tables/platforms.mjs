// The same bits everywhere, by scripts/testPlatforms.ts.

import { count, LEFT, RIGHT, read, table } from "./markdown.mjs";

export function platformsText() {
  const platforms = read("platforms");
  const [here] = platforms;
  const heads = [
    ["", LEFT],
    ["version", LEFT],
    ["backend", LEFT],
    ["threads", RIGHT],
    [`the bits of ${here.platform} ${here.version}`, LEFT],
    ["time", RIGHT],
  ];
  const rows = platforms.map(({ platform, version, backend, threads, isEqual, seconds }, i) => [
    platform,
    version,
    `\`${backend}\``,
    threads,
    i === 0 ? "" : isEqual ? "yes" : "**no**",
    `${seconds.toFixed(1)} s`,
  ]);

  return `The same ${count(here.cases)} results on each, of every function, of rows of all lengths and kinds, errors among them: four times, by
\`simd\` and by \`js\`, with one thread and with two where there can be. All of their bits make one number, \`${here.digests}\`.

${table(heads, rows)}`;
}
