import type { CallList } from './calls.js';
import type { CodeCache, Region } from './code-cache.js';
import type { Control } from './control.js';
import type { MemoryShape } from './emit.js';
import type { Fuel } from './fuel.js';
import type { LinearMemory } from './linear-memory.js';
import type { CoreOptions } from './options.js';
import { translate } from './region.js';
import type { Scope } from './scope.js';
import type { WaitStates } from './timing.js';
import type { Watcher } from './wasm/region-parts.js';
import { translateToWasm } from './wasm/translate.js';

/** What the translations of one core work with. */
export interface TranslatorParts {
  readonly scope: Scope;
  readonly memory: MemoryShape;
  readonly waits: WaitStates;
  readonly options: CoreOptions;
  readonly cache: CodeCache;
  readonly linear: LinearMemory;
  readonly fuel: Fuel;
  readonly calls: CallList;
  readonly control: Control;
}

/** What giving up in a region costs more than going on would in JavaScript, in cycles of a region at work. [ours] */
const GIVING_UP = 500;
const MOST_PATIENCE = 200 * GIVING_UP;

/**
 * Chooses what hot code becomes. WebAssembly leaves whatever is rare to the step tier; JavaScript does all but CSRs and system
 * instructions itself, and asks those who watch every access.
 */
export class Translator {
  readonly #parts: TranslatorParts;
  /** What is left of the patience with regions that give up. */
  readonly #patience = new WeakMap<Region, number>();
  /** Addresses whose regions in WebAssembly gave up too often. */
  readonly #unsuited = new Set<number>();

  readonly #watcher: Watcher | undefined;

  constructor(parts: TranslatorParts) {
    this.#parts = parts;
    const { options, calls, control } = parts;
    if (options.observer === undefined) return;
    this.#watcher = {
      called: (pc, target, back) => {
        calls.called(pc, target >>> 0, back);
        return 0;
      },
      returned: (target) => {
        calls.returned(target >>> 0);
        return 0;
      },
      branched: (pc, target) => {
        control.branched(pc, target >>> 0);
        return 0;
      },
      sameFunction: options.sameFunction ?? (() => true),
    };
  }

  /** A region that begins at `pc`; undefined where only the step tier can. */
  translate(pc: number): Region | undefined {
    const { scope, memory, waits, options, cache, linear, fuel } = this.#parts;
    const { backend, observer, memoryCheck, stack, oddJumps, sameFunction } = options;
    const wasm =
      memoryCheck !== undefined || backend === 'javascript' || this.#unsuited.has(pc)
        ? undefined
        : translateToWasm(pc, cache, {
            linear,
            ramBase: memory.base,
            stack,
            oddJumps: oddJumps ?? 'error',
            watcher: this.#watcher,
            bailed: ({ cycles, instructions }) => fuel.giveBack(cycles, instructions),
          });
    return (
      wasm ??
      translate(pc, cache, {
        scope,
        memory,
        waits,
        stack,
        sameFunction: observer === undefined ? undefined : sameFunction,
      })
    );
  }

  /** A region left an instruction to the step tier after `cycles`. One that does so all the time is better off in JavaScript. */
  gaveUp(region: Region, cycles: number): void {
    const before = this.#patience.get(region) ?? MOST_PATIENCE;
    const left = Math.min(MOST_PATIENCE, before + cycles - GIVING_UP);
    this.#patience.set(region, left);
    if (left >= 0) return;
    for (const { pc } of region.entries) this.#unsuited.add(pc);
    this.#parts.cache.drop(region);
  }
}
