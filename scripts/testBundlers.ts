// npm run test:bundlers: the packed package in applications built by each bundler as it comes, opened in Chromium, and in strict
// TypeScript. Tells what an application pays for it, and for each function alone; -- --save bench/bundlers.json for the README's tables,
// --sizes for the functions alone, which takes no Chromium.

import { deepEqual, equal } from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { minify } from "vite";
import { compareLogits, openLogits } from "../dist/compare/index.js";
import * as logratio from "../dist/index.js";
import { ISOLATION, open, type Report, serve, startBrowser } from "./browser.js";
import { reportOf } from "./pages/report.js";
import { writeFiles } from "./platforms/files.js";
import { sizeOf } from "./sizes.js";

const APPLICATIONS = ["entropy", "all", "everything", "compare"] as const;
type Application = (typeof APPLICATIONS)[number];
type Browser = Awaited<ReturnType<typeof startBrowser>>;

interface Bundler {
  name: string;
  packageName: string;
  /** What it is told beside the names of files, if anything. */
  settings?: string;
  /** Its command: from NAME.js, or NAME.html, to a folder NAME. */
  build: (name: Application) => string[];
  /** The built script, and whether it is a module. */
  script?: [path: string, type: "module" | "text/javascript"];
  /** Whether it sees that a worker is a file to be built too: a policy that forbids blob: then takes no threads. */
  findsWorker: boolean;
}

const BUNDLERS: Bundler[] = [
  {
    name: "Vite",
    packageName: "vite",
    build: (name) => ["vite", "build", name, "--outDir", `../vite/${name}`],
    findsWorker: true,
  },
  {
    name: "webpack",
    packageName: "webpack",
    build: (name) => ["webpack", "--mode", "production", "--entry", `./${name}/main.js`, "-o", `webpack/${name}`],
    script: ["main.js", "text/javascript"],
    findsWorker: true,
  },
  {
    name: "esbuild",
    packageName: "esbuild",
    settings: "`--bundle`",
    build: (name) => ["esbuild", `${name}/main.js`, "--bundle", `--outfile=esbuild/${name}/main.js`],
    script: ["main.js", "text/javascript"],
    findsWorker: false,
  },
  {
    name: "esbuild",
    packageName: "esbuild",
    settings: "`--bundle --splitting --format=esm`",
    build: (name) => [
      ...["esbuild", `${name}/main.js`, "--bundle"],
      ...["--splitting", "--format=esm", `--outdir=esbuild-splitting/${name}`],
    ],
    script: ["main.js", "module"],
    findsWorker: false,
  },
  {
    name: "Rollup",
    packageName: "rollup",
    settings: "`@rollup/plugin-node-resolve`",
    build: (name) => ["rollup", `${name}/main.js`, "-p", "node-resolve", "-d", `rollup/${name}`],
    script: ["main.js", "module"],
    findsWorker: false,
  },
];

/** What only these parts of the package contain. */
const TELLTALES: Record<string, string> = {
  losses: "labelSmoothing",
  engines: "this handle is not one of this engine's",
  pool: "threads over one memory",
  worker: "no loop is called",
};

const partsIn = (code: string) => Object.keys(TELLTALES).filter((part) => code.includes(TELLTALES[part]));

interface Row {
  bundler: string;
  version: string;
  settings?: string;
  /** Minified and gzipped: what a page loads for `entropy`, for every name, for all there is on request besides, and to compare files. */
  bytes: Record<Application, number>;
  findsWorker: boolean;
}

interface Saved {
  chromium: string;
  bundlers: Row[];
  /** Minified and gzipped: what a page loads for one function alone. */
  functions: Record<string, number>;
}

const { values: options } = parseArgs({
  options: { save: { type: "string" }, sizes: { type: "boolean", default: false } },
});
const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "logratio-bundlers-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const here = pathToFileURL(`${folder}/`);
const run = promisify(execFile);
/** Of the application that compares. */
const files = new URL("files/", here);
const openFile = (name: string) => openLogits(fileURLToPath(new URL(name, files)));

function install(): void {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
      encoding: "utf8",
    }),
  );
  cpSync(join(root, "scripts/bundlers/package.json"), join(folder, "package.json"));
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--loglevel=error"];
  execFileSync("npm", ["install", ...flags, `./${packed.filename}`], { cwd: folder, stdio: "inherit" });
  for (const name of APPLICATIONS) {
    cpSync(join(root, `scripts/bundlers/${name}.js`), join(folder, name, "main.js"));
    cpSync(join(root, "scripts/pages/report.js"), join(folder, name, "report.js"));
    writeFileSync(join(folder, name, "index.html"), pageOf("./main.js", "module"));
  }
}

const pageOf = (source: string, type: string) =>
  `<!doctype html><meta charset="utf-8"><body><script src="${source}" type="${type}"></script>`;

async function bytesOf(scripts: Map<string, Buffer>): Promise<number> {
  let bytes = 0;
  for (const [path, code] of scripts) {
    // the text of a bundler that minifies does not become shorter
    const minified = await minify(path, code.toString(), {});
    bytes += gzipSync(minified.code).length;
  }
  return bytes;
}

/** Opens an application, and gives its report and the scripts that it has loaded. */
async function openBuilt(browser: Browser, output: URL, script: Bundler["script"], headers: Record<string, string>) {
  const page: Record<string, string> = script === undefined ? {} : { "/index.html": pageOf(...script) };
  const site = await serve({ ...page, "/files/": files, "/": output }, headers);
  return { ...(await open(browser, site)), scripts: site.scripts };
}

