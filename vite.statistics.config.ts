import { defineConfig, type Plugin } from "vite";

/** logratio/evidence, logratio/sparse and logratio/counts are built on the package's first entry, as anyone's program is. */
const onKernels: Plugin = {
  name: "on-kernels",
  enforce: "pre",
  resolveId: (source) => (source === "../index.js" ? { id: source, external: "relative" } : undefined),
};

/** What several of them share, by a file that is in it. */
const SHARED = [
  ["/numbers/scalar.ts", "numbers.js"],
  ["/families/gammaFunction.ts", "gamma.js"],
  ["/backends/arrays.ts", "arrays.js"],
  ["/measures/row/wide.ts", "ratios.js"],
] as const;

// logratio/families and these. Apart from the kernels: functions of numbers that lay in a file of their own, for these to
// share, would make the `js` backend's loops, which call them across modules, up to a quarter slower.
export default defineConfig({
  plugins: [onKernels],
  build: {
    target: "es2022",
    minify: true,
    emptyOutDir: false,
    lib: {
      entry: Object.fromEntries(
        ["families", "evidence", "sparse", "counts"].map((name) => [`${name}/index`, `src/${name}/index.ts`]),
      ),
      formats: ["es"],
    },
    rolldownOptions: {
      output: {
        topLevelVar: false,
        entryFileNames: "[name].js",
        chunkFileNames: ({ moduleIds }) =>
          SHARED.find(([path]) => moduleIds.some((id) => id.endsWith(path)))?.[1] ?? "shared/[name].js",
      },
    },
  },
});
