import type { Func } from '../ir/expr.js';

/** Shorter than what the lexer takes, so that a number fits behind it. */
const MAX_NAME = 200;

/** What the lexer takes in a variable's name stays; any other character (a space, the first of "//") becomes "_". */
const readable = (name: string): string =>
  name.replace(/(::|:(?=\d)|\/(?!\/)|[\w.-])|[\s\S]/g, (_, kept: string | undefined) => kept ?? '_');

/**
 * Names of the variables of one module. Functions do not share names: the second "i0" is "i01", as in TVM; a name that does
 * not start with a letter gets a "v" in front, as in TVM.
 */
export class UniqueNames {
  readonly #counts = new Map<string, number>();

  take(name: string): string {
    const text = readable(name.slice(0, MAX_NAME));
    const wanted = /^[A-Za-z]/.test(text) ? text : `v${text}`;
    let unique = wanted;
    let count = this.#counts.get(wanted);
    if (count !== undefined) {
      do unique = `${wanted}${++count}`;
      while (this.#counts.has(unique));
      this.#counts.set(wanted, count);
    }
    this.#counts.set(unique, 0);
    return unique;
  }
}

/** The names that the text of a module gives to the parameters of its `main`, by their own names. */
export function printedNames(main: Func): Map<string, string> {
  const names = new UniqueNames();
  return new Map(main.params.map((p) => [p.name, names.take(p.name)]));
}