function checkEverything(report: Report): void {
  equal((report as { error?: string }).error, undefined);
  equal(report.kl, expected.kl);
  deepEqual(report.values, expected.values);
  for (const engine of [report.sync, report.engine, report.js, report.threaded]) {
    deepEqual(engine.values, expected.values);
    deepEqual(engine.async, expected.values);
  }
  equal(report.engine.backend, "simd");
  equal(report.relaxed.backend, "relaxed");
  equal(Math.abs(report.relaxed.kl / expected.kl - 1) < 1e-6, true);
}

async function tryBundler(browser: Browser, bundler: Bundler): Promise<Row> {
  const { name, packageName, settings, build, script, findsWorker } = bundler;
  const { version } = JSON.parse(readFileSync(join(folder, `node_modules/${packageName}/package.json`), "utf8"));
  const bytes: Partial<Row["bytes"]> = {};
  const buildOne = async (application: Application) => {
    const [command, ...args] = build(application);
    await run(join(folder, "node_modules/.bin", command), args, { cwd: folder });
  };
  await Promise.all(APPLICATIONS.map(buildOne));
  const outputOf = (application: Application) => {
    const [place] = settings?.includes("--splitting") ? ["esbuild-splitting"] : [packageName];
    return new URL(`${place}/${application}/`, here);
  };
  for (const application of APPLICATIONS) {
    const { report, complaints, scripts } = await openBuilt(browser, outputOf(application), script, ISOLATION);
    deepEqual(complaints, []);
    bytes[application] = await bytesOf(scripts);
    const code = [...scripts.values()].join("\n");
    if (application === "entropy") {
      equal(report, 1.5);
      deepEqual(partsIn(code), []);
    } else if (application === "all") {
      equal(report, Object.keys(logratio).length);
    } else if (application === "compare") {
      deepEqual(report, expectedComparison);
    } else {
      checkEverything(report as Report);
      equal((report as Report).threaded.threads, 2);
      deepEqual(partsIn(code), Object.keys(TELLTALES));
    }
  }
  const policy = { ...ISOLATION, "Content-Security-Policy": "worker-src 'self'" };
  const strict = await openBuilt(browser, outputOf("everything"), script, policy);
  checkEverything(strict.report as Report);
  equal((strict.report as Report).threaded.threads, findsWorker ? 2 : 1);
  return { bundler: name, version, settings, bytes: bytes as Row["bytes"], findsWorker };
}

/** The types, in strict projects that check those of libraries too, with what TypeScript knows of browsers and without. */
async function checkTypes(): Promise<void> {
  for (const file of ["use.ts", "tensors.ts"]) cpSync(join(root, "scripts/bundlers", file), join(folder, file));
  const strict = { strict: true, noEmit: true, types: [], skipLibCheck: false, target: "es2022" };
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["node16", "node16"],
    ["esnext", "bundler"],
  ]) {
    for (const lib of [undefined, ["es2022"]]) {
      const compilerOptions = { ...strict, module, moduleResolution, lib };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
      for (const place of [root, folder]) {
        const compiler = join(place, "node_modules/.bin/tsc");
        await run(compiler, ["-p", folder]).catch(({ stdout }) => {
          throw new Error(`types, ${moduleResolution}, ${lib ?? "es2022 and browsers"}, ${compiler}:\n${stdout}`);
        });
      }
    }
  }
  // the declarations of ONNX Runtime need those of browsers, and not all of theirs can be checked
  const compilerOptions = { ...strict, module: "nodenext", moduleResolution: "nodenext", skipLibCheck: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["tensors.ts"] }));
  await run(join(folder, "node_modules/.bin/tsc"), ["-p", folder]).catch(({ stdout }) => {
    throw new Error(`types of tensors:\n${stdout}`);
  });
  console.log("types: bundler, node16 and nodenext, by TypeScript 5 and 7, with and without browsers' names");
}

const expected = await reportOf(logratio);
await writeFiles(fileURLToPath(files));
const [base, other] = [await openFile("base.npy"), await openFile("other.npy")];
const expectedComparison = JSON.parse(JSON.stringify(await compareLogits(base, other)));
await base.close();
await other.close();

/** Each bundler's applications in Chromium, and the types. */
async function tryAll(): Promise<Omit<Saved, "functions">> {
  const bundlers: Row[] = [];
  const browser = await startBrowser();
  try {
    install();
    await checkTypes();
    for (const bundler of BUNDLERS) {
      console.log(`${bundler.name} ${bundler.settings ?? ""}`);
      const row = await tryBundler(browser, bundler);
      bundlers.push(row);
      const sizes = APPLICATIONS.map((name) => `${name} ${(row.bytes[name] / 1024).toFixed(1)} KiB`);
      console.log(`  ${row.version} runs; ${sizes.join(", ")}`);
    }
    return { chromium: browser.version(), bundlers };
  } finally {
    await browser.close();
  }
}

/** The size of each function alone. */
async function measureFunctions(): Promise<Saved["functions"]> {
  const functions: Saved["functions"] = {};
  for (const [name, f] of Object.entries(logratio)) {
    if (!("async" in f)) continue;
    functions[name] = await sizeOf([name]);
    console.log(`${name} alone: ${(functions[name] / 1024).toFixed(1)} KiB`);
  }
  return functions;
}

const tried = options.sizes ? undefined : await tryAll();
const functions = await measureFunctions();
if (options.save) {
  // what has not been tried anew is as it was
  const { chromium, bundlers }: Omit<Saved, "functions"> = tried ?? JSON.parse(readFileSync(options.save, "utf8"));
  writeFileSync(options.save, `${JSON.stringify({ chromium, bundlers, functions }, null, 2)}\n`);
}
