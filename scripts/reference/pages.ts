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
import { type Entry, typeText } from "./api.js";
import { anchorOf, code, join, list, section, table } from "./markdown.js";
import { memberType, optionsOf, propertiesOf, settled, signatureText } from "./types.js";

const INDEX = "README.md";
const TYPES = "types.md";
const ROWS = /Rows$/;
const MEMBERS = ["name", "type", "description"];

export const isFunction = ({ kind }: Reflection): boolean => kind === ReflectionKind.Function;
export const isClass = ({ kind }: Reflection): boolean => kind === ReflectionKind.Class;
export const isType = ({ kind }: Reflection): boolean =>
  kind === ReflectionKind.Interface || kind === ReflectionKind.TypeAlias;

/** `klDivergence` for `klDivergenceRows`, which has no page of its own. */
export function measureOf(entry: Entry, { name }: Reflection): DeclarationReflection | undefined {
  return ROWS.test(name) ? functionNamed(entry, name.replace(ROWS, "")) : undefined;
}

/** Not that of a type from elsewhere. */
export const isOwn = ({ flags }: Reflection): boolean => !flags.isExternal;

export const functionNamed = (entry: Entry, name: string): DeclarationReflection | undefined =>
  entry.exports.find((other) => isFunction(other) && other.name === name);

/** The function of a method's name, which says what there is to say of it. */
export function functionLike(entry: Entry, { name, type }: DeclarationReflection): DeclarationReflection | undefined {
  // the number `beta` is not the function
  return type?.type === "intrinsic" ? undefined : functionNamed(entry, name);
}

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
      if (isType(declaration) || measureOf(entry, declaration)) continue;
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
    const measure = measureOf(entry, declaration);
    const file = isType(declaration) ? TYPES : `${measure?.name ?? name}.md`;
    const page = posix.join(entry.folder, file);
    const place = isType(declaration) || measure ? { page, anchor: anchorOf(name) } : { page };
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
      "A page for each function and class, made from their docstrings by `npm run reference`.",
      ...this.#entries.map((entry) => {
        const { name, module, exports } = entry;
        const shown = exports.filter((declaration) => !isType(declaration) && !measureOf(entry, declaration));
        const tables = (module.categories ?? [{ title: "", children: shown }]).map(({ title, children }) => {
          const rows = shown
            .filter((declaration) => children.includes(declaration))
            .map((declaration) => [this.#link(declaration), this.#firstSentence(commentOf(declaration))]);
          const list = table(["name", "what it is"], rows);
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
          this.#members(children.filter((member) => !this.#functionLike(member))),
          this.#likeFunctions(children),
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
      code(`import { ${name} } from "${this.#entry?.name}";`),
      overloads.length > 1 ? "" : this.#text(comment?.summary),
      type ? code(`const ${name}: ${typeText(declaration)};`) : "",
      ...overloads.map((signatures) => this.#overload(name, signatures, overloads.length)),
      this.#rows(declaration),
      ...(isClass(declaration) ? [...this.#blocks(comment, "@example"), this.#class(declaration)] : []),
      section(
        2,
        "See also",
        list([...comments.flatMap((each) => this.#references(each)), ...this.#methods(declaration)]),
      ),
    );
  }

  /** One that is not the only one has a heading. */
  #overload(name: string, signatures: readonly SignatureReflection[], count: number): string {
    const start = `function ${name}`;
    if (count === 1) return this.#callable(2, start, signatures);
    const [{ comment, parameters = [] }] = signatures;
    const heading = `${name}(${parameters.map((parameter) => parameter.name).join(", ")})`;
    return section(2, heading, this.#text(comment?.summary), this.#callable(3, start, signatures));
  }

  /** The signatures of a function or method, and what is said of them. Of its options, not those that are `known` already. */
  #callable(
    depth: number,
    start: string,
    signatures: readonly SignatureReflection[],
    known: readonly string[] = [],
  ): string {
    const [{ comment, type }] = signatures;
    // those of the last overload are the most general
    const { parameters = [] } = signatures.at(-1) ?? {};
    const options = optionsOf(parameters);
    const further = options?.filter(({ name }) => !known.includes(name));
    const errors = this.#blocks(comment, "@throws").map((text) => text.replace(/^\w*Error\b/, "`$&`"));
    const returns = this.#blocks(comment, "@returns");
    return join(
      code(signatures.map((signature) => `${signatureText(start, signature)};`).join("\n")),
      section(
        depth,
        "Parameters",
        table(
          MEMBERS,
          parameters.flatMap((parameter) => {
            const text = this.#text(parameter.comment?.summary);
            const isOptions = parameter.name === "options" && options !== undefined;
            if (text === "" && (known.length > 0 || !isOptions)) return [];
            return [[`\`${parameter.name}\``, this.#type(typeText(parameter)), text || "Its keys are below."]];
          }),
        ),
      ),
      section(depth, known.length > 0 ? "Options besides those above" : "Options", this.#members(further ?? [])),
      section(depth, "Returns", ...returns, returns.length > 0 ? this.#members(propertiesOf(settled(type)) ?? []) : ""),
      section(depth, "Throws", list(errors)),
      section(depth, "Example", ...this.#blocks(comment, "@example")),
    );
  }

  /** The twin over the rows of a matrix. */
  #rows(measure: DeclarationReflection): string {
    const twin = this.#entry && functionNamed(this.#entry, `${measure.name}Rows`);
    if (twin?.signatures === undefined) return "";
    const known = optionsOf(measure.signatures?.at(-1)?.parameters ?? [])?.map(({ name }) => name);
    return section(
      2,
      twin.name,
      this.#text(commentOf(twin)?.summary),
      this.#callable(3, `function ${twin.name}`, twin.signatures, known),
    );
  }

  #class({ name, children: members = [] }: DeclarationReflection): string {
    return join(
      ...members
        .filter((member) => !this.#functionLike(member))
        .map((member) => {
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
      section(2, "Functions as methods", this.#likeFunctions(members)),
    );
  }

  #likeFunctions(members: readonly DeclarationReflection[]): string {
    const functions = members.map((member) => this.#functionLike(member)).filter((member) => member !== undefined);
    return functions.length === 0
      ? ""
      : `Methods that take what the functions of their names take: ${functions.map((one) => this.#link(one)).join(", ")}.`;
  }

  #functionLike(member: DeclarationReflection): DeclarationReflection | undefined {
    return this.#entry && functionLike(this.#entry, member);
  }

  /** Of several, TypeDoc has made one, which is a list. */
  #references(comment: Comment | undefined): string[] {
    return this.#blocks(comment, "@see").flatMap((text) => text.split(/^ ?- /m).filter(Boolean));
  }

  /** The classes that have the function as a method. */
  #methods(declaration: DeclarationReflection): string[] {
    const classes = this.#entry?.exports.filter(
      (other) => isClass(other) && isFunction(declaration) && other.getChildByName([declaration.name]),
    );
    return (classes ?? []).map((one) => `${this.#link(one)}, which has it as a method`);
  }

  #members(members: readonly DeclarationReflection[]): string {
    return table(
      MEMBERS,
      members
        .filter(isOwn)
        .map((member) => [
          `\`${nameOf(member)}${member.flags.isOptional ? "?" : ""}\``,
          this.#type(memberType(member)),
          this.#text(commentOf(member)?.summary),
        ]),
    );
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
