// Objects behind URLs, from a server that delays, cuts, fails and changes.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { compareLogits, openLogits, writeNpy, writeTokens } from "../../src/compare/index.js";
import { compareShard, mergeSummaries, planShards } from "../../src/shards/index.js";
import { run } from "./command.js";
import { serveFiles } from "./server.js";
import { makeModels } from "./sources.js";
import { temporary } from "./temporary.js";
import { zip } from "./zip.js";

const CLASSES = 500;
const ROWS = 90;
const [base, other] = makeModels(ROWS, CLASSES);
const server = await serveFiles();
const url = (name: string, signature = "s3cret") => `${server.origin}/${name}?X-Sig=${signature}`;
const paths: Record<string, string> = {};

/** Larger than what is on its way at once: 48 rows of 512 KiB, row r of the number r. */
const large = Float32Array.from({ length: 48 * 2 ** 17 }, (_, i) => i >> 17);

beforeAll(async () => {
  for (const name of ["base.npy", "other.npy", "tokens.npy", "large.npy"]) paths[name] = temporary(name);
  await writeNpy(paths["base.npy"], [base], { classes: CLASSES });
  await writeNpy(paths["other.npy"], [other], { classes: CLASSES });
  await writeTokens(paths["tokens.npy"], base.tokens);
  await writeNpy(paths["large.npy"], [{ data: large }], { classes: 2 ** 17 });
});

beforeEach(() => {
  for (const [name, path] of Object.entries(paths)) server.files.set(`/${name}`, readFileSync(path));
});

afterEach(() => {
  server.change = undefined;
  server.requests.length = 0;
  vi.unstubAllEnvs();
});

async function rowsOf(place: string): Promise<number[]> {
  const logits = await openLogits(place);
  const rows: number[] = [];
  try {
    for await (const { data } of logits.read({ batchRows: 1 })) {
      expect(data.every((x) => x === data[0])).toBe(true);
      rows.push(data[0]);
    }
  } finally {
    await logits.close();
  }
  return rows;
}

const inOrder = Array.from({ length: 48 }, (_, r) => r);
const rangeOf = (text = ""): [first: number, last: number] => {
  const [, first, last] = /(\d+)-(\d+)/.exec(text) as RegExpExecArray;
  return [Number(first), Number(last)];
};

/** Holds answers of ranges, and calls `send` with those that are held as each comes; tells how many were at most. */
function holdAnswers(send: (held: (() => void)[], last: number) => void): () => number {
  const held: (() => void)[] = [];
  let most = 0;
  server.change = (answer, { headers }, response) => {
    const [first, last] = rangeOf(headers.range);
    if (server.requests.length === 1 || first === last) return answer;
    held.push(() => response.writeHead(answer.status, answer.headers).end(answer.body));
    most = Math.max(most, held.length);
    send(held, last);
    return false;
  };
  return () => most;
}

