// An object behind a URL, by range requests (RFC 9110, section 14). It is the same object as long as its version is: its ETag, time of
// change and size, which every answer is compared by.

import type { ByteSource } from "./bytes.js";
import { type AnswerHead, type Fields, type RangeSockets, socketsFor } from "./rangeSockets.js";
import { type Load, RangesAhead } from "./rangesAhead.js";
import { Attempt, load, OPENING_ATTEMPTS, throwIfRefused, unreadable } from "./requests.js";
import { retried, Told } from "./retry.js";
import { Space } from "./space.js";
import { requestOf, shownUrl, type Target } from "./urlRequest.js";

/** Loaded when the object is opened: most headers are shorter. */
const HEAD_BYTES = 2 ** 16;

/** Of a range: 13 to 19 s of pauses in all. */
const ATTEMPTS = 8;

/** Ranges that are on their way at once are tried again after other pauses: by where they begin, in so many bytes. */
const SPREAD_BYTES = 2 ** 25;

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

function partOf(headers: Fields): Part | undefined {
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
  readonly #target: Target;
  #version: Version | undefined;
  #head = new Uint8Array(0);
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** Until only `fetch` will do. */
  #sockets: RangeSockets | undefined;

  constructor(target: Target) {
    const { url, request } = target;
    this.name = shownUrl(url);
    this.#target = target;
    this.#signal = AbortSignal.any([this.#closing.signal, ...(request === undefined ? [] : [request.signal])]);
    this.#sockets = socketsFor(target);
  }

  async open(): Promise<this> {
    const head = new Uint8Array(HEAD_BYTES);
    await this.#load(0, HEAD_BYTES, new Space(head), this.#signal, OPENING_ATTEMPTS);
    this.#head = head.slice(0, this.size);
    return this;
  }

  get size(): number {
    return (this.#version as Version).size;
  }

  async read(bytes: Uint8Array, position: number): Promise<number> {
    const end = Math.min(this.size, position + bytes.length);
    if (end <= position) return 0;
    const space = new Space(bytes.subarray(0, end - position));
    await this.#loadAfterHead(position, end, space, this.#signal);
    return space.done;
  }

  inOrder(start: number, end: number): Pick<ByteSource, "read" | "close"> {
    return new RangesAhead(start, Math.min(end, this.size), this.#loadAfterHead, this.#signal);
  }

  readonly #loadAfterHead: Load = (start, end, space, signal) => {
    const known = this.#head.subarray(start, end);
    space.add(known);
    return this.#load(start + known.length, end, space, signal);
  };

  /** By its last byte. */
  async checkUnchanged(): Promise<void> {
    if (this.size > 0) await this.#load(this.size - 1, this.size, new Space(new Uint8Array(1)));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error(`${this.name} is closed`));
    this.#sockets?.close();
  }

  /** Loads the bytes `start` to `end` - 1. What is lost on the way is asked for again, from where it broke off. */
  async #load(start: number, end: number, space: Space, signal = this.#signal, attempts = ATTEMPTS): Promise<void> {
    const before = start - space.done;
    await retried(
      attempts,
      (start / SPREAD_BYTES) % 1,
      () => `bytes ${before + space.done} to ${end - 1}`,
      async () => {
        const next = before + space.done;
        if (next < Math.min(end, this.#version?.size ?? end)) await this.#asked(next, end, space, signal);
      },
      signal,
    );
  }

  /** Asks once. Throws what may pass as such. */
  async #asked(start: number, end: number, space: Space, signal: AbortSignal): Promise<void> {
    const attempt = new Attempt(this.name, signal);
    try {
      const headers = new Map(this.#target.headers).set("range", `bytes=${start}-${end - 1}`);
      const etag = this.#version?.etag;
      // other origins would have to allow it; the answer tells its version all the same
      if (etag?.startsWith('"') && isOwn(this.#target.url)) headers.set("if-range", etag);
      if (await this.#askedBySocket(headers, start, end, space, attempt)) return;
      // a cache might hold parts of an older version
      const request = requestOf({ ...this.#target, headers }, { cache: "no-store", signal: attempt.signal });
      const response = await load(this.name, request, [416]);
      try {
        await attempt.fill(response, this.#lengthOf(response, start, end), space);
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
  async #askedBySocket(
    ...[headers, start, end, space, attempt]: [Target["headers"], number, number, Space, Attempt]
  ): Promise<boolean> {
    if (this.#sockets === undefined) return false;
    const lengthOf = (head: AnswerHead) => {
      throwIfRefused(this.name, head);
      return this.#lengthOf(head, start, end);
    };
    const exchange = { lengthOf, space, onBytes: () => attempt.wait() };
    const isAnswered = await this.#sockets.load(headers, exchange, attempt.signal).catch((error) => {
      throw error instanceof Told ? error : unreadable(this.name, error, this.#target.url);
    });
    if (!isAnswered) this.#sockets = undefined;
    return isAnswered;
  }

  /** How many bytes come. Throws where they are not those asked for, of the object that was opened; the first answer opens it. */
  #lengthOf(response: Pick<AnswerHead, "status" | "headers">, start: number, end: number): number {
    const part = partOf(response.headers);
    if (this.#version === undefined && response.status === 416) {
      this.#version = EMPTY;
      return 0;
    }
    this.#version ??= this.#versionOf(response, part);
    const { size, etag, modified } = this.#version;
    const isSame = response.status === 206 && part?.size === size && part.etag === etag && part.modified === modified;
    if (!isSame) throw new Told(`${this.name} changed while it was read`);
    if (part.start === start && part.end === Math.min(end, size)) return part.end - start;
    throw new Told(`${this.name}: bytes ${start} to ${end - 1} were asked for, others came`);
  }

  #versionOf({ status }: Pick<AnswerHead, "status">, part: Part | undefined): Version {
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

/** Opens what is at a URL. */
export const openUrl = (target: Target): Promise<ByteSource> => new ObjectAtUrl(target).open();

/** Whether a page may add headers to its request without asking the server first. */
const isOwn = (url: string): boolean => {
  const own = (globalThis.location as Location | undefined)?.origin;
  return own === undefined || new URL(url).origin === own;
};
