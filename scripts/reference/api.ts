// The public API as TypeDoc finds it in the sources. TypeDoc takes TypeScript 6, which lies beside it: TypeScript 7 has no
// interface for programs yet.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Application,
  type Context,
  Converter,
  type DeclarationReflection,
  Logger,
  LogLevel,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from "typedoc";
import type { Node } from "typescript";
import { expandForms } from "./forms.js";
import { setTypeText } from "./typeText.js";

/** What a program imports: `logratio`, `logratio/compare` … */
export interface Entry {
  /** As it is imported. */
  readonly name: string;
  /** Of its pages, within docs/api; "" for the package's own. */
  readonly folder: string;
  /** Its docstring, if it has one. */
  readonly module: DeclarationReflection;
  /** What it exports, in the order of the source. */
  readonly exports: readonly DeclarationReflection[];
}

class Warnings extends Logger {
  readonly messages: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.messages.push(message);
  }
}

/** The folders within src of the entries that are code, from package.json: all of `exports` that leads to some index.js. */
function entryFolders({ exports }: { exports: Record<string, string | { default: string }> }): string[] {
  return Object.values(exports).flatMap((entry) => {
    const folder = typeof entry === "string" ? undefined : /^\.\/dist\/(.*)\bindex\.js$/.exec(entry.default)?.[1];
    return folder === undefined ? [] : [folder.replace(/\/$/, "")];
  });
}

type Typed = Node & { readonly type?: Node };

function note(reflection: Reflection, { type }: Typed): void {
  const text = type
    ?.getText()
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/^\| /, "");
  if (text !== undefined) setTypeText(reflection, text);
}

function noteTypes(converter: Converter): void {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context: Context, reflection: DeclarationReflection) => {
    const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
    if (declaration !== undefined) note(reflection, declaration);
  });
  converter.on(
    Converter.EVENT_CREATE_SIGNATURE,
    (_: Context, signature: SignatureReflection, declaration?: Typed & { readonly parameters: ArrayLike<Typed> }) => {
      if (declaration === undefined) return;
      note(signature, declaration);
      signature.parameters?.forEach((parameter, i) => {
        note(parameter, declaration.parameters[i]);
      });
    },
  );
}

/** All entries, and what TypeDoc finds wrong with their docstrings: links that lead nowhere, parameters that do not exist. */
export async function readApi(): Promise<{ entries: Entry[]; warnings: readonly string[] }> {
  const description = JSON.parse(readFileSync("package.json", "utf8"));
  const folders = entryFolders(description);
  const application = await Application.bootstrap({
    entryPoints: folders.map((folder) => join("src", folder, "index.ts")),
    // of src alone: what else there is need not be read
    tsconfig: "tsconfig.build.json",
    // the project is compiled by its own TypeScript
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    disableSources: true,
    readme: "none",
    sort: ["source-order"],
    categoryOrder: ["Measures", "Logits", "Losses", "*", "Engines"],
    validation: { invalidLink: true, notExported: false, notDocumented: false },
  });
  const logger = new Warnings();
  application.logger = logger;
  noteTypes(application.converter);
  const project = await application.convert();
  if (project === undefined) throw new Error(`the sources cannot be read: ${logger.messages.join("; ")}`);
  application.validate(project);
  const entries = folders.map((folder) => {
    const module = project.children?.find(({ name }) => name === (folder || "index"));
    if (module === undefined) throw new Error(`src/${folder}/index.ts exports nothing`);
    const exports = (module.children ?? []).filter(({ kind }) => kind !== ReflectionKind.Reference);
    for (const declaration of exports) logger.messages.push(...expandForms(declaration));
    return { name: [description.name, folder].filter(Boolean).join("/"), folder, module, exports };
  });
  return { entries, warnings: logger.messages };
}
