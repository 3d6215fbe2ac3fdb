// The cases in workerd, which compiles no WebAssembly at run time: the module comes compiled.
import * as logratio from "logratio";
import module from "logratio/simd.wasm";
import { runPlatform } from "./build/cases.js";

export default {
  async test() {
    const { backend, threads } = await logratio.createEngine({ threads: 2 });
    if (backend !== "js" || threads !== 1) throw new Error(`without the module: ${backend}, ${threads} threads`);
    console.log(JSON.stringify(await runPlatform(logratio, module)));
  },
};
