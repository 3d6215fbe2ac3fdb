// Ranges over sockets of Node, which are read into the memory that they are for: `fetch` and node:http take new memory for each 64 KiB,
// which costs more than all else, and `fetch` 70 ms until it is loaded. What is not plainly the range that was asked for is left to it.

import type { Socket } from "node:net";
import { nodeModule } from "../engine/platform.js";
import { builtin } from "./node.js";
import { Passing, Told } from "./retry.js";
import type { Space } from "./space.js";
import { shownUrl, type Target } from "./urlRequest.js";

/** More is no answer to a range. With it the first bytes of the body may come. */
const MOST_HEAD_BYTES = 2 ** 14;

/** Of an answer, by their names. */
export type Fields = Pick<Headers, "get">;

export interface AnswerHead extends Pick<Response, "ok" | "status" | "statusText"> {
  readonly headers: Fields;
}

/** What a question is for. */
interface Question {
  /** Gives how many bytes are to come, or throws. */
  readonly lengthOf: (head: AnswerHead) => number;
  /** Where they go. */
  readonly space: Space;
  readonly onBytes: () => void;
}

/** And who is told. */
interface Exchange extends Question {
  readonly resolve: (isAnswered: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** `fetch` of Node itself, as it is when this is loaded: who puts another in its place is to be asked. */
const ownFetch = globalThis.fetch;

/** Whether this is Node, and requests go the way that they go by default. */
function areDirect(): boolean {
  if (nodeModule === undefined || globalThis.fetch !== ownFetch) return false;
  const { env, versions } = nodeModule("node:process");
  // where somebody has set another one (a proxy, a mock), it is theirs to answer
  const dispatcher = Object(globalThis)[Symbol.for("undici.globalDispatcher.1")];
  const isDefault = dispatcher === undefined || dispatcher.constructor?.name === "Agent";
  return isDefault && env.NODE_USE_ENV_PROXY === undefined && !("bun" in versions) && !("deno" in versions);
}

/** Undefined where only `fetch` will do. */
export function socketsFor({ url, request }: Target): RangeSockets | undefined {
  if ((request !== undefined && request.method !== "GET") || !areDirect()) return undefined;
  return new RangeSockets(shownUrl(url), new URL(url));
}

export class RangeSockets {
  /** For messages. */
  readonly #name: string;
  readonly #url: URL;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  /** Of a server that sends more than it says: its answers cannot be told apart. */
  #surplus: Error | undefined;

  constructor(name: string, url: URL) {
    this.#name = name;
    this.#url = url;
  }

  /**
   * Asks once, and reads the answer. False for one that only `fetch` understands (a redirection, what is encoded): nothing has been read
   * then.
   */
  async load(headers: Target["headers"], question: Question, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.#surplus !== undefined) throw this.#surplus;
    // which it refuses
    if (![...headers.values()].every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))) return false;
    const { host, pathname, search } = this.#url;
    const all = new Map([["accept", "*/*"], ["user-agent", "logratio"], ...headers]);
    all.set("host", host).set("accept-encoding", "identity").set("connection", "keep-alive");
    const lines = [...all].map(([name, value]) => `${name}: ${value}`);
    const text = `${[`GET ${pathname}${search} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`;
    for (;;) {
      const kept = this.#idle.pop();
      const connection = kept ?? this.#connect();
      const stop = () => connection.end(signal.reason);
      signal.addEventListener("abort", stop);
      try {
        const isAnswered = await connection.ask(text, question);
        if (connection.isUsable) this.#idle.push(connection);
        return isAnswered;
      } catch (error) {
        // a server may close what has been idle, at the moment at which it is asked
        if (kept === undefined || connection.hasAnswered || signal.aborted) throw error;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    }
  }

  #connect(): Connection {
    const connection = new Connection(this.#name, this.#url, () => {
      this.#all.delete(connection);
      const place = this.#idle.indexOf(connection);
      if (place >= 0) this.#idle.splice(place, 1);
      this.#surplus ??= connection.surplus;
    });
    this.#all.add(connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#all) connection.end(new Error("closed"));
  }
}

class Connection {
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  /** What has come of a head, and maybe of the body behind it. */
  readonly #head = new Uint8Array(MOST_HEAD_BYTES);
  #headLength = 0;
  #length = 0;
  /** Bytes of the body that are to come; undefined until its head has. */
  #left: number | undefined;
  /** Whether anything has come for the last question. */
  hasAnswered = false;
  /** Whether a question has been answered: what comes unasked after that is surplus, or says that the server closes. */
  #hasServed = false;
  /** Where more has come than an answer said. */
  surplus: Error | undefined;
  readonly #name: string;

  constructor(name: string, { protocol, hostname, port }: URL, onClose: () => void) {
    this.#name = name;
    // as URLs have them: [::1]
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const onread = {
      // for the next read: it goes where its bytes belong, as soon as the head has told how many there are
      buffer: () =>
        this.#left && this.#exchange !== undefined
          ? this.#exchange.space.rest.subarray(0, this.#left)
          : this.#head.subarray(this.#headLength),
      callback: (count: number, buffer: Uint8Array) => {
        this.#receive(buffer.subarray(0, count));
        return true;
      },
    };
    const isSecure = protocol === "https:";
    const to = { host, port: port === "" ? (isSecure ? 443 : 80) : Number(port), onread, noDelay: true };
    const { isIP, connect } = builtin("node:net");
    this.#socket = isSecure
      ? builtin("node:tls").connect({
          ...to,
          ...(isIP(host) === 0 && { servername: host }),
          ALPNProtocols: ["http/1.1"],
        })
      : connect(to);
    // of a name with several addresses, what went wrong with the first
    this.#socket.on("error", (error) => this.end((error as AggregateError).errors?.[0] ?? error));
    this.#socket.on("close", () => {
      const done = this.#length - (this.#left ?? this.#length);
      this.end(new Passing(`${name}: the answer ended after ${done} of ${this.#length} bytes`));
      onClose();
    });
  }

  get isUsable(): boolean {
    return this.#exchange === undefined && !this.#socket.destroyed;
  }

  ask(text: string, question: Question): Promise<boolean> {
    this.#length = 0;
    this.#left = undefined;
    this.hasAnswered = false;
    this.#socket.ref();
    return new Promise((resolve, reject) => {
      this.#exchange = { ...question, resolve, reject };
      this.#socket.write(text, "latin1");
    });
  }

  /** Nothing comes any more: a question that is open fails by this. */
  end(reason: unknown): void {
    this.#socket.destroy();
    this.#exchange?.reject(reason);
    this.#exchange = undefined;
  }

  #endOfSurplus(): void {
    this.surplus = new Told(`${this.#name}: more bytes came than the answer said`);
    this.end(this.surplus);
  }

  #settle(isAnswered: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#hasServed = true;
    // it does not keep Node running while nothing is asked
    if (isAnswered) this.#socket.unref();
    else this.#socket.destroy();
    exchange?.resolve(isAnswered);
  }

  #receive(bytes: Uint8Array): void {
    this.hasAnswered = true;
    const isInHead = bytes.buffer === this.#head.buffer;
    if (isInHead && this.#headLength === 0 && this.#hasServed && !beginsAnswer(this.#head)) {
      this.#endOfSurplus();
      return;
    }
    if (this.#exchange === undefined) {
      // it says that it closes what is idle
      this.#socket.destroy();
      return;
    }
    const { space, onBytes } = this.#exchange;
    try {
      if (isInHead) {
        const body = this.#readHead(this.#headLength + bytes.length, this.#exchange);
        if (this.#left === undefined) return;
        if (body.length > this.#left) {
          this.#endOfSurplus();
          return;
        }
        space.add(body);
        this.#left -= body.length;
      } else {
        space.filled(bytes.length);
        (this.#left as number) -= bytes.length;
      }
      onBytes();
      if (this.#left === 0) this.#settle(true);
    } catch (error) {
      this.end(error);
    }
  }

  /** Of as many bytes as there are now, what follows the head, if that is whole. */
  #readHead(count: number, { lengthOf }: Exchange): Uint8Array {
    const bytes = this.#head.subarray(0, count);
    const end = endOfHead(bytes);
    if (end < 0) {
      this.#headLength = count;
      if (count === MOST_HEAD_BYTES) this.#settle(false);
      return bytes.subarray(count);
    }
    this.#headLength = 0;
    const head = headOf(String.fromCharCode.apply(null, bytes.subarray(0, end) as never));
    if (head === undefined) this.#settle(false);
    else {
      this.#length = lengthOf(head);
      this.#left = this.#length;
      if (Number(head.headers.get("Content-Length")) !== this.#length) {
        throw new Error("its length is not that of the range");
      }
    }
    return bytes.subarray(end + 4);
  }
}

const beginsAnswer = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(0, 5)) === "HTTP/";

/** Where the empty line is behind it; -1 before it has come. */
function endOfHead(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(13); i >= 0; i = bytes.indexOf(13, i + 1)) {
    if (bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

/** Of an answer that may be an error, or whose bytes come as they are stored and are as many as it says. */
function headOf(text: string): AnswerHead | undefined {
  const [first, ...lines] = text.split("\r\n");
  const [, code, statusText = ""] = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first) ?? [];
  const status = Number(code);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  const headers: Fields = { get: (name) => fields.get(name.toLowerCase()) ?? null };
  // a range of what is empty is `fetch`'s to answer, too
  if (status >= 400 && status !== 416) return { ok: false, status, statusText, headers };
  return status === 206 && isPlain(headers) ? { ok: true, status, statusText, headers } : undefined;
}

/** Whether the bytes of an answer come as they are stored, and are as many as it says. */
const isPlain = (headers: Fields): boolean =>
  ["identity", null].includes(headers.get("Content-Encoding")) &&
  headers.get("Transfer-Encoding") === null &&
  /^\d{1,15}$/.test(headers.get("Content-Length") ?? "");
