# workerd test workerd.capnp: the package by its names, its other files beside it.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "cases", worker = .cases)]);

const cases :Workerd.Worker = (
  compatibilityDate = "2025-11-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "build/cases.js", esModule = embed "build/cases.js"),
    (name = "build/digest.js", esModule = embed "build/digest.js"),
    (name = "logratio", esModule = embed "../../dist/index.js"),
    (name = "core.js", esModule = embed "../../dist/core.js"),
    (name = "pool.js", esModule = embed "../../dist/pool.js"),
    (name = "workerSource.js", esModule = embed "../../dist/workerSource.js"),
    (name = "logratio/simd.wasm", wasm = embed "../../dist/simd.wasm"),
  ],
);
