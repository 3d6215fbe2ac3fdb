// What a server of files answers to a request for a range (RFC 9110, section 14).

import { createHash } from "node:crypto";

export interface Answer {
  readonly status: 200 | 206 | 416;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const etags = new WeakMap<Buffer, string>();

function etagOf(file: Buffer): string {
  const etag = etags.get(file) ?? `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
  etags.set(file, etag);
  return etag;
}

/** The whole of a file, or as much of it as `Range` says, unless `If-Range` names another version. */
export function answerOf(
  file: Buffer,
  request: { readonly range?: string; readonly "if-range"?: string | string[] },
): Answer {
  const etag = etagOf(file);
  const headers = { "Accept-Ranges": "bytes", ETag: etag };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.range ?? "") ?? [];
  const lengthOf = (length: number) => ({ "Content-Length": String(length) });
  if (first === undefined || (request["if-range"] ?? etag) !== etag) {
    return { status: 200, headers: { ...headers, ...lengthOf(file.length) }, body: file };
  }
  const [start, end] = [Number(first), Math.min(file.length, last === "" ? file.length : Number(last) + 1)];
  if (start >= file.length) {
    return { status: 416, headers: { ...headers, "Content-Range": `bytes */${file.length}` }, body: Buffer.alloc(0) };
  }
  const range = { "Content-Range": `bytes ${start}-${end - 1}/${file.length}`, ...lengthOf(end - start) };
  return { status: 206, headers: { ...headers, ...range }, body: file.subarray(start, end) };
}
