// Text as HTML has it.

/** Whatever it is: what has been read from a file may not be what its type says. */
export const escapeHtml = (text: string): string =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
