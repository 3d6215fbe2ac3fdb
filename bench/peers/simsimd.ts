// npm's simsimd: native code, which chooses its kernels by the processor. On one with AVX-512 it is also built here from its
// source without those, for AVX2, as it is on most. It adds an ε to every probability, a row a call.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Entry, entryOf, type Peer, versionOf } from "./peer.js";

interface SimSimd {
  kullbackleibler(p: Float32Array | Float64Array, q: Float32Array | Float64Array): number;
  jensenshannon(p: Float32Array | Float64Array, q: Float32Array | Float64Array): number;
}

const require = createRequire(import.meta.url);
const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** simsimd as its binding.gyp has it, but for the kernels of AVX-512; undefined where there is no compiler. */
function buildForAvx2(): SimSimd | undefined {
  const source = pathOf("node_modules/simsimd");
  const headers = pathOf("node_modules/node-api-headers/include");
  const target = pathOf("build/avx2");
  mkdirSync(target, { recursive: true });
  const run = (...parameters: string[]) =>
    spawnSync(process.env.CC ?? "cc", parameters, { cwd: target, stdio: "ignore" }).status === 0;
  const isCompiled = ["javascript", "c"].every((folder) =>
    run(
      ...["-c", "-fPIC", "-O3", "-std=c11", "-ffast-math", "-w", "-mavx2", "-mfma", "-mf16c"],
      ...["NATIVE_F16=0", "NATIVE_BF16=0", "DYNAMIC_DISPATCH=1"].map((setting) => `-DSIMSIMD_${setting}`),
      ...["SKYLAKE", "ICE", "GENOA", "SAPPHIRE", "TURIN", "SIERRA"].map((kind) => `-DSIMSIMD_TARGET_${kind}=0`),
      ...[`-I${headers}`, `-I${source}/include`, `${source}/${folder}/lib.c`, "-o", `${folder}.o`],
    ),
  );
  // linked without -ffast-math, which would turn subnormal numbers off in all of the process
  if (isCompiled && run("-shared", "javascript.o", "c.o", "-lm", "-o", "simsimd.node")) {
    return require(`${target}/simsimd.node`);
  }
  return undefined;
}

function peerOf(name: string, version: string, simsimd: SimSimd): Peer {
  return {
    name,
    version,
    open(task): Entry | undefined {
      const rows = Array.from({ length: task.rows }, (_, row) => {
        const [from, to] = [row * task.classes, (row + 1) * task.classes];
        return [task.p.subarray(from, to), task.q.subarray(from, to)];
      });
      if (task.measure === "klDivergence") {
        return entryOf(task, () => rows.map(([p, q]) => simsimd.kullbackleibler(p, q)));
      }
      // it gives the distance, the root
      if (task.measure === "jsDivergence") {
        return entryOf(task, () => rows.map(([p, q]) => simsimd.jensenshannon(p, q) ** 2));
      }
      return undefined;
    },
  };
}

export function openSimsimd(): Peer[] {
  const version = versionOf("simsimd");
  const peers = [peerOf("simsimd", version, require("simsimd"))];
  const avx2 = buildForAvx2();
  if (avx2) peers.push(peerOf("simsimd for AVX2", version, avx2));
  return peers;
}
