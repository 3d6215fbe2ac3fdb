import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawRooms } from "../scripts/architecture.js";
import { files, imports, roomOf } from "../scripts/imports.js";

// Imports of src/ go from room to room downwards, types included, and never in a circle.

/** Each room, and those from which it may import besides itself. */
const BELOW: Record<string, readonly string[]> = {};
const LADDER = ["losses", "measures", "call", "engine", "backends", "numbers"];
for (const [i, room] of LADDER.entries()) BELOW[room] = LADDER.slice(i + 1);
BELOW.generated = [];
BELOW.index = LADDER;
// subpaths: what they offer is built on what the package does
// Zhang and Grabchak's estimator is made of the gamma function's derivative
BELOW.evidence = ["index", "families/gammaFunction", ...LADDER];
// posteriors of entropy are made of gamma functions, intervals of tails
BELOW.counts = ["evidence", "families/tails", ...BELOW.evidence];
BELOW.sparse = ["index", ...LADDER, "compare/systemError", "compare/shown"];
// Student's t is a beta distribution's tail
BELOW.compare = ["index", "families/tails", ...LADDER];
BELOW.shards = [...BELOW.compare, "compare"];
BELOW.queue = ["shards", ...BELOW.shards];
BELOW.cli = ["evidence", "sparse", "counts", "queue", ...BELOW.queue];
BELOW.worker = ["compare", ...LADDER];
// the others know of no families, nor these of kernels
BELOW.families = ["numbers", "engine/checks"];

function isAllowed(from: string, to: string): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  // built from what lies above, read where it is used
  if (room === other || other === "generated") return true;
  return BELOW[room].some((place) => place === other || place === to);
}

/** A way along imports from a file to itself; undefined if there is none. */
function findCircle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe("src", () => {
  test("has these rooms", () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(BELOW).sort());
  });

  test("is found where an import says", () => {
    const missing = [...imports].flatMap(([file, all]) =>
      all.filter((other) => !imports.has(other)).map((other) => `${file} → ${other}`),
    );
    expect(missing).toEqual([]);
    expect([...imports.values()].flat().length).toBeGreaterThan(300);
  });

  test("has imports that go down alone", () => {
    const up = [...imports].flatMap(([file, all]) =>
      all.filter((other) => !isAllowed(file, other)).map((other) => `${file} → ${other}`),
    );
    expect(up).toEqual([]);
  });

  test("is as docs/architecture.md draws it", () => {
    expect(readFileSync("docs/plots/rooms.svg", "utf8"), "npm run architecture draws it").toBe(drawRooms());
  });

  test("loads nothing of Node's where pages would, too", () => {
    // files, processes and connections
    const OF_NODE = ["cli", "queue", "shards"];
    const needing = files.filter((file) => {
      const code = readFileSync(`src/${file}.ts`, "utf8");
      return (
        !OF_NODE.includes(roomOf(file)) &&
        /^(?:import|export) (?!type ).*from "node:|(?<!typeof )\bimport\("node:|\bBuffer\./m.test(code)
      );
    });
    expect(needing).toEqual([]);
  });

  test("has no files that import each other", () => {
    expect(findCircle()?.join(" → ")).toBeUndefined();
  });
});
