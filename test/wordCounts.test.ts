import { describe, expect, test } from "vitest";
import { countWords, kindOf, readCounts } from "../site/parts/wordCounts.js";

// What a person pastes into the page that compares counts.

describe("kindOf", () => {
  test.each([
    ["tea 30\nmilk 10\n\nrum 0", "counts"],
    ["tea,30\nmilk,10", "counts"],
    ["     30 tea\n     10 green tea", "counts"],
    ["plan,age\nfree,20\npaid,30", "table"],
    ["plan;age\nfree;20\n", "table"],
    ["word,count\ntea,30", "table"],
    ['name,text\n"a, b",c\n', "table"],
    ["To be, or not to be", "text"],
    ["To be, or not to be, that is the question:\nWhether it is nobler", "text"],
    ["Now, at last, it ends.\nThen, as before, it begins, again.", "text"],
    ["", "text"],
  ])("%j", (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });
});

describe("readCounts", () => {
  test.each<[string, [string, number][]]>([
    [
      "tea 30\n  green tea\t10\r\n\nrum: 0",
      [
        ["tea", 30],
        ["green tea", 10],
        ["rum", 0],
      ],
    ],
    [
      '"tea, green",3\n"rum",4',
      [
        ["tea, green", 3],
        ["rum", 4],
      ],
    ],
    [
      "   30 tea\n    2 2024",
      [
        ["tea", 30],
        ["2024", 2],
      ],
    ],
    ["tea 3\ntea 4", [["tea", 7]]],
    ["2024 5", [["2024", 5]]],
  ])("%j", (text, counts) => {
    expect([...readCounts(text, "before")]).toEqual(counts);
  });

  test("names the line that has no count", () => {
    expect(() => readCounts("tea 30\n\nmilk -1.5x\n", "a.txt")).toThrow(
      'a.txt, line 3: "milk -1.5x" is no word with its count',
    );
    expect(() => readCounts("tea 30\nmilk 1.5", "a.txt")).toThrow("a.txt, line 2");
    expect(() => readCounts("tea 30\nmilk -2", "a.txt")).toThrow("a.txt, line 2");
  });
});

test("countWords", () => {
  expect(Object.fromEntries(countWords("Don't! The the THE café's 日本, 42 re-do"))).toEqual({
    ...{ "don't": 1, the: 3, "café's": 1, 日本: 1, "42": 1, re: 1, do: 1 },
  });
  expect(countWords(" … ").size).toBe(0);
});
