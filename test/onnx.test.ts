import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { compareLogits } from "../src/compare/index.js";
import { klDivergence } from "../src/index.js";

// What ONNX Runtime makes of a model (scripts/makeOnnxFixture.py), passed on as it is: beside mpmath, which computes the model itself.

const fixture = (name: string) => readFileSync(`test/fixtures/onnx/${name}`);
const references: Record<"base" | "other" | "kl" | "klOfHalves", number[]> = JSON.parse(
  fixture("references.json").toString(),
);

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(fixture("model.onnx"));

function run(inputs: number[]) {
  const x = new ort.Tensor("float32", Float32Array.from(inputs), [inputs.length / 4, 4]);
  return session.run({ x });
}

const [base, other] = await Promise.all([references.base, references.other].map(run));

function expectNear(actual: ArrayLike<number>, expected: number[], relative: number) {
  expect(actual).toHaveLength(expected.length);
  for (const [r, kl] of expected.entries()) expect(Math.abs(actual[r] / kl - 1)).toBeLessThan(relative);
}

test("f32", () => {
  expect(base.logits.type).toBe("float32");
  expectNear(klDivergence.rows(base.logits, other.logits, { input: "logits" }), references.kl, 1e-4);
});

test("f16", () => {
  expect(base.halves.type).toBe("float16");
  const kl = klDivergence.rows(base.halves, other.halves, { input: "logits" });
  // the last digit of an f32 may be another half
  expectNear(kl, references.klOfHalves, 1e-3);
  // the logits' differences are 0.2, and lose 2^-9 of their size, which is up to 8
  expectNear(kl, references.kl, 0.05);
});

test("a whole comparison", async () => {
  const kl = new Float64Array(references.kl.length);
  const onRows = (first: number, rows: { kl: Float64Array }) => kl.set(rows.kl, first);
  await compareLogits(base.logits, other.halves, { onRows });
  expectNear(kl, references.kl, 0.05);
});
