// The commands that are for lists of log-probabilities alone.

import { type Command, InvalidArgumentError, Option } from "commander";
import { drift } from "./driftOfLists.js";
import type { Io } from "./io.js";
import { readCount, readPositive } from "./options.js";
import { top } from "./top.js";

const DRIFT = `
Files have the answers of an API with top log-probabilities: OpenAI, vLLM, SGLang,
llama.cpp, Ollama, or JSON Lines of docs/sparse.md. All prompts are asked in turn,
again and again: --prompts says how many there are.

Exit code: 0 no change is seen, 1 the model has changed (p < --alpha), 2 bad usage
or input.

Examples:
  $ logratio drift monday.jsonl friday.jsonl --prompts 20
  $ logratio drift a.jsonl b.jsonl --prompts 1 --statistic js --alpha 0.01`;

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

/** Adds them; `withFileOptions` is what adds the options of a file of logits. */
export function addListCommands(program: Command, io: Io, withFileOptions: (command: Command) => Command): Command[] {
  const drifting = program
    .command("drift")
    .summary("has the model behind an API changed?")
    .description(
      "Tests whether a model answers as before: by the log-probabilities of the first\ntoken of the same prompts, asked several times at two times.",
    )
    .argument("<before>", "answers of the first time")
    .argument("<after>", "answers of the second time, to the same prompts")
    .requiredOption("--prompts <count>", "how many prompts are asked in turn", readCount)
    .addOption(
      new Option("--statistic <name>", "what tells before and after apart")
        .choices(["logProbabilities", "js"])
        .default("logProbabilities"),
    )
    .option("--permutations <count>", "how many orders of the answers are tried", readCount, 999)
    .option("--seed <integer>", "of the random orders", readSeed, 0)
    .option("--alpha <number>", "exit with 1 where the p-value is below", readAlpha, 0.05)
    .option("--json <file>", 'write the result as JSON; "-" for standard output')
    .addHelpText("after", DRIFT)
    .action((before, after, options) => drift({ before, after, ...options }, io));

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
    .action((file, options) => top({ file, ...options }, io));
  return [drifting, listing];
}
