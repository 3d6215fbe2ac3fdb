import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

// Blocks of docs/recipes.md that are files of an application, ```ts worker.ts: their types are checked, the worker's handler is called,
// and the component is bundled with its worker.

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = `${root}build/recipes/`;
const files = Array.from(
  readFileSync(`${root}docs/recipes.md`, "utf8").matchAll(/^```tsx? ([\w.]+)\n([\s\S]*?)\n```$/gm),
  ([, name, code]) => ({ name, code }),
);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of files) writeFileSync(folder + name, `${code}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("are there", () => {
  expect(files.map(({ name }) => name)).toEqual(["worker.ts", "divergence.worker.ts", "Divergence.tsx"]);
});

test("have no type errors", () => {
  const paths = { logratio: [`${root}src/index.ts`], "logratio/simd.wasm": [`${root}dist/simd.wasm.d.ts`] };
  const compilerOptions = { paths, jsx: "react-jsx" };
  const include = files.map(({ name }) => folder + name);
  writeFileSync(
    `${folder}tsconfig.json`,
    JSON.stringify({ extends: `${root}tsconfig.json`, compilerOptions, include, exclude: [] }),
  );
  const args = [`${root}node_modules/typescript/bin/tsc`, "-p", folder];
  expect(spawnSync("node", args, { encoding: "utf8" }).stdout).toBe("");
});

const alias = [{ find: /^logratio$/, replacement: `${root}src/index.ts` }];

test("the Cloudflare worker answers", async () => {
  const wasm = {
    name: "compiled module, as Cloudflare gives it",
    enforce: "pre" as const,
    resolveId: (id: string) => (id === "logratio/simd.wasm" ? "\0wasm" : undefined),
    load: (id: string) =>
      id === "\0wasm"
        ? `import { readFileSync } from "node:fs";
export default new WebAssembly.Module(readFileSync(${JSON.stringify(`${root}build/simd.wasm`)}));`
        : undefined,
  };
  await build({
    ...{ configFile: false, logLevel: "error", root: folder, resolve: { alias }, plugins: [wasm] },
    build: { ssr: "worker.ts", outDir: "out", target: "es2022", minify: false },
  });
  const { default: worker } = await import(/* @vite-ignore */ `${folder}out/worker.js`);
  const ask = async (body: object) => {
    const response: Response = await worker.fetch(
      new Request("https://example.com", { method: "POST", body: JSON.stringify(body) }),
    );
    return [response.status, await response.json()];
  };
  expect(await ask({ p: [0.5, 0.25, 0.25], q: [0.25, 0.25, 0.5] })).toEqual([
    200,
    { kl: 0.17328679513998632, backend: "simd" },
  ]);
  const [status, { error }] = await ask({ p: [0.5, -0.5], q: [0.5, 0.5] });
  expect(status).toBe(400);
  expect(error).toContain("p[1] is -0.5");
}, 60_000);

test("the component is bundled with its worker", async () => {
  const built = (await build({
    ...{ configFile: false, logLevel: "error", root: folder, resolve: { alias } },
    worker: { format: "es" },
    build: {
      ...{ write: false, lib: { entry: "Divergence.tsx", formats: ["es"] } },
      rolldownOptions: { external: [/^react/] },
    },
  })) as Rolldown.RolldownOutput[];
  const [{ output }] = built;
  const names = output.map(({ fileName }) => fileName).join(" ");
  expect(names).toMatch(/divergence\.worker-[\w-]+\.js/);
  const [component] = output;
  expect(component.type === "chunk" && component.exports).toEqual(["Divergence"]);
}, 60_000);
