// Signatures as TypeScript writes them, and the keys of an object's type.

import {
  type DeclarationReflection,
  type ParameterReflection,
  ReflectionKind,
  type SignatureReflection,
  type SomeType,
} from "typedoc";
import { typeText } from "./typeText.js";

const LINE = 120;

/** `function name(p: Vector): number`, over several lines where it is long. */
export function signatureText(start: string, signature: SignatureReflection, arrow = ":"): string {
  const { parameters = [], typeParameters } = signature;
  const generics = typeParameters?.map(({ name, type }) => name + (type ? ` extends ${type}` : ""));
  const head = start + (generics ? `<${generics.join(", ")}>` : "");
  // a constructor's result is its class
  const result = signature.kind === ReflectionKind.ConstructorSignature ? "" : `${arrow} ${typeText(signature)}`;
  const list = parameters.map((parameter) => {
    const { name, flags, defaultValue } = parameter;
    const isOptional = flags.isOptional || defaultValue !== undefined;
    return `${flags.isRest ? "..." : ""}${name}${isOptional ? "?" : ""}: ${typeText(parameter)}`;
  });
  const line = `${head}(${list.join(", ")})${result}`;
  return line.length < LINE ? line : `${head}(\n${list.map((parameter) => `  ${parameter},\n`).join("")})${result}`;
}

/** The type of a property, an accessor or a method. */
export function memberType(member: DeclarationReflection): string {
  const { signatures, getSignature } = member;
  return signatures ? signatureText("", signatures[0], " =>") : typeText(getSignature ?? member);
}

/** The properties of an object's type, those of what it extends or is made of included; undefined of any other type. */
export function propertiesOf(
  type: SomeType | undefined,
  generics: ReadonlyMap<string, SomeType> = new Map(),
): DeclarationReflection[] | undefined {
  if (type === undefined) return undefined;
  if (type.type === "reflection") return type.declaration.children;
  if (type.type === "intersection") {
    const parts = type.types.map((part) => propertiesOf(part, generics));
    return parts.some((part) => part === undefined) ? undefined : (parts as DeclarationReflection[][]).flat();
  }
  if (type.type !== "reference") return undefined;
  const { name, typeArguments = [], reflection } = type;
  const given = generics.get(name);
  if (given) return propertiesOf(given);
  if (reflection?.isDeclaration()) {
    if (reflection.kind === ReflectionKind.Interface) return reflection.children;
    const names = reflection.typeParameters ?? [];
    const own = new Map(names.map((parameter, i) => [parameter.name, typeArguments[i] ?? parameter.default]));
    return reflection.kind === ReflectionKind.TypeAlias
      ? propertiesOf(reflection.type, own as Map<string, SomeType>)
      : undefined;
  }
  const [of, keys] = typeArguments;
  if (["Readonly", "Required", "Partial"].includes(name)) return propertiesOf(of, generics);
  if (name !== "Pick" && name !== "Omit") return undefined;
  const named = (keys.type === "union" ? keys.types : [keys]).map((key) => (key.type === "literal" ? key.value : ""));
  return propertiesOf(of, generics)?.filter((property) => named.includes(property.name) === (name === "Pick"));
}

/** The keys of the argument called options. */
export const optionsOf = (parameters: readonly ParameterReflection[]): DeclarationReflection[] | undefined =>
  propertiesOf(parameters.find(({ name }) => name === "options")?.type);

/** What a promise is of. */
export const settled = (type: SomeType | undefined): SomeType | undefined =>
  type?.type === "reference" && type.name === "Promise" ? type.typeArguments?.[0] : type;
