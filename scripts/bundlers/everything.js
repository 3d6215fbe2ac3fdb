// Every name, threads and relaxed SIMD: all that there is to load.
import * as logratio from "logratio";
import { reportOf, send } from "./report.js";

send(() => reportOf(logratio));
