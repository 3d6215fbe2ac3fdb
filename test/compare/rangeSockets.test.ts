// Ranges over https: the certificate of a server is checked on the sockets that follow the first answer, as `fetch` has checked it.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerOf } from "../../scripts/ranges.js";
import { writeNpy } from "../../src/compare/index.js";
import { RangeSockets } from "../../src/compare/rangeSockets.js";
import { temporary } from "./temporary.js";

const certificate = resolve("test/fixtures/tls/certificate.pem");
/** Whether each request is that of `fetch`, which says who it is. */
const byFetch: boolean[] = [];
let file: Buffer;

const server = createServer(
  { key: readFileSync("test/fixtures/tls/key.pem"), cert: readFileSync(certificate) },
  (request, response) => {
    byFetch.push(request.headers["user-agent"] !== undefined);
    const { status, headers, body } = answerOf(file, request.headers);
    response.writeHead(status, headers).end(body);
  },
);
const origin = () => `https://localhost:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  const path = temporary("rows.npy");
  // more than one range: rows of 4 MiB
  await writeNpy(path, [{ data: Float32Array.from({ length: 3 * 2 ** 20 }, (_, i) => i % 1000) }], {
    classes: 2 ** 20,
  });
  file = readFileSync(path);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => void server.close());

test("a file is read from a server whose certificate is trusted", async () => {
  const script = `
    import { openLogits } from "./src/compare/index.ts";
    const logits = await openLogits("${origin()}/rows.npy");
    let sum = 0;
    for await (const { data } of logits.read()) for (const x of data) sum += x;
    await logits.close();
    console.log(sum);
  `;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", script],
    { env },
  );
  const numbers = new Float32Array(file.buffer, file.byteOffset + file.length - 3 * 2 ** 22, 3 * 2 ** 20);
  expect(Number(stdout)).toBe(numbers.reduce((sum, x) => sum + x, 0));
  expect(byFetch.length).toBeGreaterThan(2);
  expect(byFetch).toEqual(byFetch.map((_, i) => i === 0));
});

test("no byte is taken from one whose certificate is not", async () => {
  const taken: number[] = [];
  const ranges = new RangeSockets("rows.npy", new URL(`${origin()}/rows.npy`));
  const loaded = ranges.load(
    new Headers({ Range: "bytes=0-99" }),
    () => 100,
    (bytes) => void taken.push(bytes.length),
    new AbortController().signal,
  );
  await expect(loaded).rejects.toThrow(/self.signed certificate/);
  expect(taken).toEqual([]);
  ranges.close();
});
