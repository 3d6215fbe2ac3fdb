// The pages of docs/api: one a function or class, one of the types of each entry, and an index. They say what the docstrings say.

import { posix } from "node:path";
import {
  type Comment,
  type CommentDisplayPart,
  type DeclarationReflection,
  ReferenceType,
  Reflection,
  ReflectionKind,
  type SignatureReflection,
} from "typedoc";
import type { Entry } from "./api.js";
import { type Form, formsOf } from "./forms.js";
import { anchorOf, code, join, list, section, table } from "./markdown.js";
import { memberType, optionsOf, propertiesOf, settled, signatureText } from "./types.js";
import { typeText } from "./typeText.js";

const INDEX = "README.md";
const TYPES = "types.md";
const MEMBERS = ["name", "type", "description"];

export const isFunction = ({ kind }: Reflection): boolean => kind === ReflectionKind.Function;
export const isClass = ({ kind }: Reflection): boolean => kind === ReflectionKind.Class;
export const isType = ({ kind }: Reflection): boolean =>
  kind === ReflectionKind.Interface || kind === ReflectionKind.TypeAlias;

/** Not that of a type from elsewhere. */
export const isOwn = ({ flags }: Reflection): boolean => !flags.isExternal;

export const functionNamed = (entry: Entry, name: string): DeclarationReflection | undefined =>
  entry.exports.find((other) => isFunction(other) && other.name === name);

