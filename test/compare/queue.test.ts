// What of the queue takes no Redis; scripts/testQueue.ts has the rest.

import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeNpy } from "../../src/compare/index.js";
import { compareByQueue, startWorker } from "../../src/queue/index.js";
import { checkInside, jobIdOf } from "../../src/queue/jobs.js";
import { planShards } from "../../src/shards/index.js";
import { run } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "logratio-queue-"));
const at = (path: string) => join(folder, path);
mkdirSync(at("root/inner"), { recursive: true });
mkdirSync(at("root/matrix"));
mkdirSync(at("rooted"));
for (const path of ["root/inner/a.npy", "rooted/a.npy", "a.npy", "root/matrix/1.npy"]) writeFileSync(at(path), "x");
symlinkSync(at("a.npy"), at("root/link.npy"));
symlinkSync(at("root/inner/a.npy"), at("root/own.npy"));
symlinkSync(at("a.npy"), at("root/matrix/2.npy"));
symlinkSync(folder, at("root/up"));

describe("a worker reads in its folder alone", () => {
  test.each(["root/inner/a.npy", "root/own.npy", "root/inner/../inner/a.npy"])("%s is in it", async (path) => {
    await checkInside([at("root")], at(path));
    await checkInside(["https://example.org/", "/"], at(path));
  });

  test.each([
    ...["a.npy", "rooted/a.npy", "root/../a.npy", "root/link.npy", "root/up/a.npy", "nothing.npy", "root/nothing.npy"],
    // one file of the matrix lies elsewhere
    "root/matrix",
  ])("%s is not", async (path) => {
    await expect(checkInside([at("root")], at(path))).rejects.toThrow("which this worker reads (--root)");
  });

  test("and what is below a URL, where it is told one", async () => {
    const roots = [at("root"), "https://user:hidden@example.org/a"];
    for (const url of [
      "https://example.org/a",
      "https://example.org/a/b.npy?x=1",
      "https://EXAMPLE.org:443/a/c/../b",
    ]) {
      await checkInside(roots, url);
    }
    for (const url of [
      ...["https://example.org/ab.npy", "https://example.org/a/../b.npy", "https://example.org/a/%2e%2e/b.npy"],
      ...["http://example.org/a/b.npy", "https://example.org:444/a/b.npy", "https://example.org@other.org/a/b.npy"],
      ...["https://other.org/a/b.npy", "https://", at("a.npy"), "https:/example.org/a/b.npy"],
    ]) {
      const error = await checkInside(roots, url).catch((one) => one);
      expect(error.message).toMatch(
        / is not in \/.*root, https:\/\/example\.org\/a, which this worker reads \(--root\)$/,
      );
    }
    await expect(checkInside([at("root")], "https://example.org/a")).rejects.toThrow("which this worker reads");
  });
});

describe("the queue refuses", () => {
  // nobody listens there
  const redis = "redis://user:secret@127.0.0.1:1";
  const planned = async () => {
    for (const name of ["base.npy", "other.npy"]) {
      await writeNpy(at(name), [{ data: Float32Array.of(1, 2, 3, 4) }], { classes: 2 });
    }
    return planShards({ base: at("base.npy"), others: [at("other.npy")] }, { shards: 2 });
  };

  test("what is no plan, and no options", async () => {
    const shards = await planned();
    const wrong: [string, unknown, object][] = [
      ["shards is [object Array]", [], { redis }],
      ["shards is undefined", undefined, { redis }],
      ["format is undefined", [{}], { redis }],
      ["redis is null", shards, {}],
      ['unknown option "root"', shards, { redis, root: "." }],
      ["must be like redis://host:6379", shards, { redis: "http://127.0.0.1" }],
      ["must be like redis://host:6379", shards, { redis: "127.0.0.1:6379" }],
    ];
    for (const [message, given, options] of wrong) {
      await expect(compareByQueue(given as never, options as never)).rejects.toThrow(message);
    }
    const workers: [string, object][] = [
      ["redis is null", {}],
      ["concurrency is 0", { redis, concurrency: 0 }],
      ["threads is 0", { redis, threads: 0 }],
      ["takeover is 0.5", { redis, takeover: 0.5 }],
      ["root is 5", { redis, root: 5 }],
      ["root is [object Array]", { redis, root: [] }],
      ["root is [object Array]", { redis, root: [5] }],
      ['unknown option "code"', { redis, code: "" }],
    ];
    for (const [message, options] of workers) {
      await expect(startWorker(options as never)).rejects.toThrow(`startWorker: ${message}`);
    }
  });

  test("a Redis that is not there, without its password", async () => {
    const error = await compareByQueue(await planned(), { redis }).catch((one) => one);
    expect(error.message).toContain("Redis at 127.0.0.1:1 cannot be reached");
    expect(error.message).not.toContain("secret");
    const { code, stderr } = await run("worker", "--redis", redis);
    expect(code).toBe(2);
    expect(stderr).toContain("Redis at 127.0.0.1:1 cannot be reached");
    expect(stderr).not.toContain("secret");
  });

  test("options of one run", async () => {
    const shards = await planned();
    const paths = [at("base.npy"), at("other.npy")];
    expect(jobIdOf(shards)).toMatch(/^[0-9a-f]{32}$/);
    for (const [option, value] of [
      ["--shard", "1/2"],
      ["--checkpoint", at("run.json")],
      ["--threads", "1"],
    ]) {
      const { code, stderr } = await run("compare", ...paths, "--redis", redis, option, value);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${option} and --redis do not go together`),
      });
    }
    expect((await run("compare", ...paths, "--shards", "2")).stderr).toContain("--shards is of a queue (--redis)");
    expect((await run("compare", at("base.npy"), "-", "--redis", redis)).stderr).toContain(
      "--redis is of files that stay",
    );
  });
});
