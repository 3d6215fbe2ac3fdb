// The pages of site/, built and served on a port of their own.

import { build, type PreviewServer, preview } from "vite";

const configFile = new URL("../../site/vite.config.ts", import.meta.url).pathname;

export async function serveSite(): Promise<{ readonly origin: string; close: PreviewServer["close"] }> {
  await build({ configFile, logLevel: "error" });
  const server = await preview({ configFile, preview: { port: 0, open: false }, logLevel: "error" });
  return { origin: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}
