// TensorFlow.js on its WASM backend (SIMD; it has no threads in Node) and on its CPU backend, written as its users do. Tensors are
// made beforehand and results stay in its memory, but for those that are one number a row, which are read. f32 alone.

import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { type Case, type Entry, type MeasureName, type Peer, pick, versionOf } from "./peer.js";

type Graph = (p: tf.Tensor2D, q: tf.Tensor2D, labels: tf.Tensor2D) => tf.Tensor;

const { NONE, SUM } = tf.Reduction;
const loss = (z: tf.Tensor, labels: tf.Tensor, reduction: number) =>
  tf.losses.softmaxCrossEntropy(labels, z, undefined, undefined, reduction);
const kl = (p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.mul(p, tf.log(tf.div(p, q))), -1);

const GRAPHS: Record<MeasureName, Graph> = {
  klDivergence: kl,
  jsDivergence: (p, q) => {
    const mean = tf.mul(tf.add(p, q), 0.5);
    return tf.mul(tf.add(kl(p, mean), kl(q, mean)), 0.5);
  },
  entropy: (p) => tf.neg(tf.sum(tf.mul(p, tf.log(p)), -1)),
  crossEntropy: (p, q) => tf.neg(tf.sum(tf.mul(p, tf.log(q)), -1)),
  klDivergenceOfLogits: (p, q) => {
    const logs = tf.logSoftmax(p);
    return tf.sum(tf.mul(tf.exp(logs), tf.sub(logs, tf.logSoftmax(q))), -1);
  },
  logSumExp: (z) => tf.logSumExp(z, -1),
  softmax: (z) => tf.softmax(z),
  crossEntropyLoss: (z, _, labels) => loss(z, labels, NONE),
  crossEntropyGradient: (z, _, labels) => tf.grad((x) => loss(x, labels, SUM))(z),
};

async function open(backend: string, task: Case): Promise<Entry | undefined> {
  if (task.type !== "f32") return undefined;
  // which takes many seconds a call
  if (backend === "cpu" && task.p.length > 2 ** 22) return undefined;
  await tf.setBackend(backend);
  const shape: [number, number] = [task.rows, task.classes];
  const p = tf.tensor2d(task.p as Float32Array, shape);
  const q = tf.tensor2d(task.q as Float32Array, shape);
  // labels are one-hot for it
  const isLoss = task.measure.startsWith("crossEntropy") && task.measure !== "crossEntropy";
  const labels = isLoss ? (tf.oneHot(tf.tensor1d(task.labels, "int32"), task.classes) as tf.Tensor2D) : q;
  const isMatrix = task.measure === "softmax" || task.measure === "crossEntropyGradient";
  const compute = () => tf.tidy(() => GRAPHS[task.measure](p, q, labels));
  return {
    contestant: () => {
      const result = compute();
      if (!isMatrix) result.dataSync();
      result.dispose();
    },
    // synchronous once a backend is up
    enter: () => void tf.setBackend(backend),
    result: () => pick(task, compute().dataSync()),
    close: () => tf.dispose([p, q, labels]),
  };
}

export async function openTensorflow(): Promise<Peer[]> {
  tf.enableProdMode();
  return Promise.all(
    ["wasm", "cpu"].map(async (backend): Promise<Peer> => {
      const name = backend === "wasm" ? "TensorFlow.js WASM" : "TensorFlow.js CPU";
      return { name, version: versionOf("@tensorflow/tfjs"), open: (task) => open(backend, task) };
    }),
  );
}
