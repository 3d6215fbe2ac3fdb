// Ranges over sockets of Node, whose bytes are read into the same memory again and again: `fetch` and node:http take new memory for
// each 64 KiB, which costs more than all else. What is not plainly the range that was asked for is left to `fetch`.

import type { Socket } from "node:net";
import { nodeModule } from "../engine/platform.js";
import { builtin } from "./node.js";
import type { Take } from "./rangesAhead.js";
import { Passing } from "./retry.js";
import { shownUrl } from "./urlRequest.js";

/** Of one read; more does not stay in a processor's cache. */
const READ_BYTES = 2 ** 16;

const MOST_HEAD_BYTES = 2 ** 14;
const END_OF_HEAD = "\r\n\r\n";

export type AnswerHead = Pick<Response, "ok" | "status" | "statusText" | "headers">;

/** What was asked for, and who is told. */
interface Exchange {
  /** Gives how many bytes are to come, or throws. */
  readonly lengthOf: (head: AnswerHead) => number;
  readonly take: Take;
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

/** Of the object that a request is for, which has been answered once; undefined where only `fetch` will do. */
export function socketsFor({ method, url }: Request, { redirected, headers }: Response): RangeSockets | undefined {
  if (method !== "GET" || redirected || !isPlain(headers) || !areDirect()) return undefined;
  return new RangeSockets(shownUrl(url), new URL(url));
}

export class RangeSockets {
  /** For messages. */
  readonly #name: string;
  readonly #url: URL;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();

  constructor(name: string, url: URL) {
    this.#name = name;
    this.#url = url;
  }

  /**
   * Asks once, and hands over the bytes of the answer. False for an answer that only `fetch` understands (a redirection, what is encoded):
   * nothing has been handed over then.
   */
  async load(headers: Headers, lengthOf: Exchange["lengthOf"], take: Take, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const { host, pathname, search } = this.#url;
    const all = new Headers({ Accept: "*/*" });
    for (const [name, value] of headers) all.set(name, value);
    for (const [name, value] of Object.entries({
      Host: host,
      "Accept-Encoding": "identity",
      Connection: "keep-alive",
    })) {
      all.set(name, value);
    }
    const lines = [...all].map(([name, value]) => `${name}: ${value}`);
    const text = `${[`GET ${pathname}${search} HTTP/1.1`, ...lines].join("\r\n")}${END_OF_HEAD}`;
    for (;;) {
      const kept = this.#idle.pop();
      const connection = kept ?? this.#connect();
      const stop = () => connection.end(signal.reason);
      signal.addEventListener("abort", stop);
      try {
        const isAnswered = await connection.ask(text, lengthOf, take);
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
  #head = "";
  #length = 0;
  /** Bytes of the body that are to come; undefined until its head has. */
  #left: number | undefined;
  /** Whether anything has come for the last question. */
  hasAnswered = false;

  constructor(name: string, { protocol, hostname, port }: URL, onClose: () => void) {
    // as URLs have them: [::1]
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const buffer = new Uint8Array(READ_BYTES);
    const onread = {
      buffer,
      callback: (count: number) => {
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
    this.#socket.on("error", (error) => this.end(error));
    this.#socket.on("close", () => {
      const done = this.#length - (this.#left ?? this.#length);
      this.end(new Passing(`${name}: the answer ended after ${done} of ${this.#length} bytes`));
      onClose();
    });
  }

  get isUsable(): boolean {
    return this.#exchange === undefined && !this.#socket.destroyed;
  }

  ask(text: string, lengthOf: Exchange["lengthOf"], take: Take): Promise<boolean> {
    this.#head = "";
    this.#length = 0;
    this.#left = undefined;
    this.hasAnswered = false;
    this.#socket.ref();
    return new Promise((resolve, reject) => {
      this.#exchange = { lengthOf, take, resolve, reject };
      this.#socket.write(text, "latin1");
    });
  }

  /** Nothing comes any more: a question that is open fails by this. */
  end(reason: unknown): void {
    this.#socket.destroy();
    this.#exchange?.reject(reason);
    this.#exchange = undefined;
  }

  #settle(isAnswered: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    // it does not keep Node running while nothing is asked
    if (isAnswered) this.#socket.unref();
    else this.#socket.destroy();
    exchange?.resolve(isAnswered);
  }

  #receive(bytes: Uint8Array): void {
    this.hasAnswered = true;
    if (this.#exchange === undefined) {
      this.#socket.destroy(); // what nobody has asked for
      return;
    }
    try {
      const body = this.#left === undefined ? this.#readHead(bytes, this.#exchange) : bytes;
      if (this.#left === undefined) return;
      if (body.length > this.#left) throw new Error("more bytes came than the answer said");
      this.#left -= body.length;
      if (body.length > 0) this.#exchange.take(body);
      if (this.#left === 0) this.#settle(true);
    } catch (error) {
      this.end(error);
    }
  }

  /** What follows the head, once it is there. */
  #readHead(bytes: Uint8Array, { lengthOf }: Exchange): Uint8Array {
    const before = this.#head.length;
    const text = this.#head + String.fromCharCode.apply(null, bytes.subarray(0, MOST_HEAD_BYTES) as never);
    const end = text.indexOf(END_OF_HEAD);
    if (end < 0) {
      this.#head = text;
      if (text.length > MOST_HEAD_BYTES) this.#settle(false);
      return bytes.subarray(bytes.length);
    }
    const head = headOf(text.slice(0, end));
    if (head === undefined) this.#settle(false);
    else {
      this.#length = lengthOf(head);
      this.#left = this.#length;
      if (Number(head.headers.get("Content-Length")) !== this.#length) {
        throw new Error("its length is not that of the range");
      }
    }
    return bytes.subarray(end + END_OF_HEAD.length - before);
  }
}

/** Of an answer that may be an error, or whose bytes come as they are stored and are as many as it says. */
function headOf(text: string): AnswerHead | undefined {
  const [first, ...lines] = text.split("\r\n");
  const [, code, statusText = ""] = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first) ?? [];
  const status = Number(code);
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    headers.append(name, value);
  }
  if (status >= 400) return { ok: false, status, statusText, headers };
  return status === 206 && isPlain(headers) ? { ok: true, status, statusText, headers } : undefined;
}

/** Whether the bytes of an answer come as they are stored, and are as many as it says. */
const isPlain = (headers: Headers): boolean =>
  ["identity", null].includes(headers.get("Content-Encoding")) &&
  !headers.has("Transfer-Encoding") &&
  /^\d{1,15}$/.test(headers.get("Content-Length") ?? "");
