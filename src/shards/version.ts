import { createRequire } from "node:module";

/** Of this package: numbers of another may have other bits. */
export const VERSION: string = createRequire(import.meta.url)("logratio/package.json").version;
