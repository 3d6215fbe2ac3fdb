// What docstrings owe to who reads them.

import type { Comment, DeclarationReflection, SignatureReflection } from "typedoc";
import type { Entry } from "./api.js";
import { formsOf } from "./forms.js";
import { commentOf, functionNamed, isClass, isFunction, isOwn, isType, overloadsOf } from "./pages.js";
import { optionsOf, settled } from "./types.js";

interface Documented {
  /** `klDivergence`, `Engine.free`. */
  readonly name: string;
  readonly declaration: DeclarationReflection;
}

/** Everything that has a docstring of its own. */
function* documentedIn(entry: Entry): Generator<Documented> {
  for (const declaration of entry.exports) {
    yield { name: declaration.name, declaration };
    for (const member of declaration.children ?? []) {
      if (!isOwn(member)) continue;
      yield { name: `${declaration.name}.${member.name}`, declaration: member };
    }
  }
}

/** The code of every example, and whose it is. */
export function examplesOf(entry: Entry): { name: string; code: string }[] {
  return [...documentedIn(entry)].flatMap(({ name, declaration }) => {
    const overloads = overloadsOf(declaration).map(([{ comment }]) => comment);
    const comments = overloads.length > 0 ? overloads : [commentOf(declaration)];
    const examples = comments.flatMap((comment) => comment?.getTags("@example") ?? []);
    return examples.map(({ content }) => {
      const text = content.map((part) => part.text).join("");
      const code = /^```\w*\n((?:(?!```)[\s\S])*)\n```$/.exec(text.trim())?.[1];
      if (code === undefined) throw new Error(`the example of ${name} is more than code: ${text}`);
      return { name, code };
    });
  });
}

const has = (comment: Comment | undefined, tag: `@${string}`): boolean => comment?.getTag(tag) !== undefined;

/** What is missing, as "entropy has no @returns". */
export function faultsOf(entry: Entry): string[] {
  const faults: string[] = [];
  const shown = entry.exports.filter((declaration) => !isType(declaration));
  const areGrouped = shown.some((declaration) => has(commentOf(declaration), "@category"));
  for (const { name, declaration } of documentedIn(entry)) {
    const comment = commentOf(declaration);
    const owe = (what: string) => faults.push(`${entry.name}: ${name} has no ${what}`);
    if (!comment?.summary.length) owe("summary");
    if (areGrouped && shown.includes(declaration) && !has(comment, "@category")) owe("@category");
    if (isClass(declaration) && !has(comment, "@example")) owe("@example");
    // an interface, and a method of one, have a line
    if (isType(declaration) || (declaration.parent && isType(declaration.parent))) continue;
    for (const [signature] of overloadsOf(declaration)) {
      for (const parameter of undescribed(signature)) owe(`@param ${parameter}`);
      if (givesSomething(signature) && !has(signature.comment, "@returns")) owe("@returns");
      if (!isFunction(declaration)) continue;
      if (!has(signature.comment, "@throws")) owe("@throws");
      if (!has(signature.comment, "@example")) owe("@example");
    }
  }
  for (const { name, code } of examplesOf(entry)) {
    const declaration = functionNamed(entry, name);
    if (declaration?.signatures?.some(givesSomething) && !/^[^/\n]*; \/\/ /m.test(code.replace(/"[^"\n]*"/g, ""))) {
      faults.push(`${entry.name}: the example of ${name} shows no value`);
    }
    for (const form of [".rows", ".of"]) {
      const hasForm = declaration !== undefined && formsOf(declaration).some(({ path }) => path === form);
      if (hasForm && !code.includes(`${name}${form}(`)) faults.push(`${entry.name}: ${name}${form} has no example`);
    }
  }
  return faults;
}

/** Parameters without a description. Options are described by their type. */
function undescribed({ parameters = [] }: SignatureReflection): string[] {
  const areOptionsKnown = optionsOf(parameters) !== undefined;
  return parameters
    .filter(({ name, comment }) => !(name === "options" && areOptionsKnown) && !comment?.summary.length)
    .map(({ name }) => name);
}

const givesSomething = ({ type, parent }: SignatureReflection): boolean =>
  parent.name !== "constructor" && !["void", "never"].includes(String(settled(type)));
