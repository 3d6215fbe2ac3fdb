// What a caller passes as a file, opened.

import { isObject, propertyOf } from "../engine/checks.js";
import { nodeModule } from "../engine/platform.js";
import { bytesOfBlob, bytesOfMemory } from "./blobBytes.js";
import type { BlobLike, ByteSource, FileSource } from "./bytes.js";
import { copyAsFile, openFile, openStoredFile } from "./nodeFile.js";
import { checkAnswer, chunksOf, loadPatiently } from "./requests.js";
import { shown, shownValue } from "./shown.js";
import { isPacked } from "./unpacked.js";
import { openUrl } from "./urlBytes.js";
import { isUrl, requestOf, shownUrl, type Target, targetAt, targetOf } from "./urlRequest.js";

/** Opens a file, wherever it is, to be read at any place. Throws a TypeError for what is none. */
export async function openBytes(functionName: string, source: FileSource): Promise<ByteSource> {
  if (typeof source === "string") {
    if (source === "") throw new RangeError(`${functionName}: source is ""; it must be the path of a file, or a URL`);
    const url = urlOf(source);
    return url === undefined ? openFile(source) : openRemote(targetAt(functionName, url));
  }
  const has = (key: string, type: string) => typeof propertyOf(source, key) === type;
  if (ArrayBuffer.isView(source)) return bytesOfMemory("the bytes", bytesIn(source));
  if (Object.prototype.toString.call(source) === "[object ArrayBuffer]") {
    return bytesOfMemory("the bytes", new Uint8Array(source as ArrayBuffer));
  }
  if (has("read", "function") && has("checkUnchanged", "function")) return source as ByteSource;
  if (has("slice", "function") && has("arrayBuffer", "function")) return openBlob(source as BlobLike);
  if (has("href", "string")) {
    const { href } = source as URL;
    return href.startsWith("file:") ? openFile(pathOf(href)) : openRemote(targetAt(functionName, href));
  }
  if (has("url", "string") && has("status", "number")) return openResponse(source as Response);
  if (has("url", "string") && has("method", "string")) return openRemote(targetOf(source as Request));
  if (has("getReader", "function")) {
    return keep("the stream", chunksOf("the stream", source as ReadableStream<Uint8Array>));
  }
  if (isObject(source) && typeof (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator] === "function") {
    return keep("the stream", source as AsyncIterable<Uint8Array>);
  }
  const kinds = "a path, a URL, a Request, a Blob or File, a Response, a stream, bytes, or a ByteSource";
  throw new TypeError(`${functionName}: source is ${shownValue(source)}; it must be ${kinds}`);
}

/** What is at a path or behind a URL as it is there, also what is packed. */
export const openStored = (place: string): Promise<ByteSource> =>
  isUrl(place) ? openUrl(targetAt("openStored", place)) : openStoredFile(place);

/** Whether it is of this machine's files. */
export const isPath = (source: FileSource): source is string =>
  typeof source === "string" && source !== "" && urlOf(source) === undefined;

/** As what a text is a URL; undefined for a path. In pages there are no paths. */
function urlOf(text: string): string | undefined {
  if (isUrl(text)) return text;
  return nodeModule === undefined
    ? new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href).href
    : undefined;
}

function pathOf(href: string): string {
  if (nodeModule === undefined)
    throw new TypeError(`${shown(href, Infinity)} is a file, which pages cannot open; pass a File`);
  return nodeModule("node:url").fileURLToPath(href);
}

const bytesIn = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function openRemote(target: Target): Promise<ByteSource> {
  const { url } = target;
  if (!isPacked(new URL(url).pathname)) return openUrl(target);
  return openResponse(await loadPatiently(shownUrl(url), requestOf(target)), url);
}

/** Under the URL that was asked for, where another one answered. */
async function openResponse(response: Response, asked = response.url): Promise<ByteSource> {
  const name = asked === "" ? "the response" : shownUrl(asked);
  await checkAnswer(name, response);
  if (response.body === null) throw new TypeError(`${name} has no body`);
  return keep(name, chunksOf(name, response.body));
}

function openBlob(blob: BlobLike): Promise<ByteSource> | ByteSource {
  const name = blob.name === undefined || blob.name === "" ? "the Blob" : shown(blob.name, Infinity);
  if (!isPacked(name)) return bytesOfBlob(name, blob);
  return keep(name, chunksOf(name, (blob as Blob).stream()));
}

/** What can be read once, in a place where it can be read anywhere: a temporary file, or where there are none, a Blob. Unpacked. */
async function keep(name: string, chunks: AsyncIterable<Uint8Array>): Promise<ByteSource> {
  const checked = checkedChunks(name, chunks);
  if (nodeModule !== undefined) return copyAsFile(name, checked);
  const stream = streamOf(checked);
  if (!isPacked(name)) return bytesOfBlob(name, await new Response(stream).blob());
  if (!/\.gz$/i.test(name)) throw new TypeError(`${name}: .zst is not unpacked in pages; unpack it first (zstd -d)`);
  try {
    return bytesOfBlob(name, await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).blob());
  } catch (cause) {
    throw new Error(`${name} cannot be unpacked: ${shown((cause as Error).message, 200)}`, { cause });
  }
}

async function* checkedChunks(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunks) {
    if (!ArrayBuffer.isView(chunk)) throw new TypeError(`${name} gives ${shownValue(chunk)}; it must give bytes`);
    yield bytesIn(chunk) as Uint8Array<ArrayBuffer>;
  }
}

/** ReadableStream.from, which not all browsers have. */
function streamOf(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
