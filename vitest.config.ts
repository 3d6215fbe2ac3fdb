import { configDefaults, defineConfig } from "vitest/config";

/**
 * Tests of values alone, which change no module, global or heap for others: they share a process a core, which imports the package
 * once. Any other file has a process of its own.
 */
const TOGETHER = [
  "test/{accuracy,bits,errors,properties}*.test.ts",
  "test/{counts,everyFunction,extremes,gaussianKl,inPlace,losses,many,orderedBins,powerDivergences,renyi,skewDivergence,sweep,values,wrongArguments}.test.ts",
  "test/{counts,evidence,families,sparse}/*.test.ts",
  "test/compare/{exactSum,kernels,quantiles,references,rows,summary}.test.ts",
];

const each = {
  setupFiles: "test/equality.ts",
  // a slow machine is no failure
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    globalSetup: "test/build.ts",
    // all cores: by default one is left free
    maxWorkers: "100%",
    projects: [
      { test: { ...each, name: "alone", exclude: [...configDefaults.exclude, ...TOGETHER] } },
      { test: { ...each, name: "together", include: TOGETHER, isolate: false } },
    ],
  },
});
