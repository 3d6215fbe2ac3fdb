// A server of files in memory, which answers ranges, and may be told to do something else.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { type Answer, answerOf } from "../../scripts/ranges.js";

export interface Server {
  readonly origin: string;
  /** By their paths. */
  readonly files: Map<string, Buffer>;
  /** What has been asked for. */
  readonly requests: IncomingMessage[];
  /** Another answer than that of the file; `false` where it has ended the response itself. */
  change: ((answer: Answer, request: IncomingMessage, response: ServerResponse) => Answer | false) | undefined;
}

/** Ends after the tests. */
export async function serveFiles(): Promise<Server> {
  const files = new Map<string, Buffer>();
  const requests: IncomingMessage[] = [];
  const server: Server = { origin: "", files, requests, change: undefined };
  const http = createServer((request, response) => {
    requests.push(request);
    const file = files.get(new URL(request.url as string, "http://localhost").pathname);
    if (file === undefined) {
      response.writeHead(404).end("no such file");
      return;
    }
    const answer = answerOf(file, request.headers);
    const changed = server.change === undefined ? answer : server.change(answer, request, response);
    if (changed) response.writeHead(changed.status, changed.headers).end(changed.body);
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  afterAll(() => {
    http.closeAllConnections();
    http.close();
  });
  return Object.assign(server, { origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}
