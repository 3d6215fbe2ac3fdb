// A measure or a loss is a constant with a generic type: `klDivergence: Measure<[p: Vector, q: Vector], MeasureOptions>`. Here it
// becomes a function with the signatures that this type has, and the forms `.rows`, `.async` and `.rows.async` are found.

import {
  ArrayType,
  type Comment,
  type DeclarationReflection,
  IntersectionType,
  NamedTupleMember,
  OptionalType,
  ParameterReflection,
  ReferenceType,
  type Reflection,
  ReflectionFlag,
  ReflectionKind,
  RestType,
  SignatureReflection,
  type SomeType,
  TupleType,
  UnionType,
} from "typedoc";
import { setTypeText, typeText } from "./typeText.js";

/** A way to call a function. */
export interface Form {
  /** `""` for the function itself, else `".rows"`, `".async"`, `".rows.async"`. */
  readonly path: string;
  readonly signatures: readonly SignatureReflection[];
}

type TypeArguments = ReadonlyMap<string, SomeType>;

const forms = new WeakMap<Reflection, readonly Form[]>();

/** The ways to call a declaration besides its own signatures. */
export const formsOf = (declaration: Reflection): readonly Form[] => forms.get(declaration) ?? [];

/** Where a constant's type has call signatures, makes the constant a function that has them. Returns what is wrong with its comment. */
export function expandForms(declaration: DeclarationReflection): string[] {
  if (declaration.kind !== ReflectionKind.Variable || !(declaration.type instanceof ReferenceType)) return [];
  const [own, ...others] = findForms(declaration, declaration.type, "");
  if (own === undefined) return [];
  const { comment, name } = declaration;
  forms.set(declaration, others);
  declaration.kind = ReflectionKind.Function;
  declaration.signatures = [...own.signatures];
  delete declaration.type;
  const parameters = new Set<string>();
  for (const { signatures } of [own, ...others]) {
    for (const signature of signatures) {
      signature.comment = comment;
      for (const parameter of signature.parameters ?? []) {
        parameter.comment = parameterComment(comment, parameter.name);
        parameters.add(parameter.name);
      }
    }
  }
  const described = comment?.getTags("@param").map((tag) => tag.name ?? "") ?? [];
  return described
    .filter((parameter) => !parameters.has(parameter))
    .map((parameter) => `${name}: @param ${parameter} is not a parameter`);
}

/** The call signatures of a type, then those of its members, recursively. None for a type that cannot be called. */
function findForms(parent: DeclarationReflection, type: ReferenceType, path: string): Form[] {
  const { reflection, typeArguments = [] } = type;
  if (!reflection?.isDeclaration() || reflection.signatures === undefined) return [];
  const given: TypeArguments = new Map(reflection.typeParameters?.map(({ name }, i) => [name, typeArguments[i]]));
  const make = (signature: SignatureReflection) => makeSignature(parent, signature, given);
  const found: Form[] = [{ path, signatures: reflection.signatures.map(make) }];
  for (const member of reflection.children ?? []) {
    const memberPath = `${path}.${member.name}`;
    if (member.signatures) found.push({ path: memberPath, signatures: member.signatures.map(make) });
    else if (member.type instanceof ReferenceType) {
      found.push(...findForms(parent, substitute(parent, member.type, given) as ReferenceType, memberPath));
    }
  }
  return found;
}

