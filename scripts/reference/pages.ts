// The pages of docs/api: one a function or class, one of the types of each entry, and an index. They say what the docstrings say.

import { posix } from "node:path";
import { type Comment, type CommentDisplayPart, type DeclarationReflection, Reflection, ReflectionKind } from "typedoc";
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

/** What a method is like, if it has the name of a function. */
export const functionNamed = (entry: Entry, name: string): DeclarationReflection | undefined =>
  entry.exports.find((other) => isFunction(other) && other.name === name);

/** Of a function, that of its first signature. */
export const commentOf = (declaration: DeclarationReflection): Comment | undefined =>
  declaration.signatures?.[0].comment ?? declaration.getSignature?.comment ?? declaration.comment;

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
  const add = (page: string, text: string) => pages.set(page, `${text}\n`);
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
        const { name, typeParameters = [], extendedTypes = [] } = type;
        const children = type.children ?? propertiesOf(type.type) ?? [];
        const generics = typeParameters.map((parameter) => parameter.name).join(", ");
        return section(
          2,
          name,
          this.#text(type.comment?.summary),
          type.type ? code(`type ${name}${generics && `<${generics}>`} = ${typeText(type)};`) : "",
          extendedTypes.length > 0 ? `Extends ${extendedTypes.map((base) => this.#type(`${base}`)).join(", ")}.` : "",
          this.#members(children.filter(({ flags, name }) => !flags.isExternal && !this.#functionNamed(name))),
          this.#likeFunctions(children),
          ...this.#blocks(type.comment, "@example"),
        );
      }),
    );
  }

  /** A function, a class or a constant. */
  declaration(declaration: DeclarationReflection): string {
    const { name, signatures, type } = declaration;
    const comment = commentOf(declaration);
    return join(
      this.#way(),
      `# ${name}`,
      code(`import { ${name} } from "${this.#entry?.name}";`),
      this.#text(comment?.summary),
      type ? code(`const ${name}: ${typeText(declaration)};`) : "",
      ...(signatures ? [this.#callable(2, `function ${name}`, declaration), this.#rows(declaration)] : []),
      ...(isClass(declaration) ? [...this.#blocks(comment, "@example"), this.#class(declaration)] : []),
      section(2, "See also", list([...this.#references(comment), ...this.#methods(declaration)])),
    );
  }

  /** The signatures of a function or method, and what is said of them. Of its options, not those that are `known` already. */
  #callable(
    depth: number,
    start: string,
    { signatures = [] }: DeclarationReflection,
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
          parameters.flatMap((parameter, i) => {
            const text = this.#text(signatures[0].parameters?.[i]?.comment?.summary);
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
    const twin = this.#functionNamed(`${measure.name}Rows`);
    if (twin === undefined) return "";
    const known = optionsOf(measure.signatures?.at(-1)?.parameters ?? []) ?? [];
    return section(
      2,
      twin.name,
      this.#text(commentOf(twin)?.summary),
      this.#callable(
        3,
        `function ${twin.name}`,
        twin,
        known.map(({ name }) => name),
      ),
    );
  }

  #class({ name, children: members = [] }: DeclarationReflection): string {
    return join(
      ...members
        .filter((member) => !this.#functionNamed(member.name))
        .map((member) => {
          const { flags, kind } = member;
          const comment = commentOf(member);
          const text = this.#text(comment?.summary);
          if (member.signatures) {
            const own = `${flags.isStatic ? `${name}.` : ""}${nameOf(member)}`;
            const start = kind === ReflectionKind.Constructor ? `new ${name}` : own;
            return section(2, nameOf(member), text, this.#callable(3, start, member));
          }
          const isReadonly = flags.isReadonly || (member.getSignature && !member.setSignature);
          const shown = `${isReadonly ? "readonly " : ""}${nameOf(member)}: ${memberType(member)};`;
          return section(2, nameOf(member), code(shown), text, ...this.#blocks(comment, "@example"));
        }),
      section(2, "Functions as methods", this.#likeFunctions(members)),
    );
  }

  #likeFunctions(members: readonly DeclarationReflection[]): string {
    const functions = members.map(({ name }) => this.#functionNamed(name)).filter((member) => member !== undefined);
    return functions.length === 0
      ? ""
      : `Methods that take what the functions of their names take: ${functions.map((one) => this.#link(one)).join(", ")}.`;
  }

  #functionNamed(name: string): DeclarationReflection | undefined {
    return this.#entry && functionNamed(this.#entry, name);
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
      members.map((member) => [
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
