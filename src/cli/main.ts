// The commands and their options. What a command does is loaded when it is asked for.

import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../shards/version.js";
import { readGate } from "./comparisonGates.js";
import { hasLists } from "./hasLists.js";
import { Exit, type Io, messageOf, print, say } from "./io.js";
import { addListCommands } from "./listCommands.js";
import {
  each,
  INPUT_KINDS,
  readAssignment,
  readBase,
  readBits,
  readBound,
  readCount,
  readInput,
  readLabel,
  readPair,
  readPositive,
  readRows,
  readShape,
  readSize,
  readThreads,
  readType,
} from "./options.js";
import { printableLines } from "./printable.js";
import { readShard } from "./shard.js";

const FILES = `
Files: .npy (f16, f32, f64; bfloat16 as 16-bit integers with --bfloat16) and
.npz, .safetensors, the file of llama.cpp's --kl-divergence-base, or raw numbers
of --type and --shape. They are read as they are needed, however large.`;

const COMPARE = `
Files: .npy, .npz, .safetensors, llama.cpp's --kl-divergence-base, raw numbers,
folders of such (shards), or lists of an API (docs/sparse.md). NAME: a
candidate's file name without its ending, or "base". An option that is given
once is for all files; twice: for base, all others. FILE "-": standard output.
Exit code: 0 done, 1 a condition fails, 2 bad usage or input, 130 interrupted.

Examples:
  $ logratio compare base.kld q8.kld q6.kld q4.kld --model q4=q4_k_m.gguf
  $ logratio compare base.npy q4.npy --tokens tokens.npy --html report.html
  $ logratio compare a.bin b.bin --type f16 --shape 128256 --checkpoint run.json
  $ logratio compare base.kld q4.kld --fail-if "meanKl > 0.02" || echo too far`;

const MERGE = `
The report has the bytes of one run over all rows. Parts of other inputs, options
or versions, and rows that are missing or there twice, are errors.

Examples:
  $ logratio compare base.npy q4.npy --tokens tokens.npy --shard 1/2
  $ logratio compare base.npy q4.npy --tokens tokens.npy --shard 2/2
  $ logratio merge part-*.json --html report.html`;

const WORKER = `
Ctrl-C ends it after the part that it works on; a second one at once.

Examples:
  $ logratio worker --redis redis://queue:6379 --root /data
  $ logratio compare /data/base.npy /data/q4.npy --redis redis://queue:6379`;

const ENTROPY = `${FILES}

Examples:
  $ logratio entropy logits.npy
  $ logratio entropy distributions.npy --input probabilities --base 2`;

const BENCH = `
Examples:
  $ logratio bench
  $ logratio bench --classes 32000`;

/** Runs the command line, and returns the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const help: string[] = [];
  try {
    await programOn(io, help).parseAsync(args, { from: "user" }).catch(ignoreHelp);
    if (help.length > 0) await print(io, help.join(""));
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    // has been said
    if (!(error instanceof CommanderError)) say(io, messageOf(error));
    return 2;
  }
}

/** By which the parser ends where it was asked for help, or the version. */
function ignoreHelp(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
}

