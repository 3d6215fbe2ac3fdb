// Ranges over https: the certificate of a server is checked on sockets as `fetch` checks it.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf } from "../../scripts/ranges.js";
import { writeNpy } from "../../src/compare/index.js";
import { type AnswerHead, RangeSockets } from "../../src/compare/rangeSockets.js";
import { Space } from "../../src/compare/space.js";
import { temporary } from "./temporary.js";

const certificate = resolve("test/fixtures/tls/certificate.pem");
/** Whether each request is that of `fetch`, which says so. */
const byFetch: boolean[] = [];
let file: Buffer;

const server = createServer(
  { key: readFileSync("test/fixtures/tls/key.pem"), cert: readFileSync(certificate) },
  (request, response) => {
    byFetch.push(request.headers["sec-fetch-mode"] !== undefined);
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
  expect(new Set(byFetch)).toEqual(new Set([false]));
});

test("no byte is taken from one whose certificate is not", async () => {
  const space = new Space(new Uint8Array(100));
  const ranges = new RangeSockets("rows.npy", new URL(`${origin()}/rows.npy`));
  const loaded = ranges.load(
    new Map([["range", "bytes=0-99"]]),
    { lengthOf: () => 100, space, onBytes() {} },
    new AbortController().signal,
  );
  await expect(loaded).rejects.toThrow(/self.signed certificate/);
  expect(space.done).toBe(0);
  ranges.close();
});

describe("an answer whose head comes in pieces", () => {
  const head = 'HTTP/1.1 206 Partial Content\r\nETag: "é"\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 100\r\n\r\n';
  const answer = Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(Array.from({ length: 100 }, (_, i) => i))]);

  test.each([
    ["byte by byte", 1],
    ["of seven bytes", 7],
    ["at once", answer.length],
    ["before its body", head.length],
    ["with a byte of it", head.length + 1],
  ])("%s", async (_, length) => {
    // it keeps the connection for a second question
    const server = createTcpServer((socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("data", async () => {
        for (let at = 0; at < answer.length; at += length) {
          socket.write(answer.subarray(at, at + length));
          await new Promise(setImmediate);
        }
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rows`);
    const ranges = new RangeSockets("rows", url);
    const fields: (string | null)[] = [];
    const bytes = new Uint8Array(200);
    const space = new Space(bytes);
    const lengthOf = ({ headers }: AnswerHead) => {
      fields.push(headers.get("ETag"), headers.get("X-A"), headers.get("X-B"));
      return 100;
    };
    for (let i = 0; i < 2; i++) {
      const { signal } = new AbortController();
      expect(await ranges.load(new Map(), { lengthOf, space, onBytes() {} }, signal)).toBe(true);
    }
    expect(fields).toEqual(['"é"', "1, 2", null, '"é"', "1, 2", null]);
    expect(Buffer.from(bytes)).toEqual(Buffer.concat([answer.subarray(-100), answer.subarray(-100)]));
    ranges.close();
    server.close();
  });
});

test("headers that fetch refuses are left to it", async () => {
  const ranges = new RangeSockets("rows", new URL("http://127.0.0.1:1/rows"));
  const question = { lengthOf: () => 0, space: new Space(new Uint8Array(0)), onBytes() {} };
  for (const value of ["a\u010d\u010a: b", "a\nb"]) {
    expect(await ranges.load(new Map([["authorization", value]]), question, new AbortController().signal)).toBe(false);
  }
});

test.each([
  ["closes what is idle, and says so", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", undefined],
  ["sends more than it said", "more", /^rows: more bytes came than the answer said$/],
])("a server that %s", async (_, what, message) => {
  let idle = Promise.resolve();
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      socket.write("HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc", () => {
        idle = new Promise((done) => {
          setTimeout(() => socket.write(what, () => setTimeout(done, 20)), 20);
        });
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const ranges = new RangeSockets("rows", new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rows`));
  const bytes = new Uint8Array(6);
  const question = { lengthOf: () => 3, space: new Space(bytes), onBytes() {} };
  const ask = () => ranges.load(new Map(), question, new AbortController().signal);
  expect(await ask()).toBe(true);
  await new Promise((passed) => setTimeout(passed, 20));
  await idle;
  if (message === undefined) expect(await ask()).toBe(true);
  else await expect(ask()).rejects.toThrow(message);
  expect(String.fromCharCode(...bytes)).toBe(message === undefined ? "abcabc" : "abc\0\0\0");
  ranges.close();
  server.close();
});
