import { resolve } from "node:path";

/** What test/build.ts bundles: a bundle starts in a tenth of the time. In the repository, where it finds the package. */
export const BUILT = resolve("build/command");

export const COMMAND = `${BUILT}/index.js`;

/** `logratio` and `logratio/compare`, for programs that are processes of their own. */
export const PACKAGE = `${BUILT}/package.js`;
export const COMPARE = `${BUILT}/package-compare.js`;
