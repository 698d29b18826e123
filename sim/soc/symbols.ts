import { hex } from '../../src/base/units.js';
import type { ElfSymbol } from './elf.js';

/** A function of the program: [start, end). */
export interface FunctionRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Names for addresses, from an ELF file's symbols. */
export class Symbols {
  readonly #byName = new Map<string, ElfSymbol>();
  /** Sorted by start. A label of assembly code reaches to the next one. */
  readonly #functions: FunctionRange[] = [];
  readonly #objects: ElfSymbol[];

  /** `isCode` tells labels of code from others. */
  constructor(symbols: readonly ElfSymbol[], isCode: (address: number) => boolean) {
    for (const symbol of symbols) if (!this.#byName.has(symbol.name)) this.#byName.set(symbol.name, symbol);
    this.#objects = symbols.filter((s) => s.kind === 'object').sort((a, b) => a.address - b.address);
    const code = symbols
      .filter((s) => s.kind === 'function' || (s.kind === 'label' && isCode(s.address)))
      // At one address the function's name wins over a label's, and a sized one over an unsized one.
      .sort((a, b) => a.address - b.address || b.bytes - a.bytes || rank(a) - rank(b));
    for (const symbol of code) {
      const last = this.#functions.at(-1);
      if (last !== undefined && symbol.address < last.end && last.end !== Number.POSITIVE_INFINITY) continue;
      if (last?.start === symbol.address) continue;
      if (last?.end === Number.POSITIVE_INFINITY)
        this.#functions[this.#functions.length - 1] = { ...last, end: symbol.address };
      const end = symbol.bytes > 0 ? symbol.address + symbol.bytes : Number.POSITIVE_INFINITY;
      this.#functions.push({ name: symbol.name, start: symbol.address, end });
    }
  }

  /** The address of a name, or undefined. */
  address(name: string): number | undefined {
    return this.#byName.get(name)?.address;
  }

  /** The symbol of a name: its address and its size in bytes. */
  get(name: string): ElfSymbol | undefined {
    return this.#byName.get(name);
  }

  /** Every name that contains `part`, for "did you mean". */
  namesLike(part: string): string[] {
    return [...this.#byName.keys()].filter((name) => name.includes(part)).sort();
  }

  /** The function that an address lies in. */
  functionAt(address: number): FunctionRange | undefined {
    let low = 0;
    let high = this.#functions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#functions[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#functions[low - 1];
    return found !== undefined && address < found.end ? found : undefined;
  }

  sameFunction(a: number, b: number): boolean {
    return this.functionAt(a)?.start === this.functionAt(b)?.start;
  }

  /** "main+0x10", "weights+0x4", or undefined where no symbol reaches. */
  name(address: number): string | undefined {
    const f = this.functionAt(address);
    if (f !== undefined) return plus(f.name, address - f.start);
    const o = this.#objects.findLast((s) => s.address <= address);
    return o !== undefined && address < o.address + Math.max(1, o.bytes)
      ? plus(o.name, address - o.address)
      : undefined;
  }

  /** "0x1c008010 <main+0x10>". */
  describe(address: number): string {
    const name = this.name(address);
    return name === undefined ? hex(address) : `${hex(address)} <${name}>`;
  }
}

const plus = (name: string, offset: number): string =>
  offset === 0 ? name : `${name}+0x${offset.toString(16)}`;
const rank = (s: ElfSymbol): number => (s.kind === 'function' ? 0 : 1);
