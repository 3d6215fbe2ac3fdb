// What a file has: logits, or lists of an API.

import { open } from "node:fs/promises";
import { explaining } from "../compare/systemError.js";

/** Bytes of a file that tell whether it is text. */
const START = 64;

/** Whether a file has answers of an API: text that begins like JSON, or a server's stream of it. */
export async function hasLists(path: string): Promise<boolean> {
  // what cannot be read is told by what reads it
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await explaining(file.read({ buffer: new Uint8Array(START) }), path, "read");
    const bytes = buffer.subarray(0, bytesRead);
    // text has no byte below that of a tab
    return bytes.every((byte) => byte >= 9) && /^\s*(?:[{[]|data:|event:)/.test(new TextDecoder().decode(bytes));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