describe("a server that delays", () => {
  const lengths = () =>
    server.requests.map(({ headers }) => rangeOf(headers.range)).map(([first, last]) => last - first + 1);
  const size = () => (server.files.get("/large.npy") as Buffer).length;

  test("is asked for three ranges at once, which are handed on in order", async () => {
    const most = holdAnswers((held, last) => {
      // the first ones come last
      if (held.length === 3 || last === size() - 1) for (const send of held.splice(0).reverse()) send();
    });
    expect(await rowsOf(url("large.npy"))).toEqual(inOrder);
    expect(most()).toBe(3);
    // each byte once: but for the header, and the last one, which tells that nothing has changed
    expect(lengths().reduce((sum, one) => sum + one, 0)).toBe(size() + 1);
  });

  test("is asked for more at once where each range takes long", async () => {
    server.change = (answer, _, response) => {
      setTimeout(() => response.writeHead(answer.status, answer.headers).end(answer.body), 40);
      return false;
    };
    expect(await rowsOf(url("large.npy"))).toEqual(inOrder);
    expect(lengths().slice(2, 7)).toEqual(Array(5).fill(2 ** 21));
    expect(lengths().slice(7)).toContain(2 ** 22);
    expect(lengths().reduce((sum, one) => sum + one, 0)).toBe(size() + 1);
  });

  test("is asked for few ranges at once, too, where one read is for all", async () => {
    const most = holdAnswers((held) => {
      // a fourth would come in this time
      if (held.length === 3) setTimeout(() => held.splice(0).forEach((send) => void send()), 50);
    });
    const logits = await openLogits(url("large.npy"));
    for await (const { data } of logits.read({ batchRows: 48 })) expect(data).toEqual(large);
    await logits.close();
    expect(most()).toBe(3);
  });

  test("is not waited for by whoever leaves early", async () => {
    const logits = await openLogits(url("large.npy"));
    let held = 0;
    server.change = (answer, { headers }, response) => {
      if (rangeOf(headers.range)[0] < 2 ** 21) return answer;
      held++;
      response.once("close", () => held--);
      return false;
    };
    for await (const _ of logits.read({ batchRows: 1 })) {
      while (held === 0) await pause(1);
      break;
    }
    while (held > 0) await pause(1);
    await logits.close();
    await expect(rowsOf(url("large.npy").replace("large", "none"))).rejects.toThrow("404");
  });

  test("for too long is asked again", async () => {
    const logits = await openLogits(url("base.npy"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      let asked = 0;
      server.change = (answer) => ++asked > 1 && answer;
      const reading = logits.read({ start: 80 })[Symbol.asyncIterator]().next();
      while (asked < 2) {
        await vi.advanceTimersByTimeAsync(1000);
        await new Promise(setImmediate);
      }
      expect((await reading).value.data).toEqual(base.data.subarray(80 * CLASSES));
    } finally {
      vi.useRealTimers();
    }
    await logits.close();
  });
});

describe("a server that fails for a while", () => {
  test("gives the same rows: it cuts, hangs up, is busy", async () => {
    // the first request is answered
    let asked = 3;
    const cut = new Map<number, number>();
    server.change = (answer, { headers }, response) => {
      const [first, last] = rangeOf(headers.range);
      const kind = asked++ % 5;
      if (kind === 0) {
        // it says that all comes
        response.writeHead(206, { ...answer.headers, "Content-Length": String(answer.body.length) });
        response.write(answer.body.subarray(0, answer.body.length >> 1), () => setTimeout(() => response.destroy(), 5));
        cut.set(last, first);
        return false;
      }
      if (kind === 1) return { status: 503, headers: { "Retry-After": "0" }, body: Buffer.from("busy") } as never;
      if (kind === 2) {
        const headers = { "Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT" };
        return { status: 429, headers, body: Buffer.from("busy") } as never;
      }
      return answer;
    };
    expect(await rowsOf(url("large.npy"))).toEqual(inOrder);
    expect(cut.size).toBeGreaterThan(1);
    // what is cut goes on from where it broke off
    for (const [last, first] of cut) {
      const again = server.requests.map(({ headers }) => rangeOf(headers.range)).filter(([, end]) => end === last);
      expect(again.some(([start]) => start > first)).toBe(true);
    }
  });

  test.each<[string, number, Record<string, string>, number, RegExp]>([
    [
      "is told so, with what was asked for and how often",
      ...([503, { "Retry-After": "0" }, 9] as const),
      /^http:\/\/127\.0\.0\.1:\d+\/base\.npy cannot be read: the server answers 503 Service Unavailable \(bytes 65536 to 180127, 8 times\)$/,
    ],
    [
      "is not waited for where it asks for too much",
      ...([429, { "Retry-After": "3600" }, 2] as const),
      /429 Too Many Requests, and asks to come back in 3600 s \(bytes 65536 to 180127, once\)$/,
    ],
    [
      "is asked once, where it would not help",
      403,
      {},
      2,
      /\/base\.npy cannot be read: the server answers 403 Forbidden$/,
    ],
    ["and once, where it cannot", 501, {}, 2, /the server answers 501 Not Implemented$/],
  ])("for ever %s", async (_, status, headers, requests, message) => {
    server.change = (answer) => (server.requests.length === 1 ? answer : ({ status, headers, body: "" } as never));
    const error = await rowsOf(url("base.npy")).catch((one) => one);
    expect(error.message).toMatch(message);
    expect(server.requests.length).toBe(requests);
  });
});

test("a server whose object changes while a cut range goes on is an error", async () => {
  const logits = await openLogits(url("base.npy"));
  server.change = (answer, _, response) => {
    response.writeHead(206, { ...answer.headers, "Content-Length": String(answer.body.length) });
    response.write(answer.body.subarray(0, 1000), () => response.destroy());
    server.files.set("/base.npy", readFileSync(paths["other.npy"]));
    server.change = undefined;
    return false;
  };
  const reading = (async () => {
    for await (const _ of logits);
  })();
  await expect(reading).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+\/base\.npy changed while it was read$/);
  await logits.close();
});

test("an archive behind a URL is read ahead, too", async () => {
  server.files.set("/large.npz", zip(readFileSync(paths["large.npy"])));
  expect(await rowsOf(url("large.npz"))).toEqual(inOrder);
  // of 48 rows
  expect(server.requests.length).toBeLessThan(20);
});

