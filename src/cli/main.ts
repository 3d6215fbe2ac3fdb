// The commands and their options.

import { createRequire } from "node:module";
import { Command, CommanderError, Option } from "commander";
import { bench } from "./bench.js";
import { compare } from "./compare.js";
import { entropy } from "./entropy.js";
import { Exit, type Io, messageOf, print, say } from "./io.js";
import { addListCommands } from "./listCommands.js";
import { compareListFiles, hasLists } from "./lists.js";
import {
  each,
  INPUT_KINDS,
  readBase,
  readBound,
  readCount,
  readInput,
  readPositive,
  readRows,
  readShape,
  readThreads,
  readType,
} from "./options.js";
import { printableLines } from "./printable.js";

const { version } = createRequire(import.meta.url)("logratio/package.json");

const FILES = `
Files: .npy (f16, f32, f64; bfloat16 as 16-bit integers with --bfloat16),
.safetensors, the file of llama.cpp's --kl-divergence-base, or raw numbers of
--type and --shape. They are read as they are needed, however large.`;

const EXITS = `
Exit code: 0 done, 1 the mean KL exceeds --max-mean-kl, 2 bad usage or input, or
what was to be written could not be, 130 interrupted.`;

const COMPARE = `${FILES}
${EXITS}

Examples:
  $ logratio compare base.npy quantised.npy --tokens tokens.npy
  $ logratio compare base.kld q4_0.kld --html report.html --json report.json
  $ logratio compare a.safetensors b.safetensors --tensor logits --rows 0:4096
  $ logratio compare a.bin b.bin --type f16 --shape 128256 --checkpoint run.json
  $ logratio compare base.npy release.npy --max-mean-kl 0.01 || echo too far`;

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
    .description("How far is one model's distribution from another's, over large vocabularies.")
    .version(version)
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
    .summary("two models' logits in, the whole comparison out")
    .description(
      `Compares two models' logits (or log-probabilities) of the same tokens: KL
divergence both ways, JS divergence, perplexities, Δp, the likeliest tokens, row
by row. The report goes to standard output.`,
    )
    .argument("<base>", "the logits that are compared with, one row a token")
    .argument("<other>", "those of the other model, of the same shape")
    .option(
      "--tokens <file>",
      "the token observed after each row, for perplexities and Δp: .npy or text (llama.cpp's files have them)",
    );
  withFileOptions(comparing, "; given twice: of base, of other")
    .option(
      "--input <kind>",
      "what the numbers are: logits, logProbabilities or probabilities (default: logits); given twice: of base, of other",
      each(readInput),
    )
    .option("--temperature <number>", "divides the logits of both", readPositive)
    .option("--top-k <count>", "compare this many of the likeliest tokens (default: 10)", readCount)
    .option("--threads <count>", "threads that compute (default: all there are)", readThreads)
    .option("--json <file>", 'write the report as JSON; "-" for standard output, instead of the tables')
    .option("--html <file>", 'write the report as a page with charts; "-" likewise')
    .option("--max-mean-kl <nats>", "exit with 1 if the mean of KL(base‖other) is more", readBound)
    .option("--checkpoint <file>", "keep what is done there every few seconds, and go on from it if it is there")
    .addHelpText("after", COMPARE)
    .action(async (base, other, options) =>
      (await hasLists(base))
        ? compareListFiles({ base, others: [other], ...options }, io)
        : compare({ base, other, ...options }, version, io),
    );
  refuseRepeats(comparing, [...OF_FILES, "input"]);

  const ofEntropy = program
    .command("entropy")
    .summary("the entropies of a file of distributions")
    .description("Summarises the entropies of the rows of a file.")
    .argument("<file>", "logits, or what --input says, one row a distribution");
  withFileOptions(ofEntropy, "")
    .addOption(new Option("--input <kind>", "what the numbers are").choices(INPUT_KINDS).default("logits"))
    .option("--temperature <number>", "divides the logits", readPositive)
    .option("--base <number>", "the unit's: 2 for bits (default: e, nats)", readBase)
    .option("--json <file>", 'write the summary as JSON; "-" for standard output')
    .addHelpText("after", ENTROPY)
    .action((file, options) => entropy({ file, ...options }, io));
  refuseRepeats(ofEntropy, OF_FILES);

  const measuring = program
    .command("bench")
    .summary("how fast this machine is, in seconds")
    .description("Measures each backend of this machine on synthetic rows, in its memory.")
    .option("--classes <count>", "numbers of a row (default: 131072)", readCount)
    .addHelpText("after", BENCH)
    .action((options) => bench(options, io));
  refuseRepeats(measuring, []);
  for (const command of addListCommands(program, io, (one) => withFileOptions(one, "")))
    refuseRepeats(command, OF_FILES);
  return program;
}

/** May be given for each file. */
const OF_FILES = ["tensor", "type", "shape"];

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

function withFileOptions(command: Command, twice: string): Command {
  return command
    .option("--rows <a:b>", "only rows a to b - 1, counted from 0; a or b may be left out", readRows)
    .option(
      "--tensor <name>",
      `the tensor of a .safetensors file${twice}`,
      each((name: string) => name),
    )
    .option("--bfloat16", "16-bit integers of .npy files are bfloat16 numbers")
    .option("--type <type>", `of a raw file's numbers: f16, bf16, f32 or f64${twice}`, each(readType))
    .option("--shape <shape>", `of a raw file: rows,classes, or classes alone${twice}`, each(readShape));
}
