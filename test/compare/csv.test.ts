import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCsv } from "../../src/cli/csv.js";
import { fileChunks } from "../../src/sparse/fileChunks.js";
import { randomNumbers } from "../random.js";

const folder = mkdtempSync(join(tmpdir(), "logratio-"));
const path = join(folder, "table.csv");
afterAll(() => rmSync(folder, { recursive: true }));

/** All columns of a file. */
async function read(content: string | Uint8Array, delimiter?: string) {
  writeFileSync(path, content);
  const all = new Map<string, unknown[]>();
  for await (const columns of readCsv(fileChunks(path), path, delimiter)) {
    for (const [name, values] of Object.entries(columns)) all.set(name, (all.get(name) ?? []).concat(values));
  }
  return Object.fromEntries(all);
}

describe("readCsv", () => {
  test.each<[string, string, Record<string, string[]>]>([
    ["plain", "a,b\n1,x\n2,y\n", { a: ["1", "2"], b: ["x", "y"] }],
    ["without an end of the last line", "a,b\n1,x", { a: ["1"], b: ["x"] }],
    ["CRLF", "a,b\r\n1,x\r\n2,y\r\n", { a: ["1", "2"], b: ["x", "y"] }],
    ["CR alone", "a,b\r1,x\r2,y", { a: ["1", "2"], b: ["x", "y"] }],
    ["both ends of lines", 'a,b\n1,x\r\n2,"y"\r\n3,"z"\n', { a: ["1", "2", "3"], b: ["x", "y", "z"] }],
    ["a byte order mark", "\ufeffa,b\n1,x\n", { a: ["1"], b: ["x"] }],
    ["semicolons", "a;b\n1,5;x\n2;y\n", { a: ["1,5", "2"], b: ["x", "y"] }],
    ["tabs", "a\tb\n1\tx, y\n", { a: ["1"], b: ["x, y"] }],
    ["one column", "a\n1\n\n2\n", { a: ["1", "2"] }],
    ["blank lines", "a,b\n\n1,x\n\r\n2,y\n\n", { a: ["1", "2"], b: ["x", "y"] }],
    ["empty fields", "a,b\n,\n,x\n", { a: ["", ""], b: ["", "x"] }],
    ["quotes", 'a,"b, c"\n1,"x, ""y"""\n"",a"b\n', { a: ["1", ""], "b, c": ['x, "y"', 'a"b'] }],
    ["newlines in quotes", 'a,b\n1,"x\ny"\n2,"\r\n"\n', { a: ["1", "2"], b: ["x\ny", "\r\n"] }],
    ["an index without a name", ",a\n0,x\n", { "column 1": ["0"], a: ["x"] }],
    ["names of an object's own", "__proto__,constructor\n1,2\n", { ["__proto__"]: ["1"], constructor: ["2"] }],
    ["a header alone", "a,b\n", { a: [], b: [] }],
    ["no ASCII", "größe,日本\n1,ü\n", { größe: ["1"], 日本: ["ü"] }],
  ])("%s", async (_, content, columns) => {
    expect(Object.entries(await read(content))).toEqual(Object.entries(columns));
  });

  test("with a delimiter of the caller's own", async () => {
    expect(await read("a:b,c\n1:2,3\n", ":")).toEqual({ a: ["1"], "b,c": ["2,3"] });
  });

  test("what was written, whatever is in it, over many reads", async () => {
    const random = randomNumbers(5);
    const signs = ["a", "ü", "日", ",", '"', "\n", "\r\n", " ", "7", "😀", ""];
    const cell = () => Array.from({ length: 12 * random() }, () => signs[Math.floor(signs.length * random())]).join("");
    const rows = Array.from({ length: 20_000 }, () => [`${random()}`, cell(), cell()]);
    const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    for (const end of ["\n", "\r\n"]) {
      const lines = [["x", "y", "z"], ...rows].map((row) => row.map(quoted).join(",") + end);
      const found = await read(lines.join(""));
      for (const [i, name] of ["x", "y", "z"].entries()) expect(found[name]).toEqual(rows.map((row) => row[i]));
    }
  });

  const long = Array.from({ length: 9000 }, (_, i) => `${i},"text\nof two lines"\n`).join("");
  test.each<[string, string | Uint8Array, string]>([
    ["empty", "", " is empty; its first row must have the names of its columns"],
    ["blank", "\n\r\n", " is empty"],
    ["too few fields", "a,b\n1,x\n2\n", ":3: the row has 1 fields, the header has 2"],
    ["too many, behind newlines in quotes", `a,b\n${long}1,2,3\n`, ":18002: the row has 3 fields, the header has 2"],
    ["two columns of a name", "a,b,a\n", ':1: two columns are named "a"; rename one of them'],
    ["a quote that is not closed", 'a,b\n1,x\n2,"y\n3,z\n', ":3: a quoted field does not end; close its quote"],
    ["one far from the end", `a,b\n1,"x\n${"2,y\n".repeat(2e6)}`, ":2: a row is longer than 4194304 characters"],
    ["text behind a quote", 'a,b\n1,"x"y\n2,z\n', ":2: a quoted field goes on behind its quote"],
    ["Latin-1", Uint8Array.of(97, 10, 0xe9, 10), " is not UTF-8 from byte 0 to 4; convert it: iconv"],
    ["a character that is cut off", Uint8Array.of(97, 10, 0xc3), " is not UTF-8 at its end"],
    ["numbers of another format", Uint8Array.of(0x93, 0x4e, 0x55, 0x4d), " is not UTF-8"],
  ])("%s: an error", async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(`${path}${message}`);
  });
});
