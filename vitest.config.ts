import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // engines start the built worker: never one of an earlier source
    globalSetup: "test/buildWorker.ts",
    // a slow machine is no failure
    testTimeout: 120_000,
  },
});
