// Pieces of Markdown.

/** Paragraphs, of those that are not empty. */
export const join = (...parts: readonly string[]): string => parts.filter(Boolean).join("\n\n");

/** Nothing, where there is nothing to say under the heading. */
export const section = (depth: number, heading: string, ...parts: readonly string[]): string => {
  const text = join(...parts);
  return text === "" ? "" : join(`${"#".repeat(depth)} ${heading}`, text);
};

export const code = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");

export const list = (items: readonly string[]): string => items.map((item) => `- ${oneLine(item)}`).join("\n");

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => oneLine(text).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Where GitHub puts a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");
