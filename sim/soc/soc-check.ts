import type { Finding } from '../../src/results/finding.js';
import { Checker } from '../check/checker.js';
import { type MemoryObject, ObjectTable } from '../check/objects.js';
import { LOADED } from '../check/shadow.js';
import type { Waits } from '../check/waits.js';
import type { AnalogCore } from '../core/analog-core.js';
import { defaultPeArray } from '../core/default-pe-array.js';
import type { DigitalCore } from '../core/digital-core.js';
import type { MemoryCheck } from '../rv32/memory-path.js';
import { callStack } from './fault-report.js';
import { HeapBlocks } from './heap-blocks.js';
import { canonical } from './load.js';
import type { PortWatcher } from './peripherals/accelerator-job.js';
import type { Soc, SocWatcher } from './soc.js';

/** The sanitizer on the SoC: what the host does reaches it through the memory path and the register port. */
export class SocCheck implements SocWatcher {
  readonly #checker: Checker;
  readonly #soc: Soc;
  /** What the host read last: a store of the same bytes right after is taken for a copy. */
  #loaded: { at: number; bytes: number } | undefined;

  readonly port: PortWatcher;
  readonly analogPort: PortWatcher;
  readonly observer: HeapBlocks;

  /** Watches `soc` and its cores from now on. `stop`: the first finding throws `StoppedByFinding`. */
  constructor(soc: Soc, cores: { readonly core: DigitalCore; readonly analog: AnalogCore }, stop: boolean) {
    this.#soc = soc;
    const heap = new HeapBlocks();
    heap.attach(soc);
    this.observer = heap;
    const port = (waits: () => Waits): PortWatcher => ({
      written: (register) => this.#checker.registerWritten(waits(), register, soc.core.memory.pc >>> 0),
      seenIdle: () => waits().seen(),
    });
    this.port = port(() => this.#checker.waits);
    this.analogPort = port(() => this.#checker.analogWaits);
    const { l2, symbols, image } = soc;
    const table = new ObjectTable(
      image.symbols
        .filter((s) => s.kind === 'object' && s.bytes > 0)
        .map((s): MemoryObject => {
          const start = canonical(s.address, l2.base);
          return { name: s.name, start, end: start + s.bytes };
        }),
    );
    const pc = (): number => soc.core.memory.pc >>> 0;
    this.#checker = new Checker({
      ...cores,
      l2,
      array: defaultPeArray(),
      stop,
      around: {
        objects: {
          l2: (at) => heap.at(at) ?? table.at(at),
          released: (at) => heap.released(at),
          l1: () => undefined,
        },
        job: (number) => {
          const started = soc.jobs[number]?.pc ?? pc();
          return `job ${number}, started at ${symbols.describe(started >>> 0)}`;
        },
        tile: () => undefined,
        code: (at) => symbols.describe(at),
        stack: (at) => callStack(soc, at ?? pc()),
      },
    });
    for (const s of image.segments)
      this.#checker.l2.define(canonical(s.loadAddress, l2.base), s.memoryBytes, LOADED);
  }

  /** What was found so far. */
  get findings(): Finding[] {
    return this.#checker.findings;
  }

  /** The program has ended. */
  finish(): Finding[] {
    this.#checker.finish();
    return this.findings;
  }

  /** Bytes that somebody outside put into L2. */
  poked(at: number, bytes: number): void {
    this.#checker.l2.define(at, bytes, LOADED);
  }

  /** Watches the host's loads and stores; `strict` is what else wants to look. */
  memoryCheck(strict: MemoryCheck | undefined): MemoryCheck {
    return {
      load: (at, bytes, pc) => {
        this.#checker.hostLoad(at, bytes, pc >>> 0);
        this.#loaded = { at, bytes };
        return strict?.load(at, bytes, pc);
      },
      stored: (at, bytes, pc) => {
        this.#checker.hostStore(at, bytes, pc >>> 0, this.#copied(at, bytes));
        strict?.stored(at, bytes, pc);
      },
    };
  }

  #copied(at: number, bytes: number): { readonly at: number; readonly reversed: boolean } | undefined {
    const from = this.#loaded;
    if (from === undefined || from.bytes !== bytes) return undefined;
    const { l2 } = this.#soc;
    if (this.#checker.l2.maker[from.at - l2.base] === 0) return undefined;
    const a = l2.peek(from.at, bytes, 'load');
    const b = l2.peek(at, bytes, 'store');
    if (a.every((v, i) => v === b[i])) return { at: from.at, reversed: false };
    if (a.every((v, i) => v === b[bytes - 1 - i])) return { at: from.at, reversed: true };
    return undefined;
  }
}
