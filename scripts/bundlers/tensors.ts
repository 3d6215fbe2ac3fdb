// What an application's TypeScript sees that passes tensors of ONNX Runtime: no cast. Those of transformers.js have the same properties.

import { crossEntropyLoss, klDivergence, perplexity, softmax } from "logratio";
import type { InferenceSession, Tensor } from "onnxruntime-common";

declare const session: InferenceSession;
declare const labels: Tensor;
const { base, other } = await session.run({});

export const results: [Float64Array, number, number, ArrayLike<number>] = [
  klDivergence.rows(base, other, { input: "logits", mask: labels }),
  crossEntropyLoss(base, labels).loss,
  perplexity(base, labels),
  softmax.rows(base),
];
