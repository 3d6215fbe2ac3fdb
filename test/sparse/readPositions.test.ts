import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  divergenceBounds,
  type Position,
  type PositionOptions,
  positionsOf,
  readPositions,
} from "../../src/sparse/index.js";

import { repeats } from "../long.js";
import { randomNumbers } from "../random.js";

// The files have the same two positions, twice, as each server writes them: made up from the formats' documentation.

const FOLDER = "test/fixtures/sparse";

async function all(source: Parameters<typeof readPositions>[0], options?: PositionOptions): Promise<Position[]> {
  const positions: Position[] = [];
  for await (const position of readPositions(source, options)) positions.push(position);
  return positions;
}

const TEXTS = [
  [" Paris", " the", " Lyon"],
  [".", ",", " in"],
];
const IDS = [
  [12366, 279, 43885],
  [13, 11, 304],
];
const LOGS = [
  [-0.25, -1.75, -3.5],
  [-0.375, -1.5, -2.75],
];
const TEXT_OF_ROME = " Rome";
const ID_OF_ROME = 22463;

const files = readdirSync(FOLDER).filter((name) => !name.includes("sampled"));
const hasIds = (name: string) => /vllm|sglang|^llama|logratio/.test(name);

describe("every format", () => {
  test.each(files)("%s", async (name) => {
    const positions = await all(join(FOLDER, name));
    expect(positions.map(({ record, index }) => [record, index])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const [texts, rome] = hasIds(name) ? [IDS, ID_OF_ROME] : [TEXTS, TEXT_OF_ROME];
    for (const [i, { token, logProbability, distribution }] of positions.entries()) {
      const expected = texts[i % 2].map((it, j) => [it, LOGS[i % 2][j]]);
      if (i % 2 === 0) {
        // vLLM does not say which token the prompt has, unless it is not of the top
        expect(token).toBe(name === "vllm.jsonl" ? undefined : texts[0][0]);
        if (token !== undefined) expect(logProbability).toBe(-0.25);
      } else {
        // known besides, and no less likely than what is not listed
        expect(token).toBe(rome);
        expect(logProbability).toBe(-4.25);
        expected.push([rome, -4.25]);
      }
      const listed = distribution.tokens.map((it, j) => [it, distribution.logProbabilities[j]]);
      const sorted = (list: unknown[][]) => list.toSorted((a, b) => (b[1] as number) - (a[1] as number));
      expect(sorted(listed)).toEqual(expected);
      expect(distribution.mostUnlisted).toBeLessThan(Math.exp(LOGS[i % 2][2]) * 1.0001);
      expect(distribution.mostUnlisted).toBeGreaterThan(Math.min(distribution.rest, Math.exp(LOGS[i % 2][2])) * 0.9999);
    }
  });

  test("answers that are there as objects", async () => {
    for (const name of files.filter((name) => /json$/.test(name))) {
      const response = JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
      expect(positionsOf(response)).toEqual(await all(join(FOLDER, name)));
      expect(positionsOf(response[0]).length).toBe(2);
    }
  });

  test("the same positions of two servers have lower bounds of 0", async () => {
    const [one, other] = [await all(join(FOLDER, "openai-chat.jsonl")), await all(join(FOLDER, "ollama.jsonl"))];
    for (const [i, { distribution }] of one.entries()) {
      expect(divergenceBounds(distribution, other[i].distribution).kl.lower).toBe(0);
    }
  });

  test("probabilities after sampling, which may be 0", async () => {
    const [{ distribution, logProbability }] = await all(join(FOLDER, "llama.cpp-sampled.jsonl"));
    expect(Math.exp(logProbability as number)).toBeCloseTo(0.75, 14);
    expect(distribution.logProbability(43885)).toBe(Number.NEGATIVE_INFINITY);
    expect(distribution.mostUnlisted).toBe(0);
  });
});

describe("what formats leave open", () => {
  const item = (token: string, logprob: number, list: Record<string, number>) => ({
    token,
    logprob,
    top_logprobs: Object.entries(list).map(([token, logprob]) => ({ token, logprob })),
  });
  const chat = (...content: unknown[]) => ({ choices: [{ logprobs: { content } }] });
  const least = (response: object, options?: PositionOptions) =>
    Math.log(positionsOf(response, options)[0].distribution.mostUnlisted);

  test("a drawn token that is the least may not be of the top", () => {
    const list = { a: -0.5, b: -2.5, c: -4 };
    expect(least(chat(item("a", -0.5, list)))).toBeCloseTo(-4, 5);
    expect(least(chat(item("c", -4, list)))).toBeCloseTo(-2.5, 5);
    expect(least(chat(item("c", -4, list)), { topK: true })).toBeCloseTo(-4, 5);
    expect(least(chat(item("c", -4, list)), { topK: false })).toBeCloseTo(
      Math.log(1 - Math.exp(-0.5) - Math.exp(-2.5) - Math.exp(-4)),
      4,
    );
  });

  test("a drawn token alone is no top", () => {
    expect(least(chat(item("a", -2, {})))).toBeCloseTo(Math.log(1 - Math.exp(-2)), 4);
    expect(least(chat(item("a", -2, { a: -2 })))).toBeCloseTo(Math.log(1 - Math.exp(-2)), 4);
  });

  test("-9999 of a drawn token means that it is not known", () => {
    const [{ token, logProbability, distribution }] = positionsOf(chat(item("z", -9999, { a: -0.5 })));
    expect([token, logProbability, distribution.tokens]).toEqual(["z", undefined, ["a"]]);
  });

  test("two tokens of one text are one class", () => {
    const twice = [
      { token: "\ufffd", logprob: -1 },
      { token: "\ufffd", logprob: -2 },
      { token: "a", logprob: -3 },
    ];
    const [{ distribution }] = positionsOf(chat({ token: "a", logprob: -3, top_logprobs: twice }));
    expect(distribution.tokens).toEqual(["\ufffd", "a"]);
    expect(distribution.logProbability("\ufffd")).toBeCloseTo(Math.log(Math.exp(-1) + Math.exp(-2)), 14);
  });

  test("bytes tell them apart", () => {
    const bytes = [[0xe2], [0xe3]].map((bytes, i) => ({ token: "\ufffd", bytes, logprob: -1 - i }));
    expect(positionsOf(chat({ ...bytes[0], top_logprobs: bytes }))[0].distribution.tokens).toEqual([
      "\udce2",
      "\udce3",
    ]);
  });

  test("ids in place of texts", () => {
    expect(positionsOf(chat(item("token_id:17", -1, { "token_id:17": -1 })))[0].distribution.tokens).toEqual([17]);
  });

  test("a prompt, then what follows it, of each choice", () => {
    const ofChoice = (index: number) => ({
      index,
      prompt_token_ids: [5, 6],
      prompt_logprobs: [null, { 6: { logprob: -1, rank: 1, decoded_token: "a" } }],
      logprobs: {
        tokens: ["token_id:7"],
        token_logprobs: [-2],
        top_logprobs: [{ "token_id:7": -2, "token_id:8": -1 }],
      },
    });
    const positions = positionsOf({ choices: [ofChoice(0), ofChoice(1)] });
    expect(positions.map(({ record, index, token }) => [record, index, token])).toEqual([
      [0, 0, 6],
      [0, 1, 7],
      [1, 0, 6],
      [1, 1, 7],
    ]);
  });

  test("parts of several choices, one among another", async () => {
    const part = (index: number, text: string) =>
      `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", choices: [{ index, logprobs: { content: [item(text, -1, { [text]: -1 })] } }] })}\n\n`;
    const positions = await all([part(0, "a"), part(1, "b"), part(0, "c"), part(1, "d"), "data: [DONE]\n"]);
    expect(positions.map(({ record, index, token }) => [record, index, token])).toEqual([
      [0, 0, "a"],
      [1, 0, "b"],
      [0, 1, "c"],
      [1, 1, "d"],
    ]);
  });

  test("the neutral format: everything, and no more than a list", async () => {
    const lines = [
      '{"record":"x","token":"a","logprob":-1,"top":[["a",-1],["b",null]],"topK":1,"classes":4,"rounding":0}',
      '{"top":[[7,-1]]}',
    ];
    const [one, other] = await all([lines.join("\n")]);
    expect(one.distribution.logProbability("b")).toBe(Number.NEGATIVE_INFINITY);
    expect([one.distribution.classes, one.distribution.rounding, one.record]).toEqual([4, 0, 0]);
    expect(Math.log(one.distribution.mostUnlisted)).toBeCloseTo(-1, 12);
    expect([other.token, other.distribution.tokens, other.record]).toEqual([undefined, [7], 1]);
    const written = await all([JSON.stringify(one.distribution)]);
    expect(written[0].distribution).toEqual(one.distribution);
    expect((await all([lines[1]], { classes: 9 }))[0].distribution.classes).toBe(9);
  });
});

describe("streams", () => {
  const name = join(FOLDER, "openai-chat.json");
  const bytes = readFileSync(name);

  test("cut anywhere", async () => {
    const whole = await all(name);
    for (const size of [1, 7, 1000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await all(chunks)).toEqual(whole);
    }
    expect(await all(createReadStream(name))).toEqual(whole);
    expect(await all(new Blob([bytes]).stream())).toEqual(whole);
    expect(await all([bytes.toString()])).toEqual(whole);
  });

  test("with what editors and servers put between", async () => {
    const line = '{"record":1,"top":[["é",-1]]}';
    for (const text of [
      `\ufeff${line}`,
      `${line}\r\n\r\n${line}\r\n`,
      `\n\n  ${line}  `,
      `${line}${line}`,
      `[${line},\n${line}]`,
      `event: x\ndata: ${line}\n\n: ping\n`,
      "",
      "\n",
      "[]",
    ]) {
      const tokens = (await all([new TextEncoder().encode(text)])).map(({ distribution }) => distribution.tokens[0]);
      expect(tokens).toEqual(new Array(text.split("top").length - 1).fill("é"));
    }
  });

  test("nothing is read before it is asked for, or after", async () => {
    let given = 0;
    let isClosed = false;
    async function* lines() {
      try {
        for (;;) {
          given++;
          yield `{"record":${given},"top":[["a",-1]]}\n`;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const { record } of readPositions(lines())) if (record === 2) break;
    expect(given).toBeLessThan(6);
    expect(isClosed).toBe(true);
  });
});

describe("errors", () => {
  const folder = mkdtempSync(join(tmpdir(), "logratio-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const good = '{"top":[["a",-1]]}';

  test.each<[string, string, new () => Error, string]>([
    ["no JSON", `${good}\nnonsense\n`, TypeError, ":2:1: this is not JSON: nonsense"],
    ["a comma too many", `${good}\n{"top":[["a",-1],]}`, TypeError, ":2:18: this is not JSON: ]}"],
    ["Python's infinity", '{"top":[["a",-Infinity]]}', TypeError, ":1:14: this is not JSON: -Infinity]]}"],
    ["an end that is missing", `${good}\n{"top":[["a",-1]`, TypeError, ":2:17: this is not JSON: it ends here"],
    ["a bracket that is missing", `{"top":[["a",-1]}\n${good}\n${good}`, TypeError, ":1:17: this is not JSON: }"],
    [
      "one that is missing before a line",
      `{"top":[["a",-1]]\n${good}\n`.repeat(3),
      TypeError,
      ":2:1: this is not JSON: {",
    ],
    ["an array that does not end", `[${good}`, TypeError, "this is not JSON: it ends here"],
    [
      "behind lines",
      '[\n  {\n    "top": [\n      ["a", "b"]\n    ]\n  }\n]',
      TypeError,
      ':4:13: top[0][1] is "b"; it must be a number',
    ],
    [
      "a text for a number",
      '{"top":[["a",-1],["b","-2"]]}',
      TypeError,
      ':1:23: top[1][1] is "-2"; it must be a number',
    ],
    [
      "a log-probability above 0",
      '{"top":[["a",0.5]]}',
      RangeError,
      ":1:14: top[0][1] is 0.5; it must be a log-probability, at most 0",
    ],
    [
      "too much",
      '{"top":[["a",-0.1],["b",-0.1]]}',
      RangeError,
      ":1:8: top is no distribution: the probabilities of entries sum to 1.8",
    ],
    ["nothing", '{"top":[]}', TypeError, ":1:8: top lists no token"],
    [
      "another object",
      '{"a":1,"b":2}',
      TypeError,
      ":1:1: the answer has the keys a, b; it must be of a known format: choices",
    ],
    ["a number", "17", TypeError, ":1:1: the answer is 17; it must be an object"],
    [
      "no log-probabilities",
      '{"choices":[{"index":0,"logprobs":null}]}',
      TypeError,
      ":1:13: choices[0] has no log-probabilities; ask the server for them",
    ],
    ["others of SGLang", '{"meta_info":{"id":1}}', TypeError, ":1:14: meta_info has no log-probabilities"],
    [
      "an item that is none",
      '{"done":true,"logprobs":[null]}',
      TypeError,
      ":1:26: logprobs[0] is null; it must be an object",
    ],
    [
      "an item without a token",
      '{"done":true,"logprobs":[{"logprob":-1}]}',
      TypeError,
      ":1:26: logprobs[0].token is undefined; it must be a token",
    ],
    [
      "a key that is no name",
      '{"choices":[{"logprobs":{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[{"a b":1}]}}]}',
      RangeError,
      ':1:86: choices[0].logprobs.top_logprobs[0]["a b"] is 1',
    ],
    [
      "a rank's",
      '{"choices":[{"prompt_logprobs":[null,{"5":{"logprob":null}}]}]}',
      TypeError,
      ":1:54: choices[0].prompt_logprobs[1].5.logprob is null",
    ],
    [
      "an option that is none",
      '{"top":[["a",-1]],"topK":0}',
      TypeError,
      ":1:26: topK is 0; it must be a topK as topKDistribution takes it",
    ],
  ])("%s", async (_, text, type, message) => {
    const path = join(folder, "answers.jsonl");
    writeFileSync(path, text);
    const reading = all(path);
    await expect(reading).rejects.toThrow(type);
    await expect(reading).rejects.toThrow(`${path}${message.startsWith(":") ? message : ""}`);
    await expect(reading).rejects.toThrow(message);
  });

  test("damaged files are refused by line and column, or read", async () => {
    const random = randomNumbers(5);
    const problems: string[] = [];
    let refused = 0;
    for (const name of readdirSync(FOLDER)) {
      const whole = readFileSync(join(FOLDER, name));
      for (let turn = 0; turn < repeats(200); turn++) {
        const bytes = Uint8Array.from(whole);
        const at = Math.floor(random() * bytes.length);
        const from = Math.floor(random() * bytes.length);
        if (turn % 3 === 0) bytes[at] = Math.floor(256 * random());
        else bytes.copyWithin(at, from, from + 1 + Math.floor(20 * random()));
        const damaged = turn % 5 === 0 ? bytes.subarray(0, at) : bytes;
        await all([damaged], { name: "source" }).catch((error) => {
          refused++;
          const isClear = error instanceof TypeError || error instanceof RangeError;
          if (!isClear || !/^source:\d+:\d+: /.test(error.message)) problems.push(`${name}: ${error}`);
        });
      }
    }
    expect(problems).toEqual([]);
    expect(refused).toBeGreaterThan(100);
  });

  test("keys that would steer a terminal are spelled, and long ones cut", async () => {
    const keys = ["c\u0000hoices", "\u0085", "k".repeat(1000)];
    const known = await all([JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])))]).catch(String);
    expect(known).toMatch(/the keys c\\u0000hoices, \\u0085, k{40}… \(1000 characters\); it must be/);
    const misplaced = '{"choices":{"\u0085":{"logprobs":1}}}';
    expect(await all([misplaced]).catch(String)).not.toMatch(/\p{Cc}/u);
  });

  test("a source by its name, and answers that are objects by their paths", async () => {
    await expect(all(["{}"], { name: "base" })).rejects.toThrow("base:1:1: the answer has the keys of none");
    expect(() => positionsOf({ choices: [{}] })).toThrow("positionsOf: choices[0] has no log-probabilities");
    expect(() => positionsOf({ a: 1 })).toThrow("positionsOf: response has the keys a; it must be of a known format");
  });

  test("what cannot be read", async () => {
    await expect(all(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(all(folder)).rejects.toMatchObject({ code: "EISDIR" });
    await expect(all([5 as never])).rejects.toThrow("readPositions: source gives number; it must give bytes or text");
  });
});
