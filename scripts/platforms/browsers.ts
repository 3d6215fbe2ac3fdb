// A page that runs the cases and posts their report, in a browser that is told to open it and no more.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Report } from "../../test/platforms/cases.js";
import { start } from "./run.js";

const root = new URL("../../", import.meta.url);
const TYPES: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

/** A page that is served so has SharedArrayBuffer, and with it threads. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

interface Message {
  report?: Report;
  error?: string;
}

/** Serves the built package and the page; `onMessage` is what that posts. */
async function serve(onMessage: (message: Message) => void): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", root);
    if (request.method === "POST") {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      response.writeHead(204, ISOLATED).end();
      onMessage(JSON.parse(Buffer.concat(parts).toString()));
      return;
    }
    const file = /^\/(dist|test\/platforms)\/[\w./]+$/.test(pathname)
      ? await readFile(new URL(pathname.slice(1), root)).catch(() => undefined)
      : undefined;
    response.writeHead(file === undefined ? 404 : 200, {
      "Content-Type": TYPES[extname(pathname)] ?? "text/plain",
      ...ISOLATED,
    });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** What the page reports from a browser, which gets a profile of its own. */
export async function reportOfPage(
  command: string,
  argumentsFor: (profile: string, page: string) => string[],
  settings: { env?: NodeJS.ProcessEnv; preferences?: string } = {},
): Promise<Report> {
  let tell: (message: Message) => void = () => {};
  const told = new Promise<Message>((resolve) => {
    tell = resolve;
  });
  const server = await serve((message) => tell(message));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), "logratio-profile-"));
  if (settings.preferences) writeFileSync(join(profile, "user.js"), settings.preferences);
  const page = `http://localhost:${port}/test/platforms/page.html`;
  const browser = start(command, argumentsFor(profile, page), { HOME: profile, ...settings.env });
  try {
    const early = browser.ended.then(() => {
      throw new Error(`${command} ended before the page had reported\n${browser.output.stderr.slice(-3000)}`);
    });
    const { report, error } = await Promise.race([told, early]);
    if (report === undefined) throw new Error(error);
    return report;
  } finally {
    browser.end();
    await browser.ended.catch(() => {});
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
