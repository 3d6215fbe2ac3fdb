import type { Reflection } from "typedoc";

const written = new WeakMap<Reflection, string>();

export function setTypeText(reflection: Reflection, text: string): void {
  written.set(reflection, text);
}

/** A type as the source has it: TypeDoc has what TypeScript makes of it, where a union's parts are in no order of theirs. */
export function typeText(reflection: Reflection & { readonly type?: { toString(): string } }): string {
  return written.get(reflection) ?? String(reflection.type);
}
