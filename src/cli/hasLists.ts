// What a file has: logits, or lists of an API.

import { open } from "node:fs/promises";
import { explaining } from "../compare/systemError.js";
import { areLists, LIST_START } from "./listStart.js";

/** Whether a file has answers of an API: text that begins like JSON, or a server's stream of it. */
export async function hasLists(path: string): Promise<boolean> {
  // what cannot be read is told by what reads it
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await explaining(file.read({ buffer: new Uint8Array(LIST_START) }), path, "read");
    return areLists(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