/** Of a function, that of its first signature; of a member that says nothing, that of the one that it implements. */
export function commentOf(declaration: DeclarationReflection): Comment | undefined {
  const { signatures, getSignature, name, parent } = declaration;
  const own = signatures?.[0].comment ?? getSignature?.comment ?? declaration.comment;
  if (own !== undefined || !parent?.isDeclaration()) return own;
  for (const { reflection } of basesOf(parent)) {
    const base = reflection?.isDeclaration() ? reflection.children?.find((member) => member.name === name) : undefined;
    const found = base && commentOf(base);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a class or an interface extends or implements, of what is documented or not of this package. */
const basesOf = ({ extendedTypes = [], implementedTypes = [] }: DeclarationReflection): ReferenceType[] =>
  [...extendedTypes, ...implementedTypes].filter(
    (type) => type instanceof ReferenceType && (type.reflection !== undefined || type.package === "typescript"),
  ) as ReferenceType[];

/** Signatures that share a docstring; another one begins where there is another. */
export function overloadsOf({ signatures = [] }: DeclarationReflection): SignatureReflection[][] {
  const groups: SignatureReflection[][] = [];
  let last: string | undefined;
  for (const signature of signatures) {
    const said = JSON.stringify(signature.comment?.summary.map(({ text }) => text));
    if (groups.length === 0 || said !== last) groups.push([]);
    groups.at(-1)?.push(signature);
    last = said;
  }
  return groups;
}

/** What `.rows` adds to a function. */
function textOfRows(name: string, own: readonly SignatureReflection[]): string {
  const arrays = (own.at(-1)?.parameters ?? []).filter(({ type }) => String(type) === "Vector").length;
  const gives =
    String(own[0].type) === "number" ? "Returns one number per row" : "Returns a row-major matrix of results";
  return [
    "Computes each row of row-major matrices: row r starts at index r·`rowLength`.",
    arrays > 1 ? "A matrix of one row is compared with every row of the other." : "",
    `${gives}, with the same bits as one call per row.`,
    `Throws what \`${name}\` throws, with the index within the matrix in the message; also a \`RangeError\` for a length that is not`,
    `a multiple of \`rowLength\`${arrays > 1 ? ", and for matrices of different numbers of rows" : ""}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** What `.of` adds to a function. */
const TEXT_OF_MANY =
  "Compares any number of distributions with weights: returns one number for all rows of a matrix, or a promise of it.";

/** What `.async` adds to a function. */
const TEXT_OF_ASYNC = [
  "Returns a promise of the same result, computed beside the caller's other tasks: by workers where the engine has threads, else on the",
  "caller's thread, a few milliseconds at a time, between rows. Errors reject the promise. Do not change the arrays until the promise",
  "has settled.",
].join(" ");

/** `[Symbol.dispose]`, which TypeDoc calls `[dispose]`. */
const nameOf = ({ name }: Reflection): string => name.replace(/^\[(\w+)\]$/, "[Symbol.$1]");

interface Place {
  readonly page: string;
  readonly anchor?: string;
}

/** All pages, by their path within docs/api. */
export function makePages(entries: readonly Entry[]): Map<string, string> {
  const places = new Map(entries.flatMap((entry) => [...placesOf(entry)]));
  const pages = new Map<string, string>();
  const add = (page: string, text: string) => {
    const other = [...pages.keys()].find((path) => path.toLowerCase() === page.toLowerCase());
    if (other !== undefined) throw new Error(`${page} and ${other} are one file to some systems`);
    pages.set(page, `${text}\n`);
  };
  const of = (path: string, entry?: Entry) => new Page(path, places, entries, entry);

  add(INDEX, of(INDEX).index());
  for (const entry of entries) {
    for (const declaration of entry.exports) {
      if (isType(declaration)) continue;
      const { page } = places.get(declaration) as Place;
      add(page, of(page, entry).declaration(declaration));
    }
    const page = posix.join(entry.folder, TYPES);
    const types = entry.exports.filter(isType);
    if (types.length > 0) add(page, of(page, entry).types(`Types of ${entry.name}`, types));
  }
  return pages;
}

function* placesOf(entry: Entry): Generator<[Reflection, Place]> {
  for (const declaration of entry.exports) {
    const { name } = declaration;
    const page = posix.join(entry.folder, isType(declaration) ? TYPES : `${name}.md`);
    const place = isType(declaration) ? { page, anchor: anchorOf(name) } : { page };
    for (const reflection of [declaration, ...(declaration.signatures ?? [])]) yield [reflection, place];
    for (const member of declaration.children ?? []) {
      const within = isClass(declaration) ? { page, anchor: anchorOf(nameOf(member)) } : place;
      for (const reflection of [member, ...(member.signatures ?? [])]) yield [reflection, within];
    }
  }
}

class Page {
  readonly #path: string;
  readonly #places: ReadonlyMap<Reflection, Place>;
  readonly #entries: readonly Entry[];
  /** Whose names a type's text is in. */
  readonly #entry: Entry | undefined;

  constructor(path: string, places: ReadonlyMap<Reflection, Place>, entries: readonly Entry[], entry?: Entry) {
    this.#path = path;
    this.#places = places;
    this.#entries = entries;
    this.#entry = entry;
  }

  index(): string {
    return join(
      "# API",
      "One page per function and class, made from the docstrings by `npm run reference`.",
      ...this.#entries.map(({ name, module, exports }) => {
        const shown = exports.filter((declaration) => !isType(declaration));
        const tables = (module.categories ?? [{ title: "", children: shown }]).map(({ title, children }) => {
          const rows = shown
            .filter((declaration) => children.includes(declaration))
            .map((declaration) => [this.#link(declaration), this.#firstSentence(commentOf(declaration))]);
          const list = table(["name", "description"], rows);
          return title === "" ? list : section(3, title, list);
        });
        const types = exports.filter(isType).map((type) => this.#link(type));
        return section(
          2,
          name,
          this.#text(module.comment?.summary),
          ...tables,
          types.length > 0 ? `Types: ${types.join(", ")}.` : "",
        );
      }),
    );
  }

  types(title: string, types: readonly DeclarationReflection[]): string {
    return join(
      this.#way(),
      `# ${title}`,
      ...types.map((type) => {
        const { name, typeParameters = [] } = type;
        const bases = basesOf(type).map((base) => this.#type(`${base}`));
        const children = type.children ?? propertiesOf(type.type) ?? [];
        const generics = typeParameters.map((parameter) => parameter.name).join(", ");
        return section(
          2,
          name,
          this.#text(type.comment?.summary),
          type.type ? code(`type ${name}${generics && `<${generics}>`} = ${typeText(type)};`) : "",
          bases.length > 0 ? `Extends ${bases.join(", ")}.` : "",
          type.signatures ? code(this.#signatures("", type.signatures)) : "",
          this.#members(children),
          ...this.#blocks(type.comment, "@example"),
        );
      }),
    );
  }

  /** A function, a class or a constant. */
  declaration(declaration: DeclarationReflection): string {
    const { name, type } = declaration;
    const comment = commentOf(declaration);
    const overloads = overloadsOf(declaration);
    const comments = overloads.length > 0 ? overloads.map(([signature]) => signature.comment) : [comment];
    return join(
      this.#way(),
      `# ${name}`,
      code(this.#imports(declaration)),
      overloads.length > 1 ? "" : this.#text(comment?.summary),
      type ? code(`const ${name}: ${typeText(declaration)};`) : "",
      ...overloads.map((signatures) => this.#overload(name, signatures, overloads.length)),
      ...this.#forms(declaration),
      ...(isClass(declaration) ? [...this.#blocks(comment, "@example"), this.#class(declaration)] : []),
      section(2, "See also", list(comments.flatMap((each) => this.#references(each)))),
    );
  }

  /** What the page is about, and what else its examples call, or pass to a function. */
  #imports(declaration: DeclarationReflection): string {
    const { name, children = [] } = declaration;
    const all = [
      ...overloadsOf(declaration).flat(),
      ...children.flatMap((member) => [member, ...(member.signatures ?? [])]),
    ];
    const comments = [commentOf(declaration), ...all.map((reflection) => reflection.comment)];
    const examples = comments.flatMap((comment) => this.#blocks(comment, "@example")).join("\n");
    const called = [...examples.matchAll(/(?<![.\w])(\w+)(?=[.(),])/g)].map(([, word]) => word);
    const missing = new Set([name, ...called]);
    // names of the page's own entry come first, where another has them too
    const entries = this.#entries.toSorted((a, b) => Number(b === this.#entry) - Number(a === this.#entry));
    const lines = entries.flatMap((entry) => {
      const exported = new Set(entry.exports.filter((each) => !isType(each)).map((each) => each.name));
      const names = [...missing].filter((word) => exported.has(word));
      for (const word of names) missing.delete(word);
      return names.length > 0 ? [`import { ${names.join(", ")} } from "${entry.name}";`] : [];
    });
    return lines.join("\n");
  }

  /** One that is not the only one has a heading. */
  #overload(name: string, signatures: readonly SignatureReflection[], count: number): string {
    const start = `function ${name}`;
    if (count === 1) return this.#callable(2, start, signatures);
    const [{ comment, parameters = [] }] = signatures;
    const heading = `${name}(${parameters.map((parameter) => parameter.name).join(", ")})`;
    return section(2, heading, this.#text(comment?.summary), this.#callable(3, start, signatures));
  }

  #signatures(start: string, signatures: readonly SignatureReflection[]): string {
    return signatures.map((signature) => `${signatureText(start, signature)};`).join("\n");
  }

  /** The signatures of a function or method, and what is said of them. */
  #callable(depth: number, start: string, signatures: readonly SignatureReflection[]): string {
    const [{ comment, type }] = signatures;
    // those of the last overload are the most general
    const { parameters = [] } = signatures.at(-1) ?? {};
    const options = optionsOf(parameters);
    const errors = this.#blocks(comment, "@throws").map((text) => text.replace(/^\w*Error\b/, "`$&`"));
    const returns = this.#blocks(comment, "@returns");
    return join(
      code(this.#signatures(start, signatures)),
      section(
        depth,
        "Parameters",
        table(
          MEMBERS,
          parameters.flatMap((parameter) => {
            const text = this.#text(parameter.comment?.summary);
            const isOptions = parameter.name === "options" && options !== undefined;
            if (text === "" && !isOptions) return [];
            return [[`\`${parameter.name}\``, this.#type(typeText(parameter)), text || "See below."]];
          }),
        ),
      ),
      section(depth, "Options", this.#members(options ?? [])),
      section(depth, "Returns", ...returns, returns.length > 0 ? this.#members(propertiesOf(settled(type)) ?? []) : ""),
      section(depth, "Throws", list(errors)),
      section(depth, "Example", ...this.#blocks(comment, "@example")),
    );
  }

  /** `.rows`, `.of` and `.async` of a measure, `.async` of a loss: what they add to the function. */
  #forms(declaration: DeclarationReflection): string[] {
    const { name, signatures: own = [] } = declaration;
    const forms = formsOf(declaration);
    const [rows, ...asynchronous] = [/^\.rows$/, /^\.async$/, /^\.rows\.async$/].map((path) =>
      forms.find((form) => path.test(form.path)),
    );
    return [
      rows ? this.#form(`${name}.rows`, [rows], own, textOfRows(name, own), name) : "",
      this.#form(
        `${name}.of`,
        forms.filter(({ path }) => path.startsWith(".of")),
        own,
        TEXT_OF_MANY,
        name,
      ),
      this.#form(
        `${name}.async`,
        asynchronous.filter((form) => form !== undefined),
        own,
        TEXT_OF_ASYNC,
        name,
      ),
    ];
  }

  /** A section on further forms, with the options that the function itself does not have. */
  #form(
    heading: string,
    forms: readonly Form[],
    own: readonly SignatureReflection[],
    text: string,
    name: string,
  ): string {
    if (forms.length === 0) return "";
    const known = optionsOf(own.at(-1)?.parameters ?? [])?.map((option) => option.name) ?? [];
    const options = optionsOf(forms[0].signatures.at(-1)?.parameters ?? []) ?? [];
    return section(
      2,
      heading,
      code(forms.map(({ path, signatures }) => this.#signatures(name + path, signatures)).join("\n")),
      text,
      table(["option", ...MEMBERS.slice(1)], this.#rowsOf(options.filter((option) => !known.includes(option.name)))),
    );
  }

  #class({ name, children: members = [] }: DeclarationReflection): string {
    return join(
      ...members.map((member) => {
        const { flags, kind } = member;
        const comment = commentOf(member);
        const text = this.#text(comment?.summary);
        if (member.signatures) {
          const own = `${flags.isStatic ? `${name}.` : ""}${nameOf(member)}`;
          const start = kind === ReflectionKind.Constructor ? `new ${name}` : own;
          return section(2, nameOf(member), text, this.#callable(3, start, member.signatures));
        }
        const isReadonly = flags.isReadonly || (member.getSignature && !member.setSignature);
        const shown = `${isReadonly ? "readonly " : ""}${nameOf(member)}: ${memberType(member)};`;
        return section(2, nameOf(member), code(shown), text, ...this.#blocks(comment, "@example"));
      }),
    );
  }

  /** Of several, TypeDoc has made one, which is a list. */
  #references(comment: Comment | undefined): string[] {
    return this.#blocks(comment, "@see").flatMap((text) => text.split(/^ ?- /m).filter(Boolean));
  }

  #members(members: readonly DeclarationReflection[]): string {
    return table(MEMBERS, this.#rowsOf(members));
  }

  #rowsOf(members: readonly DeclarationReflection[]): string[][] {
    return members
      .filter(isOwn)
      .map((member) => [
        `\`${nameOf(member)}${member.flags.isOptional ? "?" : ""}\``,
        this.#type(memberType(member)),
        this.#text(commentOf(member)?.summary),
      ]);
  }

  /** The texts of a tag, one a time that it is used. */
  #blocks(comment: Comment | undefined, tag: `@${string}`): string[] {
    return comment?.getTags(tag).map(({ content }) => this.#text(content)) ?? [];
  }

  #firstSentence(comment: Comment | undefined): string {
    const [paragraph] = this.#text(comment?.summary).split("\n\n");
    return /^.*?\.(?= [A-Z]|$)/.exec(paragraph.replaceAll("\n", " "))?.[0] ?? paragraph;
  }

  #text(parts: readonly CommentDisplayPart[] = []): string {
    const shown = parts.map((part) => {
      if (part.kind !== "inline-tag") return part.text;
      if (typeof part.target === "string") return `[${part.text}](${part.target})`;
      return part.target instanceof Reflection ? this.#link(part.target, part.text) : part.text;
    });
    return shown.join("").trim();
  }

  /** A type, in which the names of this package are links. */
  #type(text: string): string {
    const pieces: string[] = [];
    let plain = "";
    const endPlain = () => {
      // spaces do not belong in code
      pieces.push(plain.replace(/\S(.*\S)?/, "`$&`"));
      plain = "";
    };
    for (const word of text.split(/\b/)) {
      const target = this.#typeNamed(word);
      if (target) {
        endPlain();
        pieces.push(this.#link(target));
      } else plain += word;
    }
    endPlain();
    return pieces.join("");
  }

  /** In the entry's own names before those of others. */
  #typeNamed(name: string): DeclarationReflection | undefined {
    for (const { exports } of [...(this.#entry ? [this.#entry] : []), ...this.#entries]) {
      const found = exports.find((declaration) => declaration.name === name && !isFunction(declaration));
      if (found) return found;
    }
    return undefined;
  }

  #link(target: Reflection, text = nameOf(target)): string {
    const place = this.#places.get(target);
    const shown = text.replace(/^\w+!/, "");
    // none to the page itself
    const isElsewhere = place && (place.page !== this.#path || place.anchor);
    return isElsewhere ? `[\`${shown}\`](${this.#relative(place)})` : `\`${shown}\``;
  }

  #relative({ page, anchor }: Place): string {
    const hash = anchor ? `#${anchor}` : "";
    return page === this.#path ? hash : posix.relative(posix.dirname(this.#path), page) + hash;
  }

  #way(): string {
    return `[API](${this.#relative({ page: INDEX })})`;
  }
}