/** A signature with its type parameters replaced, and its one rest parameter, a tuple, as parameters with names. */
function makeSignature(
  parent: DeclarationReflection,
  signature: SignatureReflection,
  given: TypeArguments,
): SignatureReflection {
  const made = new SignatureReflection(parent.name, ReflectionKind.CallSignature, parent);
  made.type = signature.type && substitute(parent, signature.type, given);
  const replaced = (text: string) => text.replace(/\b\w+\b/g, (word) => String(given.get(word) ?? word));
  setTypeText(made, replaced(typeText(signature)));
  const [rest] = signature.parameters ?? [];
  const tuple = rest?.type && substitute(parent, rest.type, given);
  if (!(tuple instanceof TupleType)) throw new Error(`${parent.name}: the parameters of its type are not a tuple`);
  made.parameters = tuple.elements.map((element) => {
    if (!(element instanceof NamedTupleMember)) throw new Error(`${parent.name}: the parameter ${element} has no name`);
    const parameter = new ParameterReflection(element.name, ReflectionKind.Parameter, made);
    parameter.type = element.element;
    parameter.setFlag(ReflectionFlag.Optional, element.isOptional);
    return parameter;
  });
  // as the source has its type: TypeDoc has an intersection's aliases resolved
  const last = made.parameters.at(-1);
  const written = last && new RegExp(`, ${last.name}\\??: (.*)\\]$`).exec(typeText(rest))?.[1];
  if (last && written) setTypeText(last, replaced(written));
  return made;
}

function substitute(parent: Reflection, type: SomeType, given: TypeArguments): SomeType {
  const one = (part: SomeType) => substitute(parent, part, given);
  const all = (types: readonly SomeType[]) => types.map(one);
  if (type instanceof ReferenceType) {
    const replacement = type.refersToTypeParameter ? given.get(type.name) : undefined;
    if (replacement) return replacement;
    if (type.typeArguments === undefined) return type;
    const { project } = parent;
    const made = type.reflection
      ? ReferenceType.createResolvedReference(type.name, type.reflection, project)
      : ReferenceType.createBrokenReference(type.name, project, type.package);
    made.typeArguments = all(type.typeArguments);
    return made;
  }
  if (type instanceof TupleType) return new TupleType(all(type.elements).flatMap((element) => spread(parent, element)));
  if (type instanceof NamedTupleMember) {
    return new NamedTupleMember(type.name, type.isOptional, one(type.element));
  }
  if (type instanceof IntersectionType) return new IntersectionType(all(type.types));
  if (type instanceof UnionType) return new UnionType(all(type.types));
  if (type instanceof ArrayType) return new ArrayType(one(type.elementType));
  if (type instanceof OptionalType) return new OptionalType(one(type.elementType));
  if (type instanceof RestType) return new RestType(one(type.elementType) as RestType["elementType"]);
  return type;
}

/** `...[a, b]` within a tuple is `a, b`; TypeDoc has it as `...[a, b][]`. */
function spread(parent: Reflection, type: SomeType): readonly SomeType[] {
  if (!(type instanceof RestType)) return [type];
  const list: SomeType = type.elementType;
  const spreadable = list instanceof ArrayType ? list.elementType : list;
  if (spreadable instanceof ReferenceType && spreadable.name === "RowArguments")
    return rowArguments(parent, spreadable);
  return spreadable instanceof TupleType ? spreadable.elements : [type];
}

/** The arguments of `f.rows`, from those of `f`: TypeDoc does not resolve the mapped type. Each array of numbers may be a matrix. */
function rowArguments(parent: Reflection, { typeArguments = [] }: ReferenceType): readonly SomeType[] {
  const [list] = typeArguments;
  if (!(list instanceof TupleType)) throw new Error(`RowArguments of ${list}, which is no tuple`);
  const { project } = parent;
  const matrix = Object.values(project.reflections).find(({ name, kind }) => {
    return name === "Matrix" && kind === ReflectionKind.TypeAlias;
  });
  if (matrix === undefined) throw new Error("there is no type Matrix");
  return list.elements.map((element) => {
    if (!(element instanceof NamedTupleMember) || String(element.element) === "number") return element;
    const type = ReferenceType.createResolvedReference(matrix.name, matrix, project);
    return new NamedTupleMember(element.name, element.isOptional, type);
  });
}

/** What a comment says of a parameter, as TypeDoc gives it for the parameters of functions. */
function parameterComment(comment: Comment | undefined, name: string): Comment | undefined {
  const tag = comment?.getTags("@param").find((each) => each.name === name);
  if (comment === undefined || tag === undefined) return undefined;
  const made = comment.clone();
  made.summary = tag.content;
  made.blockTags = [];
  return made;
}
