// ONNX Runtime Web: small graphs, made here, of the operators that an exporter makes of such an expression. It copies inputs to
// its memory at each call. Its number of threads is of a whole process: other than one run in a process of their own (pipe.ts).

import proto from "onnx-proto";
import * as ort from "onnxruntime-web";
import type { FloatArray } from "../family.js";
import { awaited, type Case, type Entry, type MeasureName, type Peer, pick } from "./peer.js";

/** [operator, inputs, output, attributes] */
type Node = readonly [string, readonly string[], string, Readonly<Record<string, number | readonly number[]>>?];

/** Sums over axis 1, which is what it is given a name for. */
const sum = (input: string, output: string): Node => ["ReduceSum", [input, "axes"], output, { keepdims: 0 }];
const logSoftmax = (input: string, output: string): Node => ["LogSoftmax", [input], output, { axis: 1 }];
/** Of `Mean` there is none for f64. */
const mean = (p: string, q: string, output: string): Node[] => [
  ["Add", [p, q], `${output}:sum`],
  ["Mul", [`${output}:sum`, "half"], output],
];
const kl = (p: string, q: string, output: string): Node[] => [
  ["Div", [p, q], `${output}:ratio`],
  ["Log", [`${output}:ratio`], `${output}:log`],
  ["Mul", [p, `${output}:log`], `${output}:terms`],
  sum(`${output}:terms`, output),
];
const crossEntropy = (q: string): Node[] => [
  ["Log", [q], "log"],
  ["Mul", ["p", "log"], "terms"],
  sum("terms", "sum"),
  ["Neg", ["sum"], "result"],
];

const GRAPHS: Partial<Record<MeasureName, readonly Node[]>> = {
  klDivergence: kl("p", "q", "result"),
  jsDivergence: [
    ...mean("p", "q", "mean"),
    ...kl("p", "mean", "first"),
    ...kl("q", "mean", "second"),
    ...mean("first", "second", "result"),
  ],
  entropy: crossEntropy("p"),
  crossEntropy: crossEntropy("q"),
  klDivergenceOfLogits: [
    logSoftmax("p", "a"),
    logSoftmax("q", "b"),
    ["Exp", ["a"], "e"],
    ["Sub", ["a", "b"], "difference"],
    ["Mul", ["e", "difference"], "terms"],
    sum("terms", "result"),
  ],
  logSumExp: [["ReduceLogSumExp", ["p"], "result", { axes: [1], keepdims: 0 }]],
  softmax: [["Softmax", ["p"], "result", { axis: 1 }]],
  crossEntropyLoss: [
    logSoftmax("p", "a"),
    ["GatherElements", ["a", "labels"], "label", { axis: 1 }],
    ["Neg", ["label"], "result"],
  ],
};

const TYPES = { f32: ["float32", 1], f64: ["float64", 11] } as const;
const INT64 = 7;
const { ModelProto } = proto.onnx;

function modelOf(nodes: readonly Node[], type: Case["type"], feeds: readonly string[]): Uint8Array {
  const infoOf = (name: string, elemType: number) => ({ name, type: { tensorType: { elemType } } });
  const constants = [
    { name: "axes", dataType: INT64, dims: [1], int64Data: [1] },
    {
      name: "half",
      dataType: TYPES[type][1],
      dims: [],
      floatData: type === "f32" ? [0.5] : [],
      doubleData: type === "f64" ? [0.5] : [],
    },
  ].filter(({ name }) => nodes.some(([, inputs]) => inputs.includes(name)));
  const model = ModelProto.fromObject({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 13 }],
    graph: {
      name: "measure",
      node: nodes.map(([opType, input, output, attributes = {}]) => ({
        opType,
        input,
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) =>
          typeof value === "number" ? { name, type: 2, i: value } : { name, type: 7, ints: value },
        ),
      })),
      initializer: constants,
      input: feeds.map((name) => infoOf(name, name === "labels" ? INT64 : TYPES[type][1])),
      output: [infoOf("result", TYPES[type][1])],
    },
  });
  return ModelProto.encode(model).finish();
}

async function open(task: Case): Promise<Entry | undefined> {
  const nodes = GRAPHS[task.measure];
  if (nodes === undefined) return undefined;
  const shape = [task.rows, task.classes];
  const tensorOf = (array: FloatArray) => new ort.Tensor(TYPES[task.type][0], array as Float32Array, shape);
  const all: Record<string, ort.Tensor> = {
    p: tensorOf(task.p),
    q: tensorOf(task.q),
    labels: new ort.Tensor("int64", BigInt64Array.from(task.labels, BigInt), [task.rows, 1]),
  };
  const feeds = Object.fromEntries(
    Object.entries(all).filter(([name]) => nodes.some(([, inputs]) => inputs.includes(name))),
  );
  const session = await ort.InferenceSession.create(modelOf(nodes, task.type, Object.keys(feeds)), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  return {
    contestant: awaited(() => session.run(feeds)),
    result: async () => pick(task, (await session.run(feeds)).result.data as Float32Array),
    close: () => void session.release(),
  };
}

export function openOnnxruntime(threads = 1): Peer {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const name = threads === 1 ? "ONNX Runtime Web" : `ONNX Runtime Web, ${threads} threads`;
  return { name, version: ort.env.versions.web ?? "", threads: threads === 1 ? undefined : threads, open };
}
