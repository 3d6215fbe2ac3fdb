// docs/api is what the docstrings say, and they say all there is to say. Every example is run, as it stands, with what its page
// imports: in a folder with base.npy and other.npy, two rows of four classes, and tokens.npy.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readApi } from "../scripts/reference/api.js";
import { examplesOf, faultsOf } from "../scripts/reference/docstrings.js";
import { anchorOf } from "../scripts/reference/markdown.js";
import { makePages } from "../scripts/reference/pages.js";
import { writeNpy, writeTokens } from "../src/compare/index.js";
import { runExample } from "./examples.js";

const home = process.cwd();
const { entries, warnings } = await readApi();
const pages = makePages(entries);

describe("docs/api", () => {
  test("is what the docstrings say", () => {
    const files = readdirSync("docs/api", { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const committed = new Map(
      files.map(({ parentPath, name }) => {
        const path = posix.join(parentPath.replaceAll("\\", "/"), name);
        return [posix.relative("docs/api", path), readFileSync(path, "utf8")];
      }),
    );
    const paths = new Set([...pages.keys(), ...committed.keys()]);
    const stale = [...paths].filter((path) => committed.get(path) !== pages.get(path));
    expect(stale, "these pages are not those of the docstrings: run `npm run reference`, and commit docs/api").toEqual(
      [],
    );
  });

  /** Without its code, in which neither links nor headings are. */
  const proseOf = (page: string) => (pages.get(page) as string).replace(/```[\s\S]*?```/g, "");

  test("every link leads to a heading", () => {
    const lost: string[] = [];
    for (const page of pages.keys()) {
      for (const [, link] of proseOf(page).matchAll(/\]\(([^)]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [path, anchor] = link.split("#");
        const target = path === "" ? page : posix.join(posix.dirname(page), path);
        const headings = pages.has(target) ? [...proseOf(target).matchAll(/^#+ (.*)$/gm)] : [];
        const isThere = anchor ? headings.some(([, heading]) => anchorOf(heading) === anchor) : pages.has(target);
        if (!isThere) lost.push(`${page}: ${link}`);
      }
    }
    expect(lost).toEqual([]);
  });

  test("nothing is taken for HTML", () => {
    const tags = [...pages.keys()].flatMap(
      (page) =>
        proseOf(page)
          .replace(/`[^`]*`/g, "")
          .match(/<\/?[a-z][^>]*>/gi) ?? [],
    );
    expect(tags).toEqual([]);
  });
});

describe("docstrings", () => {
  test("have links that lead somewhere, and parameters that there are", () => expect(warnings).toEqual([]));

  test.each(entries)("of $name are complete", (entry) => expect(faultsOf(entry)).toEqual([]));
});

describe("examples", () => {
  const folder = mkdtempSync(join(tmpdir(), "logratio-"));
  beforeAll(async () => {
    process.chdir(folder);
    const rowsOf = (...numbers: number[]) => [{ data: Float32Array.from(numbers) }];
    await writeNpy("base.npy", rowsOf(2, 1, 0, -1, 0, 0, 3, 0), { classes: 4 });
    await writeNpy("other.npy", rowsOf(2.25, 1, 0, -1, 0, 0, 2.5, 0), { classes: 4 });
    await writeTokens("tokens.npy", [0, 2]);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  const examples = entries.flatMap((entry) =>
    examplesOf(entry).map(({ name, code }) => {
      const page = pages.get(posix.join(entry.folder, `${name.split(".")[0]}.md`));
      const imports = /^```ts\n(import [\s\S]*?)```/m.exec(page ?? "")?.[1];
      return { name: `${entry.name}: ${name}`, code, imports };
    }),
  );
  test.each(examples)("$name", async ({ code, imports }) => {
    expect(imports).toBeDefined();
    await runExample(`${imports}${code}`, { console: { log: () => {} } });
  });
});
