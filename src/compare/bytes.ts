// Where the bytes of files come from: what readers of formats build on.

/**
 * Bytes that can be read at any place, and that must stay what they were when they were opened: a file, a `Blob`, an object behind a URL.
 * {@link openLogits} and {@link openTokens} take one of your own, too.
 */
export interface ByteSource {
  /** For messages, and for the ending (`.npy`, `.safetensors`) where the first bytes do not tell the format. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * Reads into `bytes` what begins at `position`.
   *
   * @returns A promise of how many bytes there were: at least one, and 0 only behind the end.
   */
  read(bytes: Uint8Array, position: number): Promise<number>;
  /**
   * Reads what is between `start` and `end` in order, where that is faster: more may be on its way before it is asked for. The next `read`
   * may begin before the last one has ended, so each gives all that it is asked for, up to `end`. `close` gives up what is on its way.
   */
  inOrder?(start: number, end: number): Pick<ByteSource, "read" | "close">;
  /** Throws where it is not what it was when it was opened: another size, another time, another version. */
  checkUnchanged(): Promise<void>;
  /** Nothing is read any more. */
  close(): Promise<void>;
}

/** What {@link openLogits} and {@link openTokens} need of a `Blob` or a `File`. */
export interface BlobLike {
  /** In bytes. */
  readonly size: number;
  /** Of a `File`. */
  readonly name?: string;
  /** The bytes from `start` to before `end`, which are not read yet. */
  slice(start?: number, end?: number): BlobLike;
  /** Reads all bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What they need of a `Response`. */
export interface ResponseLike {
  /** Whether the request has succeeded. */
  readonly ok: boolean;
  /** The HTTP status, for the message where it has not. */
  readonly status: number;
  /** Where the response comes from. */
  readonly url: string;
  /** A `ReadableStream` of its bytes, or null. */
  readonly body: unknown;
}

/** What they need of a `Request`. */
export interface RequestLike {
  /** The URL of the file. */
  readonly url: string;
  /** Such as `GET`. */
  readonly method: string;
}

/** What they need of a `ReadableStream`. */
export interface StreamLike {
  /** The only reader of the stream, as long as it has not been released. */
  getReader(): unknown;
}

/**
 * Where a file is.
 *
 * - A text: the path of a file (Node, Bun and Deno), or a URL (`http:` or `https:`; in pages also a relative one).
 * - A `URL` or a `Request`: read by range requests, so that only what is needed is loaded. The server must answer these, with an `ETag` or a
 *   time of change; other headers, such as tokens of access, are those of the `Request`.
 * - A `Blob` or a `File`: read at any place, without being loaded as a whole.
 * - A `Response`, a `ReadableStream` or an async iterable of bytes: loaded as a whole first, into a temporary file (Node, Bun and Deno), or
 *   into a `Blob` (pages), which browsers keep on disk where it is large.
 * - Bytes in memory: an `ArrayBuffer` or a `Uint8Array`.
 * - A {@link ByteSource} of your own.
 */
export type FileSource =
  | string
  | { readonly href: string }
  | RequestLike
  | BlobLike
  | ResponseLike
  | StreamLike
  | AsyncIterable<Uint8Array>
  | ArrayBuffer
  | Uint8Array
  | ByteSource;
