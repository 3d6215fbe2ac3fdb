// Requests over a network, what may go wrong with them, and whether that may pass.

import type { AnswerHead } from "./rangeSockets.js";
import { Passing, pauseOf, retried, Told } from "./retry.js";
import { shown } from "./shown.js";
import type { Space } from "./space.js";

/** Of the first request: a URL that nobody answers is told soon. */
export const OPENING_ATTEMPTS = 3;

/** In ms without a byte: then it is asked for again. */
const STALLED = 30_000;

/** Whether another attempt may be answered otherwise. */
const mayPass = (status: number): boolean => [408, 425, 429].includes(status) || (status >= 500 && status !== 501);

/** Throws where the server does not give what it is asked for, but for some answers. */
export async function load(name: string, request: Request, allowed: readonly number[] = []): Promise<Response> {
  const response = await fetch(request).catch((error) => {
    throw unreadable(name, error, request.url);
  });
  if (!allowed.includes(response.status)) await checkAnswer(name, response);
  return response;
}

const theWhole = () => "the whole";

/** {@link load}, some times, where what is wrong may pass. */
export const loadPatiently = (name: string, request: Request): Promise<Response> =>
  retried(OPENING_ATTEMPTS, 0, theWhole, () => load(name, new Request(request)));

export async function checkAnswer(name: string, response: Response): Promise<void> {
  if (!response.ok) await response.body?.cancel();
  throwIfRefused(name, response);
}

export function throwIfRefused(name: string, { ok, status, statusText, headers }: AnswerHead): void {
  if (ok) return;
  const message = `${name} cannot be read: the server answers ${`${status} ${shown(statusText)}`.trim()}`;
  if (!mayPass(status)) throw new Told(message);
  throw new Passing(message, pauseOf(headers.get("Retry-After"), Date.now()));
}

/** An error of the network, without what the URL may keep secret. */
export function unreadable(name: string, error: unknown, url = ""): Passing {
  const { message, cause } = error as Error;
  const reason = [message, (cause as Error | undefined)?.message].filter(Boolean).join(": ");
  return new Passing(`${name} cannot be read: ${shown(url === "" ? reason : reason.replaceAll(url, name), 200)}`);
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

/** A request, which ends where nothing comes for a while, or where its bytes are not wanted any more. */
export class Attempt {
  readonly #name: string;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort(this.#outer.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastByte = performance.now();
  #isStalled = false;

  constructor(name: string, outer: AbortSignal) {
    this.#name = name;
    this.#outer = outer;
    outer.addEventListener("abort", this.#abort);
    if (outer.aborted) this.#abort();
    this.#look(STALLED);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  throwIfStalled(): void {
    if (this.#isStalled) throw new Passing(`${this.#name} cannot be read: nothing came for ${STALLED / 1000} s`);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }

  /** Reads a body. Throws where it has fewer or more bytes than it should have. */
  async fill({ body }: Response, length: number, space: Space): Promise<void> {
    let done = 0;
    if (body !== null && length > 0) {
      for await (const chunk of chunksOf(this.#name, body)) {
        done += chunk.length;
        if (done > length) throw new Error(`${this.#name}: more bytes came than the answer said`);
        space.add(chunk);
        this.wait();
      }
    }
    if (done < length) throw new Passing(`${this.#name}: the answer ended after ${done} of ${length} bytes`);
  }

  /** From now on, for the next byte. */
  wait(): void {
    this.#lastByte = performance.now();
  }

  /** After so many ms, whether it has stalled: a timer for each chunk would cost more than the chunk. */
  #look(pause: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#lastByte + STALLED - performance.now();
      if (left > 0) {
        this.#look(left);
        return;
      }
      this.#isStalled = true;
      this.#controller.abort();
    }, pause);
  }
}
