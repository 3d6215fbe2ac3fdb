// An object behind a URL, by range requests (RFC 9110, section 14). It is the same object as long as its version is: its ETag, time of
// change and size, which every answer is compared by.

import type { ByteSource } from "./bytes.js";
import { shown } from "./shown.js";

/** Loaded when the object is opened: most headers are shorter. */
const HEAD_BYTES = 2 ** 16;

/** A URL for messages: without names, passwords, and what is asked for, which may be a signature. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return shown(`${protocol}//${host}${pathname}`, Infinity);
}

/** A request without a name and a password in its URL, which `fetch` refuses: they go into a header. */
export function requestOf(functionName: string, url: string): Request {
  let bare: URL;
  try {
    bare = new URL(url);
  } catch {
    // the platform's own error would tell all that is in it
    throw new TypeError(`${functionName}: source is no valid URL; check it`);
  }
  const { username, password } = bare;
  bare.username = "";
  bare.password = "";
  bare.hash = "";
  if (username === "" && password === "") return new Request(bare);
  const text = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return new Request(bare, { headers: { Authorization: `Basic ${btoa(String.fromCharCode(...text))}` } });
}

interface Version {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** Of an answer to a request for a range. */
interface Part extends Version {
  readonly start: number;
  /** The byte after the last. */
  readonly end: number;
}

function partOf({ headers }: Response): Part | undefined {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("Content-Range") ?? "") ?? [];
  if (size === undefined) return undefined;
  return {
    ...{ start: Number(first), end: Number(last) + 1, size: Number(size) },
    ...{ etag: headers.get("ETag"), modified: headers.get("Last-Modified") },
  };
}

/** Which is why it cannot be read by ranges, and what to do. */
const INSTEAD = "load it as a whole: pass await fetch(url)";

class ObjectAtUrl implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #request: Request;
  readonly #version: Version;
  readonly #head: Uint8Array;

  private constructor(name: string, request: Request, version: Version, head: Uint8Array) {
    this.name = name;
    this.size = version.size;
    this.#request = request;
    this.#version = version;
    this.#head = head;
  }

  static async open(request: Request): Promise<ObjectAtUrl> {
    const name = shownUrl(request.url);
    const response = await ask(name, request, 0, HEAD_BYTES, null);
    const part = partOf(response);
    if (response.status === 416) {
      await response.body?.cancel();
      return new ObjectAtUrl(name, request, { size: 0, etag: null, modified: null }, new Uint8Array(0));
    }
    if (response.status !== 206 || part?.start !== 0) {
      await response.body?.cancel();
      throw new TypeError(`${name} cannot be read by ranges: the server does not answer such requests; ${INSTEAD}`);
    }
    const { size, etag, modified } = part;
    if (etag === null && modified === null) {
      await response.body?.cancel();
      const hidden = "has neither an ETag nor a time of change (or, to other origins, does not expose them)";
      throw new TypeError(`${name} ${hidden}, so that a change would not be seen; ${INSTEAD}`);
    }
    const head = new Uint8Array(part.end);
    await fill(name, response, head);
    return new ObjectAtUrl(name, request, { size, etag, modified }, head);
  }

  async read(bytes: Uint8Array, position: number): Promise<number> {
    const end = Math.min(this.size, position + bytes.length);
    if (end <= position) return 0;
    if (position < this.#head.length) {
      const known = this.#head.subarray(position, end);
      bytes.set(known);
      return known.length;
    }
    const response = await this.#part(position, end);
    await fill(this.name, response, bytes.subarray(0, end - position));
    return end - position;
  }

  /** By its last byte. */
  async checkUnchanged(): Promise<void> {
    if (this.size === 0) return;
    const response = await this.#part(this.size - 1, this.size);
    await response.body?.cancel();
  }

  async close(): Promise<void> {}

  /** The answer of just these bytes, of the object that was opened. */
  async #part(start: number, end: number): Promise<Response> {
    const { size, etag, modified } = this.#version;
    const response = await ask(this.name, this.#request, start, end, etag);
    const part = partOf(response);
    const isSame = response.status === 206 && part?.size === size && part.etag === etag && part.modified === modified;
    if (isSame && part.start === start && part.end === end) return response;
    await response.body?.cancel();
    if (isSame) throw new Error(`${this.name}: bytes ${start} to ${end} were asked for, others came`);
    throw new Error(`${this.name} changed while it was read`);
  }
}

/** Opens what a request is for. */
export const openUrl = (request: Request): Promise<ByteSource> => ObjectAtUrl.open(request);

/** Whether a page may add headers to its request without asking the server first. */
const isOwn = (url: string): boolean => {
  const own = (globalThis.location as Location | undefined)?.origin;
  return own === undefined || new URL(url).origin === own;
};

async function ask(name: string, request: Request, start: number, end: number, etag: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Range", `bytes=${start}-${end - 1}`);
  // other origins would have to allow it; the answer tells its version all the same
  if (etag?.startsWith('"') && isOwn(request.url)) headers.set("If-Range", etag);
  // a cache might hold parts of an older version
  return load(name, new Request(request, { headers, cache: "no-store" }), [416]);
}

/** Throws where the server does not give what it is asked for, but for some answers. */
export async function load(name: string, request: Request, allowed: readonly number[] = []): Promise<Response> {
  const response = await fetch(request).catch((error) => {
    throw unreadable(name, error, request.url);
  });
  if (!allowed.includes(response.status)) await checkAnswer(name, response);
  return response;
}

export async function checkAnswer(name: string, { ok, status, statusText, body }: Response): Promise<void> {
  if (ok) return;
  await body?.cancel();
  throw new Error(`${name} cannot be read: the server answers ${`${status} ${shown(statusText)}`.trim()}`);
}

/** An error of the network, without what the URL may keep secret. */
function unreadable(name: string, error: unknown, url = ""): Error {
  const { message, cause } = error as Error;
  const reason = [message, (cause as Error | undefined)?.message].filter(Boolean).join(": ");
  return new Error(`${name} cannot be read: ${shown(url === "" ? reason : reason.replaceAll(url, name), 200)}`);
}

/** The body of an answer, chunk by chunk. */
export async function* chunksOf(name: string, stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw unreadable(name, error);
      });
      if (done) return;
      yield value;
    }
  } finally {
    // of a stream that is not read to its end
    await reader.cancel().catch(() => {});
  }
}

/** Throws where there are fewer or more bytes than there should be. */
async function fill(name: string, { body }: Response, bytes: Uint8Array): Promise<void> {
  let done = 0;
  if (body !== null) {
    for await (const chunk of chunksOf(name, body)) {
      if (done + chunk.length > bytes.length) throw new Error(`${name}: more bytes came than the answer said`);
      bytes.set(chunk, done);
      done += chunk.length;
    }
  }
  if (done < bytes.length) throw new Error(`${name}: the answer ended after ${done} of ${bytes.length} bytes`);
}
