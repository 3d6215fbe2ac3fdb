// URLs of files: what is asked, with which credentials, and what of it messages and reports may tell.

import { nodeModule } from "../engine/platform.js";
import { shown } from "./shown.js";

export const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);

/** A URL for messages: without names, passwords, and what is asked for, which may be a signature. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return "the URL";
  const { protocol, host, pathname } = new URL(url);
  return shown(`${protocol}//${host}${pathname}`, Infinity);
}

/** A path as it is, a URL without what may be secret: for all that is kept or shown. */
export const shownPlace = (place: string): string => (isUrl(place) ? shownUrl(place) : place);

/** What is asked for. A `Request` is made of it where `fetch` is to answer: Node takes 70 ms to load that. */
export interface Target {
  readonly url: string;
  /** By names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  /** The caller's own. */
  readonly request?: Request;
}

export const targetOf = (request: Request): Target => ({
  ...{ url: request.url, headers: new Map(request.headers), request },
});

/** What `fetch` takes. */
export const requestOf = ({ url, headers, request }: Target, options: RequestInit = {}): Request =>
  new Request(request ?? url, { headers: Object.fromEntries(headers), ...options });

/** What a URL is for, without a name and a password in it, which `fetch` refuses: they go into a header. */
export function targetAt(functionName: string, url: string): Target {
  // the platform's own error would tell all that is in it
  if (!URL.canParse(url)) throw new TypeError(`${functionName}: source is no valid URL; check it`);
  const bare = new URL(url);
  const { username, password } = bare;
  bare.username = "";
  bare.password = "";
  bare.hash = "";
  const authorization = username === "" && password === "" ? authorizationFor(bare) : basic(username, password);
  return { url: bare.href, headers: new Map(authorization === undefined ? [] : [["authorization", authorization]]) };
}

function basic(username: string, password: string): string {
  const text = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return `Basic ${btoa(String.fromCharCode(...text))}`;
}

/** Of lines like `https://example.org/logits/ Bearer abc`: for what is below such a URL. */
const VARIABLE = "LOGRATIO_AUTHORIZATION";

function authorizationFor(url: URL): string | undefined {
  const lines = nodeModule?.("node:process").env[VARIABLE] ?? "";
  for (const line of lines.split("\n").map((text) => text.trim())) {
    if (line === "") continue;
    const [, place, value] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
    if (place === undefined || !isUrl(place) || !URL.canParse(place)) {
      throw new TypeError(`${VARIABLE}: each line must be like "https://example.org/logits/ Bearer abc"`);
    }
    if (isBelow(url.href, place)) return value;
  }
  return undefined;
}

/** Whether a URL is that of a folder, or of what is in it. `..` is resolved. */
export function isBelow(url: string, folder: string): boolean {
  const [{ origin, pathname }, { origin: own, pathname: start }] = [new URL(url), new URL(folder)];
  return origin === own && (pathname === start || pathname.startsWith(start.endsWith("/") ? start : `${start}/`));
}