/** What is asked for instead of a command goes to `help`. */
function programOn(io: Io, help: string[]): Command {
  const program = new Command("logratio")
    .description("How far is one distribution from another: of models, over large vocabularies, or of tables.")
    .version(VERSION)
    .configureOutput({
      writeOut: (text) => help.push(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      outputError: (text, write) => write(printableLines(text.replace(/^error: /, "logratio: "))),
    })
    .exitOverride()
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  $ logratio compare base.npy quantised.npy --tokens tokens.npy
  $ logratio entropy logits.npy
  $ logratio bench

"logratio compare --help" tells more.`,
    );

  const comparing = program
    .command("compare")
    .summary("a base model's logits and those of others in, the whole comparison out")
    .description("How far are models from a base, by their logits of the same tokens?")
    .usage("[options] <base> <other...>")
    .argument("<base>", "logits that are compared with, a row a token")
    .argument("<other...>", "those of one candidate or more, of the same shape")
    .option("--tokens <file>", "the token after each row: .npy or text")
    .option("--groups <file>", "the group of each row, one a line: means, errors")
    .option("--vocabulary <file>", "texts of tokens: tokenizer.json, a list, cl100k_base …");
  withFileOptions(comparing, true)
    .option("--input <kind>", "logits, logProbabilities or probabilities", each(readInput))
    .option("--classes <count>", "the first so many of each row: padded vocabularies", readCount)
    .option("--temperature <t>", "divides the logits of all", readPositive)
    .option("--top-k <count>", "compare so many of the likeliest (default: 10)", readCount)
    .option("--acceptance", "1 − TV, the acceptance rate of speculative decoding")
    .option("--noise-floor", "base rounded to bf16 and f16, as candidates")
    .option("--block-rows <count>", "rows of a cluster, for errors (default: √rows)", readCount)
    .option("--threads <count>", "threads that compute (default: all)", readThreads);
  withReportOptions(comparing)
    .option("--rows-out <file>", "results of every row: .csv, .jsonl or .npy")
    .option("--checkpoint <file>", "keep what is done, and go on from there")
    .option("--shard <i/n>", "only the i-th of n parts of the rows; auto: by the scheduler", readShard)
    .option("--redis <url>", "by the workers of a queue (logratio worker)")
    .option("--shards <count>", "of a queue: parts of the rows (default: 16)", readCount)
    .addHelpText("after", COMPARE)
    .action(async (base, others, options) =>
      (await hasLists(base))
        ? (await import("./lists.js")).compareListFiles({ base, others, ...options }, VERSION, io)
        : (await import("./compare.js")).compare({ base, others, ...options }, VERSION, io),
    );
  refuseRepeats(comparing, [...OF_FILES, "input", ...OF_REPORTS]);

  const merging = program
    .command("merge")
    .summary("the parts of all shards in, the report of one run out")
    .description("Makes the report of all rows from the parts that --shard has written.")
    .argument("<part...>", "the parts of one comparison, or of one file's entropies");
  withReportOptions(merging)
    .addHelpText("after", MERGE)
    .action(async (parts, options) => (await import("./merge.js")).merge({ parts, ...options }, VERSION, io));
  refuseRepeats(merging, OF_REPORTS);

  const working = program
    .command("worker")
    .summary("computes what compare --redis asks for, until it is stopped")
    .description("Takes comparisons from a queue in Redis. Requires bullmq and ioredis.")
    .requiredOption("--redis <url>", "redis://host:6379")
    .option(
      "--root <folder>",
      "or URL: jobs may name what is in it alone (default: this one)",
      each((root) => root),
    )
    .option("--concurrency <count>", "parts that are computed at once (default: 1)", readCount)
    .option("--threads <count>", "threads that compute each (default: all)", readThreads)
    .option("--takeover <seconds>", "until a lost worker's part is done by another (default: 10)", readCount)
    .addHelpText("after", WORKER)
    .action(async (options) => (await import("./queue.js")).work(options, io));
  refuseRepeats(working, ["root"]);

  const ofEntropy = program
    .command("entropy")
    .summary("the entropies of a file of distributions")
    .description("Summarises the entropies of the rows of a file.")
    .argument("<file>", "logits, or what --input says, one row a distribution");
  withFileOptions(ofEntropy, false)
    .addOption(new Option("--input <kind>", "what the numbers are").choices(INPUT_KINDS).default("logits"))
    .option("--temperature <number>", "divides the logits", readPositive)
    .option("--base <number>", "the unit's: 2 for bits (default: e, nats)", readBase)
    .option("--json <file>", 'write the summary as JSON; "-" for standard output')
    .option("--checkpoint <file>", "keep what is done, and go on from there")
    .option("--shard <i/n>", "only the i-th of n parts of the rows; auto: by the scheduler", readShard)
    .addHelpText("after", ENTROPY)
    .action(async (file, options) => (await import("./entropy.js")).entropy({ file, ...options }, io));
  refuseRepeats(ofEntropy, OF_FILES);

  const measuring = program
    .command("bench")
    .summary("how fast this machine is, in seconds")
    .description("Measures each backend of this machine on synthetic rows, in its memory.")
    .option("--classes <count>", "numbers of a row (default: 131072)", readCount)
    .addHelpText("after", BENCH)
    .action(async (options) => (await import("./bench.js")).bench(options, io));
  refuseRepeats(measuring, []);
  for (const command of addListCommands(program, VERSION, io, (one) => withFileOptions(one, false)))
    refuseRepeats(command, [...OF_FILES, "fail-if"]);
  return program;
}

/** May be given for each file. */
const OF_FILES = ["tensor", "type", "shape"];
/** May be given for each model. */
const OF_REPORTS = ["pair", "label", "size", "model", "bits", "fail-if"];

/** Of an option that is given twice, the parser would ignore the first. */
function refuseRepeats(command: Command, repeatable: readonly string[]): void {
  for (const option of command.options) {
    const name = option.name();
    if (repeatable.includes(name)) continue;
    let isGiven = false;
    command.on(`option:${name}`, () => {
      if (isGiven) command.error(`error: option '${option.flags}' is given twice`);
      isGiven = true;
    });
  }
}

function withReportOptions(command: Command): Command {
  return command
    .option("--pair <a,b>", "test these two, besides neighbours in the ranking", each(readPair))
    .option("--label <name=text>", "what a model is called", each(readLabel))
    .option("--size <name=size>", "of a model: q4=2.2GB", each(readSize))
    .option("--model <name=path>", "the model's file or folder, for its size", each(readAssignment))
    .option("--bits <name=bits>", "bits per weight", each(readBits))
    .option("--json <file>", "the report as JSON (docs/compare.schema.json)")
    .option("--html <file>", "as a page with charts")
    .option("--markdown <file>", "the ranking as a table of Markdown")
    .option("--csv <file>", "the ranking as numbers")
    .option("--fail-if <condition>", 'exit with 1: "meanKl(q4) > 0.02"', each(readGate))
    .option("--max-mean-kl <nats>", 'the same as --fail-if "meanKl > nats"', readBound);
}

function withFileOptions(command: Command, isShort: boolean): Command {
  return command
    .option(
      "--rows <a:b>",
      isShort ? "only rows a to b - 1" : "only rows a to b - 1, counted from 0; a or b may be left out",
      readRows,
    )
    .option(
      "--tensor <name>",
      "the tensor in .safetensors, the array in .npz",
      each((name: string) => name),
    )
    .option(
      "--bfloat16",
      isShort ? "16-bit integers in .npy are bfloat16" : "16-bit integers of .npy files are bfloat16 numbers",
    )
    .option("--float16", isShort ? "16-bit integers in .npy are f16" : "16-bit integers of .npy files are f16 numbers")
    .option("--big-endian", "numbers of .npy files are big-endian")
    .option("--partial", "of truncated files, the rows that are whole")
    .option("--type <type>", "of a raw file's numbers: f16, bf16, f32 or f64", each(readType))
    .option(
      "--shape <shape>",
      isShort ? "of a raw file: rows,classes, or classes" : "of a raw file: rows,classes, or classes alone",
      each(readShape),
    );
}
