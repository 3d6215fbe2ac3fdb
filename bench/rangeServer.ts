// Serves files, held in memory, by ranges: a process of its own, which prints its origin.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { answerOf } from "../scripts/ranges.js";

const [folder, ...names] = process.argv.slice(2);
const files = new Map(names.map((name) => [`/${name}`, readFileSync(join(folder, name))]));
const server = createServer((request, response) => {
  const file = files.get(request.url as string);
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { status, headers, body } = answerOf(file, request.headers);
  response.writeHead(status, headers).end(body);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
