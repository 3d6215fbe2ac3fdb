// Pages in Chromium that import dist/index.js as it is, served in all the ways that matter: npm run test:pages

import { deepEqual, equal, match } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import * as logratio from "../dist/index.js";
import { ISOLATION, open, type Report, serve, startBrowser } from "./browser.js";
import { reportOf } from "./pages/report.js";

interface Page {
  name: string;
  headers: Record<string, string>;
  /** Where the script runs; in the page by default. */
  within?: "worker" | "service worker";
  /** Whether the package comes from another origin. */
  isElsewhere?: boolean;
  backend?: "js";
  threads: 1 | 2;
  threadsReason?: RegExp;
  backendReason?: RegExp;
  relaxedReason?: RegExp;
  /** What the browser says on the console; nothing by default. */
  complaints?: RegExp;
}

const policy = (text: string) => ({ ...ISOLATION, "Content-Security-Policy": text });
const WASM = "script-src 'self' 'wasm-unsafe-eval'";

const PAGES: Page[] = [
  { name: "a page", headers: ISOLATION, threads: 2 },
  { name: "from another origin", headers: ISOLATION, isElsewhere: true, threads: 2 },
  { name: "no isolation", headers: {}, threads: 1, threadsReason: /Cross-Origin-Opener-Policy.*Embedder-Policy/ },
  {
    name: "policy without WebAssembly",
    headers: policy("script-src 'self'; worker-src 'self' blob:"),
    backend: "js",
    threads: 2,
    backendReason: /WebAssembly may not be compiled here/,
    relaxedReason: /WebAssembly may not be compiled here/,
  },
  {
    name: "policy without blob: workers",
    headers: policy(`${WASM}; worker-src 'self'`),
    threads: 2,
    complaints: /blob:/,
  },
  {
    name: "policy without workers",
    headers: policy(`${WASM}; worker-src 'none'`),
    threads: 1,
    threadsReason: /1 of 2 threads: a worker/,
    complaints: /worker-src 'none'/,
  },
  {
    name: "trusted types",
    headers: policy("require-trusted-types-for 'script'"),
    threads: 1,
    threadsReason: /1 of 2 threads: a worker could not start.*TrustedScriptURL/,
    complaints: /TrustedScriptURL/,
  },
  { name: "in a worker", headers: ISOLATION, within: "worker", threads: 2 },
  {
    name: "in a service worker",
    headers: ISOLATION,
    within: "service worker",
    threads: 1,
    threadsReason: /no workers/,
    relaxedReason: /relaxed SIMD is not available/,
  },
];

const script = (library: string) =>
  `import * as logratio from "${library}"; import { reportOf, send } from "/report.js"; send(() => reportOf(logratio));`;

const STARTS = {
  worker: `new Worker("/main.js", { type: "module" });`,
  "service worker": `navigator.serviceWorker.register("/main.js", { type: "module" });`,
};

function check(page: Page, report: Report, complaints: readonly string[]): void {
  const { backend = "simd", threads, threadsReason = /caller's/, backendReason = /^WebAssembly SIMD/ } = page;
  equal((report as { error?: string }).error, undefined);
  if (page.complaints === undefined) deepEqual(complaints, []);
  else for (const complaint of complaints) match(complaint, page.complaints);
  equal(report.kl, expected.kl);
  deepEqual(report.values, expected.values);
  for (const engine of ["sync", "engine", "js", "threaded"] as const) {
    deepEqual(report[engine].values, expected.values);
    deepEqual(report[engine].async, expected.values);
    equal(report[engine].kl, expected.kl);
  }
  for (const engine of ["sync", "engine", "threaded"] as const) {
    equal(report[engine].backend, backend);
    match(report[engine].backendReason, backendReason);
  }
  equal(report.js.backend, "js");
  equal(report.engine.threads, 1);
  equal(report.threaded.threads, threads);
  match(report.threaded.threadsReason, threadsReason);
  match(report.relaxed.backendReason, page.relaxedReason ?? /^WebAssembly relaxed SIMD/);
  equal(report.relaxed.backend, page.relaxedReason ? backend : "relaxed");
  equal(Math.abs(report.relaxed.kl / expected.kl - 1) < 1e-6, true);
  equal(isDeepStrictEqual(report.relaxed.async, report.relaxed.values), true);
}

const expected = await reportOf(logratio);
const dist = new URL("../dist/", import.meta.url);
const pages = new URL("./pages/", import.meta.url);
const browser = await startBrowser();
try {
  for (const page of PAGES) {
    const cdn = await serve(
      { "/": dist },
      { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" },
    );
    const library = page.isElsewhere ? `${cdn.origin}/index.js` : "/dist/index.js";
    const start = page.within === undefined ? script(library) : STARTS[page.within];
    const site = await serve(
      {
        "/index.html": `<!doctype html><meta charset="utf-8"><script type="module" src="/start.js"></script>`,
        "/start.js": start,
        "/main.js": script(library),
        "/dist/": dist,
        "/": pages,
      },
      page.headers,
    );
    const since = performance.now();
    const { report, complaints } = await open(browser, site);
    cdn.close();
    if (process.env.VERBOSE) console.log(JSON.stringify(report, null, 1), complaints);
    try {
      check(page, report as Report, complaints);
    } catch (error) {
      console.log(`${page.name}: FAILED`, error, complaints);
      process.exitCode = 1;
      continue;
    }
    const { engine, threaded, relaxed } = report as Report;
    console.log(
      `${page.name}: ${engine.backend}, ${threaded.threads} threads, ${relaxed.backend} where relaxed was asked for, the same bits ` +
        `(${(performance.now() - since).toFixed(0)} ms)${complaints.map((it) => `\n  console: ${it}`).join("")}`,
    );
  }
} finally {
  await browser.close();
}
