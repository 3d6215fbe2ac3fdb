// The connection to Redis, and the library of the queue, which is loaded where it is used: it is not installed with this package.

import { createRequire } from "node:module";
import type { Redis } from "ioredis";
import { shown } from "../compare/shown.js";

const require = createRequire(import.meta.url);

/** By `require`: both are CommonJS of hundreds of files, in which `import` looks for names first, for half as long again. */
function load<Module>(name: string): Module {
  try {
    return require(name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw cause;
    throw new Error("logratio/queue requires bullmq and ioredis: npm install bullmq ioredis", { cause });
  }
}

export const loadBullMq = (): typeof import("bullmq") => load("bullmq");

/** In ms, until an answer to the first connection is given up. */
const PATIENCE = 5000;
/** In ms, how long the first connection is tried again where it is refused. Later ones are tried for ever: Redis may be restarted. */
const RESTART = 1000;

/** Where Redis is, without the password that a URL may have. */
function placeOf(url: string): string {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new RangeError("the URL of Redis must be like redis://host:6379, or rediss:// by TLS");
  }
  const { hostname, port } = new URL(url);
  return shown(`${hostname}:${port || 6379}`);
}

/** @throws where it cannot be reached. */
export async function connect(url: string): Promise<Redis> {
  const place = placeOf(url);
  const { Redis } = load<typeof import("ioredis")>("ioredis");
  let isConnected = false;
  const connection = new Redis(url, {
    ...{ maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: PATIENCE },
    retryStrategy: (times) => (isConnected ? Math.min(50 * times, 2000) : null),
  });
  let last: Error | undefined;
  const keep = (error: Error) => {
    last = error;
  };
  // while it is away: what waits for it goes on when it is back
  connection.on("error", keep);
  const end = performance.now() + RESTART;
  try {
    while (!isConnected) {
      await connection.connect().then(
        () => {
          isConnected = true;
        },
        async (error) => {
          if (performance.now() > end) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        },
      );
    }
    await connection.ping();
    return connection;
  } catch (cause) {
    connection.disconnect();
    const { message } = last ?? (cause as Error);
    throw new Error(`Redis at ${place} cannot be reached: ${shown(message)}`, { cause });
  }
}