describe("credentials", () => {
  test("of the environment go to what is below their URL, and nowhere else", async () => {
    vi.stubEnv(
      "LOGRATIO_AUTHORIZATION",
      `https://example.org/ Bearer other\n\n  ${server.origin}/private  Bearer abc \n`,
    );
    for (const name of ["private/base.npy", "privately.npy"]) {
      server.files.set(`/${name}`, readFileSync(paths["base.npy"]));
      await (await openLogits(`${server.origin}/${name}`)).close();
    }
    await (await openLogits(`${server.origin}/private/base.npy`.replace("//", "//me:own@"))).close();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer abc",
      undefined,
      `Basic ${Buffer.from("me:own").toString("base64")}`,
    ]);
    for (const wrong of ["Bearer abc", "https:// Bearer abc", `${server.origin}/`]) {
      vi.stubEnv("LOGRATIO_AUTHORIZATION", wrong);
      const error = await openLogits(url("base.npy")).catch((one) => one);
      expect(error.message).toBe(
        'LOGRATIO_AUTHORIZATION: each line must be like "https://example.org/logits/ Bearer abc"',
      );
    }
  });

  const signed = (signature: string) => [
    ...[url("base.npy", signature).replace("//", "//user:s3cret@"), url("other.npy", signature)],
    ...["--tokens", url("tokens.npy", signature), "--groups", url("groups.txt", signature)],
  ];

  test("are in no part, no report and no message, and may be others for each shard", async () => {
    server.files.set("/groups.txt", Buffer.from(Array.from({ length: ROWS }, (_, r) => `g${r % 3}`).join("\n")));
    const folder = temporary("parts");
    mkdirSync(folder);
    const said: string[] = [];
    const outputs = ["html", "json", "csv", "markdown"].map((name) => [`--${name}`, join(folder, `report.${name}`)]);
    const textsOf = async (args: string[]) => {
      const { code, stdout, stderr } = await run(...args, ...outputs.flat());
      expect(code).toBe(0);
      return [stdout, stderr, ...outputs.map(([, path]) => readFileSync(path, "utf8"))];
    };
    const whole = await textsOf(["compare", ...signed("s3cret1")]);
    for (const i of [1, 2]) {
      const { code, stdout, stderr } = await run(
        "compare",
        ...signed(`s3cret${i}`),
        "--shard",
        `${i}/2`,
        "--checkpoint",
        folder,
      );
      expect(code).toBe(0);
      said.push(stdout, stderr);
    }
    const parts = readdirSync(folder)
      .filter((name) => name.startsWith("part-"))
      .map((name) => join(folder, name));
    expect(await textsOf(["merge", ...parts])).toEqual(whole);
    said.push(...whole, ...parts.map((path) => readFileSync(path, "utf8")));
    const wrong = [
      [...signed("s3cret"), "--rows", "100:"],
      [...signed("s3cret"), "--rows", "90:91"],
      [...signed("s3cret").slice(0, 2), "--tokens", url("groups.txt")],
      [...signed("s3cret").slice(0, 2), "--groups", url("none.txt")],
      [...signed("s3cret").slice(0, 2), "--groups", url("base.npy")],
      [...signed("s3cret").slice(0, 2), "--label", "x=y"],
      [...signed("s3cret").slice(0, 2), "--vocabulary", url("none.txt")],
      [url("base.npy"), url("tokens.npy")],
      [url("base.npy"), url("none.npy")],
    ];
    for (const args of wrong) {
      const { code, stderr } = await run("compare", ...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      said.push(stderr);
    }
    const { stdout, stderr } = await run("entropy", url("base.npy"), "--json", "-");
    said.push(stdout, stderr, (await run("entropy", url("base.npy"), "--rows", "90:")).stderr);
    expect(said.join("\n")).not.toMatch(/s3cret|X-Sig/);
    expect(said.join("\n")).toContain(`"path":"${server.origin}/base.npy"`);
  });

  test("are in no shard: workers have their own", async () => {
    const files = { base: url("base.npy").replace("//", "//user:s3cret@"), others: [url("other.npy")] };
    const shards = await planShards(files, { shards: 2 });
    expect(JSON.stringify(shards)).not.toMatch(/s3cret|X-Sig/);
    expect(shards[0].inputs.base).toMatchObject({ path: `${server.origin}/base.npy`, files: [{ name: "base.npy" }] });
    server.requests.length = 0;
    vi.stubEnv("LOGRATIO_AUTHORIZATION", `${server.origin}/ Bearer worker`);
    const [summary] = await mergeSummaries(
      await Promise.all(shards.map((shard) => compareShard(shard, { threads: 1 }))),
    );
    for (const { headers } of server.requests) expect(headers.authorization).toBe("Bearer worker");
    const local = await compareLogits(await openLogits(paths["base.npy"]), await openLogits(paths["other.npy"]));
    expect(JSON.stringify(summary)).toBe(JSON.stringify(local));
    // as if another object were at the same URL
    server.files.set("/other.npy", readFileSync(paths["base.npy"]));
    await expect(compareShard(shards[0])).rejects.toThrow(
      `compareShard: ${server.origin}/other.npy is not the file that the shard was planned for: plan again`,
    );
  });
});
