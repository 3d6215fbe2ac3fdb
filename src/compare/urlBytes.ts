// An object behind a URL, by range requests (RFC 9110, section 14). It is the same object as long as its version is: its ETag, time of
// change and size, which every answer is compared by.

import type { ByteSource } from "./bytes.js";
import { type AnswerHead, type RangeSockets, socketsFor } from "./rangeSockets.js";
import { into, type Load, RANGE_BYTES, RangesAhead, type Take } from "./rangesAhead.js";
import { Attempt, load, OPENING_ATTEMPTS, throwIfRefused, unreadable } from "./requests.js";
import { retried, Told } from "./retry.js";
import { shownUrl } from "./urlRequest.js";

/** Loaded when the object is opened: most headers are shorter. */
const HEAD_BYTES = 2 ** 16;

/** Of a range: 13 to 19 s of pauses in all. */
const ATTEMPTS = 8;

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

function partOf(headers: Headers): Part | undefined {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("Content-Range") ?? "") ?? [];
  if (size === undefined) return undefined;
  return {
    ...{ start: Number(first), end: Number(last) + 1, size: Number(size) },
    ...{ etag: headers.get("ETag"), modified: headers.get("Last-Modified") },
  };
}

/** Which is why it cannot be read by ranges, and what to do. */
const INSTEAD = "load it as a whole: pass await fetch(url)";

const EMPTY: Version = { size: 0, etag: null, modified: null };

class ObjectAtUrl implements ByteSource {
  readonly name: string;
  readonly #request: Request;
  #version: Version | undefined;
  #head = new Uint8Array(0);
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** Once it is open, unless its answer came from elsewhere. */
  #sockets: RangeSockets | undefined;

  constructor(request: Request) {
    this.name = shownUrl(request.url);
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#closing.signal]);
  }

  async open(): Promise<this> {
    const head = new Uint8Array(HEAD_BYTES);
    await this.#load(0, HEAD_BYTES, into(head), this.#signal, OPENING_ATTEMPTS);
    this.#head = head.slice(0, this.size);
    return this;
  }

  get size(): number {
    return (this.#version as Version).size;
  }

  async read(bytes: Uint8Array, position: number): Promise<number> {
    const end = Math.min(this.size, position + bytes.length);
    if (end <= position) return 0;
    const known = this.#head.subarray(position, end);
    bytes.set(known);
    let done = known.length;
    await this.#load(position + done, end, (chunk) => {
      bytes.set(chunk, done);
      done += chunk.length;
    });
    return done;
  }

  inOrder(start: number, end: number): Pick<ByteSource, "read" | "close"> {
    const load: Load = (from, to, take, signal) => {
      const known = this.#head.subarray(from, to);
      if (known.length > 0) take(known);
      return this.#load(from + known.length, to, take, signal);
    };
    return new RangesAhead(start, Math.min(end, this.size), load, this.#signal);
  }

  /** By its last byte. */
  async checkUnchanged(): Promise<void> {
    if (this.size > 0) await this.#load(this.size - 1, this.size, () => {});
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error(`${this.name} is closed`));
    this.#sockets?.close();
  }

  /** Hands over the bytes `start` to `end` - 1, as they come. What is lost on the way is asked for again, from where it broke off. */
  async #load(start: number, end: number, take: Take, signal = this.#signal, attempts = ATTEMPTS): Promise<void> {
    let next = start;
    const taken: Take = (chunk) => {
      take(chunk);
      next += chunk.length;
    };
    await retried(
      attempts,
      (start / RANGE_BYTES / 8) % 1,
      () => `bytes ${next} to ${end - 1}`,
      async () => {
        if (next < Math.min(end, this.#version?.size ?? end)) await this.#asked(next, end, taken, signal);
      },
      signal,
    );
  }

  /** Asks once. Throws what may pass as such. */
  async #asked(start: number, end: number, take: Take, signal: AbortSignal): Promise<void> {
    const attempt = new Attempt(this.name, signal);
    try {
      const { headers: own } = this.#request;
      const headers = new Headers(own);
      headers.set("Range", `bytes=${start}-${end - 1}`);
      const etag = this.#version?.etag;
      // other origins would have to allow it; the answer tells its version all the same
      if (etag?.startsWith('"') && isOwn(this.#request.url)) headers.set("If-Range", etag);
      if (await this.#askedBySocket(headers, start, end, take, attempt)) return;
      // a cache might hold parts of an older version
      const init = { headers, cache: "no-store", signal: attempt.signal } as const;
      const response = await load(this.name, new Request(this.#request, init), [416]);
      try {
        const isFirst = this.#version === undefined;
        const length = this.#lengthOf(response, start, end);
        if (isFirst) this.#sockets = socketsFor(this.#request, response);
        await attempt.fill(response, length, take);
      } finally {
        await response.body?.cancel().catch(() => {});
      }
    } catch (error) {
      attempt.throwIfStalled();
      throw error;
    } finally {
      attempt.end();
    }
  }

  /** Whether it is answered so; otherwise nothing is asked so any more. */
  async #askedBySocket(headers: Headers, start: number, end: number, take: Take, attempt: Attempt): Promise<boolean> {
    if (this.#sockets === undefined) return false;
    const lengthOf = (head: AnswerHead) => {
      throwIfRefused(this.name, head);
      return this.#lengthOf(head, start, end);
    };
    const taken: Take = (chunk) => {
      take(chunk);
      attempt.wait();
    };
    const isAnswered = await this.#sockets.load(headers, lengthOf, taken, attempt.signal).catch((error) => {
      throw error instanceof Told ? error : unreadable(this.name, error, this.#request.url);
    });
    if (!isAnswered) this.#sockets = undefined;
    return isAnswered;
  }

  /** How many bytes come. Throws where they are not those asked for, of the object that was opened; the first answer opens it. */
  #lengthOf(response: Pick<Response, "status" | "headers">, start: number, end: number): number {
    const part = partOf(response.headers);
    if (this.#version === undefined) {
      this.#version = response.status === 416 ? EMPTY : this.#versionOf(response, part);
      return part === undefined ? 0 : part.end - start;
    }
    const { size, etag, modified } = this.#version;
    const isSame = response.status === 206 && part?.size === size && part.etag === etag && part.modified === modified;
    if (!isSame) throw new Told(`${this.name} changed while it was read`);
    if (part.start === start && part.end === Math.min(end, size)) return part.end - start;
    throw new Told(`${this.name}: bytes ${start} to ${end - 1} were asked for, others came`);
  }

  #versionOf({ status }: Pick<Response, "status">, part: Part | undefined): Version {
    if (status !== 206 || part?.start !== 0) {
      throw new TypeError(
        `${this.name} cannot be read by ranges: the server does not answer such requests; ${INSTEAD}`,
      );
    }
    const { size, etag, modified } = part;
    if (etag === null && modified === null) {
      const hidden = "has neither an ETag nor a time of change (or, to other origins, does not expose them)";
      throw new TypeError(`${this.name} ${hidden}, so that a change would not be seen; ${INSTEAD}`);
    }
    return { size, etag, modified };
  }
}

/** Opens what a request is for. */
export const openUrl = (request: Request): Promise<ByteSource> => new ObjectAtUrl(request).open();

/** Whether a page may add headers to its request without asking the server first. */
const isOwn = (url: string): boolean => {
  const own = (globalThis.location as Location | undefined)?.origin;
  return own === undefined || new URL(url).origin === own;
};
