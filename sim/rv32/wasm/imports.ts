/** A function of JavaScript that translated code calls: integers in, an integer out. */
export type Imported = (...numbers: number[]) => number;

/** The functions that one module imports, numbered in the order of their first use. */
export class Imports {
  readonly #functions: Imported[] = [];
  /** Parameters of each. */
  readonly arities: number[] = [];

  /** The number of a function that takes `arity` integers. */
  number(f: Imported, arity: number): number {
    const known = this.#functions.indexOf(f);
    if (known >= 0) return known;
    this.#functions.push(f);
    return this.arities.push(arity) - 1;
  }

  /** The functions by the names that `encodeModule` gives them. */
  get byName(): Record<string, Imported> {
    return Object.fromEntries(this.#functions.map((f, i) => [String(i), f]));
  }
}
