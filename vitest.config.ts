import { configDefaults, defineConfig } from "vitest/config";

/**
 * Tests of values, and of commands that run in the test's process, which leave no module, global or heap changed for others: they share
 * a process a core, which imports the package once. Any other file has a process of its own.
 */
const TOGETHER = [
  "test/{accuracy,bits,errors,properties}*.test.ts",
  "test/{classes,counts,distanceMatrix,engines,everyFunction,extremes,gaussianKl,halves,inPlace,inputs,losses,many,masks,onnx,orderedBins}.test.ts",
  "test/{powerDivergences,realms,renyi,skewDivergence,structure,sweep,values,weights,wordCounts,wrongArguments}.test.ts",
  "test/{counts,evidence,families,sparse}/*.test.ts",
  "test/compare/{bytes,candidates,classes,cli,clusters,columns,compareLogits,csv,drift,driftDocumentation,exactSum,input,kernels}.test.ts",
  "test/compare/{lists,many,merge,npz,outputs,packed,partial,quantiles,references,report,rows,shards,sources,summary,texts,vocabulary,writers}.test.ts",
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
