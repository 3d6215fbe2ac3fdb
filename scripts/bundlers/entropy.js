// One function.
import { entropy } from "logratio";
import { send } from "./report.js";

send(async () => entropy([0.5, 0.25, 0.25], { base: 2 }));
