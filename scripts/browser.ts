// A server for pages that report to it, and Chromium to open them in.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { reportOf } from "./pages/report.js";
import { answerOf } from "./ranges.js";

export type Report = Awaited<ReturnType<typeof reportOf>>;

/** Without them a page has no SharedArrayBuffer, and so no threads. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** Where a path begins, and what is there: a folder, or a text. */
type Content = Record<string, URL | string>;

export interface Site {
  readonly origin: string;
  /** What a page has posted to /report, once one has. */
  readonly report: Promise<unknown>;
  /** The scripts that have been asked for and found, by their path. */
  readonly scripts: Map<string, Buffer>;
  close(): void;
}

async function contentOf(content: Content, path: string): Promise<Buffer | undefined> {
  const text = content[path];
  if (typeof text === "string") return Buffer.from(text);
  for (const [start, folder] of Object.entries(content)) {
    if (!(folder instanceof URL && path.startsWith(start))) continue;
    const file = await readFile(new URL(`./${path.slice(start.length)}`, folder)).catch(() => undefined);
    if (file) return file;
  }
  return undefined;
}

/** Serves `content` on a port of its own, every file with the same headers, and ranges of files. */
export async function serve(content: Content, headers: Record<string, string>): Promise<Site> {
  let resolve: (report: unknown) => void;
  const report = new Promise<unknown>((resolved) => {
    resolve = resolved;
  });
  const scripts = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url as string, "http://localhost");
    if (pathname === "/report") {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      response.writeHead(204).end();
      resolve(JSON.parse(Buffer.concat(parts).toString()));
      return;
    }
    if (pathname === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = await contentOf(content, path);
    if (file === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    const type = TYPES[extname(path)];
    if (extname(path) === ".js") scripts.set(path, file);
    const answer = answerOf(file, request.headers);
    response
      .writeHead(answer.status, { ...(type !== undefined && { "Content-Type": type }), ...answer.headers, ...headers })
      .end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  // a service worker takes a secure context, which localhost is
  return { origin: `http://localhost:${port}`, report, scripts, close: () => server.close() };
}

export const CHROMIUM = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

export const FIREFOX = "/usr/bin/firefox-esr";

export const startBrowser = (): Promise<Browser> => chromium.launch(CHROMIUM);

const PATIENCE = 60_000;

/** Opens the page of a site, and gives its report and what it said on the console: warnings, errors and what it did not catch. */
export async function open(browser: Browser, site: Site): Promise<{ report: unknown; complaints: string[] }> {
  const context = await browser.newContext();
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no report: ${complaints.join("; ")}`)), PATIENCE);
  });
  try {
    const page = await context.newPage();
    await page.goto(site.origin);
    const report = await Promise.race([site.report, late]);
    await page.evaluate("0"); // what the console was told before has then arrived
    return { report, complaints };
  } finally {
    clearTimeout(timer);
    await context.close();
    site.close();
  }
}
