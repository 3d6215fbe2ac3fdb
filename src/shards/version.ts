import packageJson from "../../package.json" with { type: "json" };

/** Of this package: numbers of another may have other bits. */
export const VERSION: string = packageJson.version;
