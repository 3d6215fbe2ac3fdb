import { defineConfig, type Plugin } from "vite";

/** logratio/evidence is built on the package's first entry, as anyone's program is. */
const onKernels: Plugin = {
  name: "on-kernels",
  enforce: "pre",
  resolveId: (source) => (source === "../index.js" ? { id: source, external: "relative" } : undefined),
};

const LICENSES = "specialFunctions.licenses.md";

/** The hundred small packages of one licence have its text once. */
const eachLicenseOnce: Plugin = {
  name: "each-license-once",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const asset = bundle[LICENSES];
      if (asset?.type !== "asset") throw new Error(`no ${LICENSES}`);
      const [title, ...sections] = String(asset.source).split(/^## /m);
      const packages = new Map<string, string[]>();
      for (const section of sections) {
        const end = section.indexOf("\n");
        const text = section.slice(end).trim();
        packages.set(text, [...(packages.get(text) ?? []), section.slice(0, end)]);
      }
      asset.source = `${title}${[...packages].map(([text, names]) => `## ${names.join("\n## ")}\n\n${text}\n`).join("\n")}`;
    },
  },
};

// logratio/families and logratio/evidence, with the special functions they need bundled in, so that the package depends on
// nothing; their licences go beside them.
export default defineConfig({
  plugins: [onKernels, eachLicenseOnce],
  build: {
    target: "es2022",
    minify: true,
    emptyOutDir: false,
    lib: {
      entry: { "families/index": "src/families/index.ts", "evidence/index": "src/evidence/index.ts" },
      formats: ["es"],
    },
    license: { fileName: LICENSES },
    rolldownOptions: {
      output: { topLevelVar: false, entryFileNames: "[name].js", chunkFileNames: "specialFunctions.js" },
    },
  },
});
