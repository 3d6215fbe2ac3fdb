// The commands that are for lists of log-probabilities; one of them is for tables, too.

import { type Command, InvalidArgumentError, Option } from "commander";
import { readDriftGate } from "./driftGates.js";
import type { Io } from "./io.js";
import { each, readBound, readCount, readPositive } from "./options.js";

const DRIFT = `
Files have rows, as CSV with a header or as JSON objects, one per line; or the
answers of an API with top log-probabilities: OpenAI, vLLM, SGLang, llama.cpp,
Ollama, or JSON Lines of docs/sparse.md. docs/drift.md tells more.

Exit code: 0 no condition fails (answers: no change is seen), 1 one fails
(answers: p < --alpha), 2 bad usage or input.

Examples:
  $ logratio drift january.csv february.csv --html drift.html
  $ logratio drift a.csv b.csv --without id,time --fail-if "psi > 0.25"
  $ logratio drift monday.jsonl friday.jsonl --prompts 20`;

const TOP = `
The lists are a hundredth or a thousandth of the logits. "logratio compare" takes
them, as it takes those of an API, and tells what follows from them.

Example:
  $ logratio top base.npy --tokens tokens.npy --top-logprobs 40 --out base.jsonl`;

function readAlpha(text: string): number {
  const alpha = readPositive(text);
  if (alpha < 1) return alpha;
  throw new InvalidArgumentError("It must be below 1.");
}

function readSeed(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError("It must be an integer of at least 0.");
}

const readNames = (text: string): string[] => text.split(",").map((name) => name.trim());

function readDelimiter(text: string): string {
  const sign = text === "tab" || text === "\\t" ? "\t" : text;
  if (sign.length === 1 && !/["\r\n]/.test(sign)) return sign;
  throw new InvalidArgumentError('It must be one character, or "tab".');
}

/** Adds them; `withFileOptions` is what adds the options of a file of logits. */
export function addListCommands(
  program: Command,
  version: string,
  io: Io,
  withFileOptions: (command: Command) => Command,
): Command[] {
  const drifting = program
    .command("drift")
    .summary("what has changed in a table, or in the model behind an API?")
    .description("Compares the columns of two tables, or tests whether a model answers as before.")
    .argument("<before>", "rows of the first time, or answers to prompts")
    .argument("<after>", "the same of the second time")
    .optionsGroup("Options for tables:")
    .option("--columns <names>", "only these, with commas between them", readNames)
    .option("--without <names>", "not these: ids, times", readNames)
    .option("--numeric <names>", "these have numbers, whatever else is among them", readNames)
    .option("--categorical <names>", "these have categories: codes, years", readNames)
    .option("--missing <texts>", "what stands for no value: NA,null", readNames)
    .option("--delimiter <sign>", "of CSV (default: that of the header)", readDelimiter)
    .option("--bins <count>", "of numbers, by quantiles of <before> (default: 10)", readCount)
    .option("--psi-add <count>", "added to all counts, for the PSI (default: 0.5)", readBound)
    .option("--html <file>", "as a page with charts")
    .option("--markdown <file>", "the columns as a table of Markdown")
    .option("--fail-if <condition>", 'exit with 1: "js(age) > 0.05"; js, psi, p, missing', each(readDriftGate))
    .optionsGroup("Options for answers:")
    .option("--prompts <count>", "how many prompts are asked in turn", readCount)
    .addOption(
      new Option("--statistic <name>", "what tells before and after apart (default: logProbabilities)").choices([
        "logProbabilities",
        "js",
      ]),
    )
    .option("--permutations <count>", "how many orders of the answers are tried (default: 999)", readCount)
    .option("--seed <integer>", "of the random orders (default: 0)", readSeed)
    .option("--alpha <number>", "exit with 1 where the p-value is below (default: 0.05)", readAlpha)
    .optionsGroup("Options:")
    .option("--json <file>", 'write the result as JSON; "-" for standard output')
    .addHelpText("after", DRIFT)
    .action(async (before, after, options) =>
      (await import("./drift.js")).drift({ before, after, ...options }, version, io),
    );

  const listing = program
    .command("top")
    .summary("logits in, lists of the likeliest tokens out")
    .description("Writes the likeliest tokens of each row of logits, with their log-probabilities.")
    .argument("<file>", "logits or log-probabilities, one row a token")
    .requiredOption("--top-logprobs <count>", "how many of each row", readCount)
    .requiredOption("--out <file>", 'JSON Lines, a row a line; "-" for standard output')
    .option("--tokens <file>", "the token observed after each row: .npy or text")
    .option("--temperature <number>", "divides the logits", readPositive);
  withFileOptions(listing)
    .addHelpText("after", TOP)
    .action(async (file, options) => (await import("./top.js")).top({ file, ...options }, io));
  return [drifting, listing];
}
