import type { StateAt } from '../linear-memory.js';
import { Code, OP } from './binary.js';

/** i32 locals of a region: where to start, cycles left, instructions retired, where to go on, an offset and a target on the way. */
export const LOCAL = { select: 0, left: 1, retired: 2, next: 3, offset: 4, target: 5 } as const;
const FIRST = 6;

/** The registers that a region's code mentions, each in a local of its own. */
export class Registers {
  readonly #locals = new Map<number, number>();
  readonly #written = new Set<number>();

  /** The local of a register, which is not x0. */
  local(register: number): number {
    let local = this.#locals.get(register);
    if (local === undefined) {
      local = FIRST + this.#locals.size;
      this.#locals.set(register, local);
    }
    return local;
  }

  /** The local of a register that is written. */
  target(register: number): number {
    this.#written.add(register);
    return this.local(register);
  }

  /** Locals beyond the parameter. */
  get count(): number {
    return FIRST + this.#locals.size - 1;
  }

  /** Puts the state into memory, for somebody outside to look at. */
  spill(code: Code, at: StateAt): void {
    const store = (local: number, address: number): void => {
      code.int(0).get(local).memory(OP.store32, address);
    };
    store(LOCAL.left, at.left);
    store(LOCAL.retired, at.retired);
    for (const register of this.#written) store(this.local(register), at.x + 4 * register);
  }

  /** `body` between the state's way from memory and back; returns what the body left in `LOCAL.next`. */
  around(body: Code, at: StateAt): Code {
    const code = new Code();
    const load = (local: number, address: number): void => {
      code.int(0).memory(OP.load32, address).set(local);
    };
    load(LOCAL.left, at.left);
    load(LOCAL.retired, at.retired);
    for (const [register, local] of this.#locals) load(local, at.x + 4 * register);
    code.append(body.bytes);
    this.spill(code, at);
    return code.get(LOCAL.next);
  }
}
