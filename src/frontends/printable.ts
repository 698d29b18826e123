/** A name of a file as messages and listings can show it: control characters, line ends among them, become \u escapes. */
export const printable = (name: string): string =>
  name.replace(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);
