/** A stream that text is written to. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where a command writes: `process`, but for tests. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** What ends a command with a code other than 0, once all is said. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
