// The files that every platform reads: two models in each format, with the same numbers on every machine.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeLlamaCpp, writeNpy, writeTokens } from "../../dist/compare/index.js";
import { randomNumbers } from "../../test/random.js";

const CLASSES = 3000;
/** Two chunks of 31 rows. */
const [ROWS, CONTEXT] = [62, 64];

/** https://huggingface.co/docs/safetensors */
function safetensorsOf(data: Float32Array): Buffer {
  const header = JSON.stringify({
    logits: { dtype: "F32", shape: [ROWS, CLASSES], data_offsets: [0, data.byteLength] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.from(data.buffer)]);
}

export async function writeFiles(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const random = randomNumbers(17);
  const normal = () => random() + random() + random() + random() - 2;
  const base = Float32Array.from({ length: ROWS * CLASSES }, () => 6 * normal());
  const other = base.map((z) => z + 0.6 * normal());
  const tokens = Int32Array.from({ length: ROWS }, () => Math.floor(random() * CLASSES));
  await writeNpy(at("base.npy"), [{ data: base }], { classes: CLASSES });
  await writeNpy(at("base.f64.npy"), [{ data: Float64Array.from(base) }], { classes: CLASSES, type: "f64" });
  await writeNpy(at("base.bf16.npy"), [{ data: base }], { classes: CLASSES, type: "bf16" });
  await writeNpy(at("other.npy"), [{ data: other }], { classes: CLASSES, type: "f16" });
  await writeTokens(at("tokens.npy"), tokens);
  const text = Int32Array.from({ length: 2 * CONTEXT }, (_, i) => (7 * i) % CLASSES);
  await writeLlamaCpp(at("base.kld"), [{ data: base }], { classes: CLASSES, context: CONTEXT, tokens: text });
  writeFileSync(at("base.safetensors"), safetensorsOf(base));
  // the numbers of a .npy file, behind its header
  writeFileSync(at("base.bin"), readFileSync(at("other.npy")).subarray(128));
  writeFileSync(at("base.npy.gz"), gzipSync(readFileSync(at("base.npy"))));
}
