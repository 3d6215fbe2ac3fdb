// Every name, and nothing that is loaded on request.
import * as logratio from "logratio";
import { send } from "./report.js";

send(async () => Object.keys(logratio).length);
