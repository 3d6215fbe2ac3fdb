// Starting a worker: of node:worker_threads where they are (Node, Bun, Deno), a Web Worker elsewhere.

import { nodeModule } from "../platform.js";

/** A worker, however the platform calls it. */
export interface Worker {
  post(message: unknown): void;
  terminate(): void;
  /** Whether it keeps Node running. */
  hold(isHeld: boolean): void;
}

export interface Listener {
  message(data: unknown): void;
  /** It has stopped, or never started. */
  end(reason: string): void;
}

type NodeThreads = typeof import("node:worker_threads");

function inNode({ Worker }: NodeThreads, source: string, listener: Listener): Worker {
  // not the flags of the process: some (--input-type, --test) would make of the worker something else
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { execArgv: [] });
  worker.unref();
  worker.on("message", listener.message);
  worker.on("error", (error) => listener.end(String(error)));
  worker.on("exit", (code) => listener.end(`exit code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
  };
}

function onWeb(worker: globalThis.Worker, listener: Listener): Worker {
  worker.onmessage = ({ data }) => listener.message(data);
  worker.onerror = (event) => {
    event.preventDefault();
    listener.end(event.message || "it was not allowed to start");
  };
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
    hold: () => {},
  };
}

function fromBlob(source: string, listener: Listener): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return onWeb(new Worker(url, { type: "module" }), listener);
}

/** The file beside the built pool.js, wherever this source lies; in this form bundlers find it. */
function fromFile(listener: Listener): Worker {
  return onWeb(new Worker(new URL(/* @vite-ignore */ "./worker.js", import.meta.url), { type: "module" }), listener);
}

/** The ways to start a worker here, in the order in which they are to be tried: a page's policy may forbid the first. */
export function waysToSpawn(source: string): ((listener: Listener) => Worker)[] {
  const threads = nodeModule?.("node:worker_threads");
  if (threads) return [(listener) => inNode(threads, source, listener)];
  if (typeof Worker === "undefined") return [];
  return [(listener) => fromBlob(source, listener), fromFile];
}
