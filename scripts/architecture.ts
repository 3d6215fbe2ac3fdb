// Draws docs/plots/rooms.svg: the rooms of src/, and the imports between them. `npm run architecture` writes it, a test compares it.

import { element } from "./guide/svg.js";
import { imports, roomOf } from "./imports.js";

/** What each room holds, from the top down, as many rooms side by side as a row has. */
const ROWS: readonly (readonly [room: string, what: string])[][] = [
  [["cli", "the command: logratio compare, drift, top"]],
  [
    ["queue", "comparisons by workers over Redis"],
    ["shards", "parts of comparisons that merge"],
  ],
  [
    ["compare", "files of logits"],
    ["sparse", "top-k lists"],
    ["counts", "counts by key"],
    ["evidence", "tests"],
    ["families", "closed forms"],
  ],
  [["index", "the public names of logratio"]],
  [
    ["losses", "one file per loss"],
    ["measures", "one file per measure"],
  ],
  [["call", "from arguments to rows, from rows to results"]],
  [["engine", "memory, threads, which engine computes"]],
  [["backends", "staging; simd: WebAssembly modules; js: their twins"]],
  [["numbers", "logarithms, exponentials, exact sums"]],
];

const WIDTH = 760;
const LEFT = 20;
const ROOM_WIDTH = 540;
const ROW = 84;
const HEIGHT = 52;
/** What a call passes through, beside the rows from `index` on. */
const CALL = [
  "klDivergence(p, q)",
  "definition, formula",
  "arguments → rows",
  "engine, threads",
  "staging → kernel",
  "ln of the sums",
];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function placeRooms(): Map<string, Box> {
  const boxes = new Map<string, Box>();
  ROWS.forEach((row, r) => {
    const width = (ROOM_WIDTH - 16 * (row.length - 1)) / row.length;
    row.forEach(([room], i) => {
      boxes.set(room, { x: LEFT + i * (width + 16), y: 16 + r * ROW, width });
    });
  });
  return boxes;
}

/** Which rooms each one imports from, without those that it reaches by way of another. */
function arrows(rooms: Iterable<string>): [from: string, to: string][] {
  const direct = new Map(Array.from(rooms, (room) => [room, new Set<string>()]));
  for (const [file, all] of imports) {
    for (const other of all) if (direct.has(roomOf(other))) direct.get(roomOf(file))?.add(roomOf(other));
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    for (const next of direct.get(from) ?? []) {
      if (next === from || seen.has(next)) continue;
      seen.add(next);
      if (next === to || reaches(next, to, seen)) return true;
    }
    return false;
  };
  const found: [string, string][] = [];
  for (const [from, all] of direct) {
    for (const to of all) {
      if (to !== from && ![...all].some((by) => by !== to && by !== from && reaches(by, to))) found.push([from, to]);
    }
  }
  return found;
}

const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2430}.what{font-size:11px;fill:#566072}.room{fill:#fff;stroke:#9fb0cc}
.arrow{stroke:#9fb0cc;fill:none;stroke-width:1.5}.call{stroke:#1d4ed8;fill:none;stroke-width:2.5}.step{fill:#1d4ed8;font-size:12px}
@media(prefers-color-scheme:dark){text{fill:#e8ebf2}.what{fill:#a3adbd}.room{fill:#171b23;stroke:#4d5d7a}.arrow{stroke:#4d5d7a}.call{stroke:#86a9ff}.step{fill:#86a9ff}}`;

/** Rooms that are not drawn: what is built, and the program of a thread. */
const HIDDEN = ["generated", "worker"];

export function drawRooms(): string {
  const boxes = placeRooms();
  const missing = [...imports.keys()].map(roomOf).find((room) => !boxes.has(room) && !HIDDEN.includes(room));
  if (missing !== undefined) throw new Error(`scripts/architecture.ts has no place for src/${missing}`);
  const parts = [
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" class="arrow" fill="#9fb0cc"/></marker></defs>',
  ];
  for (const [from, to] of arrows(boxes.keys())) {
    const [a, b] = [boxes.get(from), boxes.get(to)] as [Box, Box];
    const [x1, y1, x2, y2] =
      a.y === b.y
        ? [a.x < b.x ? a.x + a.width : a.x, a.y + HEIGHT / 2, a.x < b.x ? b.x : b.x + b.width, b.y + HEIGHT / 2]
        : [a.x + a.width / 2, a.y + HEIGHT, Math.min(Math.max(a.x + a.width / 2, b.x + 20), b.x + b.width - 20), b.y];
    parts.push(element("path", { class: "arrow", "marker-end": "url(#tip)", d: `M${x1} ${y1}L${x2} ${y2}` }));
  }
  for (const row of ROWS) {
    for (const [room, what] of row) {
      const { x, y, width } = boxes.get(room) as Box;
      const middle = x + width / 2;
      parts.push(
        element("rect", { class: "room", x, y, width, height: HEIGHT, rx: 8 }),
        element("text", { x: middle, y: y + 22, "text-anchor": "middle", "font-weight": "600" }, room),
        element("text", { class: "what", x: middle, y: y + 40, "text-anchor": "middle" }, what),
      );
    }
  }
  const x = LEFT + ROOM_WIDTH + 30;
  const first = ROWS.findIndex(([[room]]) => room === "index");
  CALL.forEach((step, i) => {
    parts.push(element("text", { class: "step", x: x + 14, y: 16 + (first + i) * ROW + 30 }, step));
  });
  parts.push(
    element("path", {
      class: "call",
      d: `M${x} ${16 + first * ROW + 10}V${16 + (ROWS.length - 1) * ROW + HEIGHT - 10}`,
    }),
  );
  const height = 16 + ROWS.length * ROW;
  return `${element("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": "The rooms of src and the imports between them, which all go down" }, parts.join("\n"))}\n`;
}
