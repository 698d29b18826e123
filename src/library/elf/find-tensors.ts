import { type Comparison, compareTensor, NATIVE_TOLERANCE, type Reference } from '../../../golden/index.js';
import { isFloat } from '../../base/dtype.js';
import type { Tensor } from '../../base/tensor.js';
import { extentOf, layoutsOf, type MemoryLayout, tensorAt } from './memory-layout.js';

/** A memory to look in, and where: byte offsets that a tensor may begin at. */
export interface Area {
  readonly memory: 'L2' | 'L1';
  readonly bytes: Uint8Array;
  /** What it held before; a tensor must have changed something of it. Absent: any content counts. */
  readonly before?: Uint8Array;
  readonly offsets: readonly number[];
}

/** Where a tensor of the reference lies. */
export interface Place {
  readonly tensor: string;
  readonly memory: Area['memory'];
  /** Byte offset in the memory. */
  readonly at: number;
  readonly layout: MemoryLayout;
}

export interface FoundTensor extends Place {
  readonly actual: Tensor;
  readonly comparison: Comparison;
  /** By its values; as the next one that the network makes, although values differ; or known already and now here, too. */
  readonly by: 'values' | 'order' | 'copy';
}

const compare = (expected: Tensor, actual: Tensor): Comparison =>
  compareTensor(expected, actual, isFloat(expected.dtype) ? NATIVE_TOLERANCE : undefined);

/** Whether any byte of a stretch of L2 changed. */
function changed(before: Uint8Array, now: Uint8Array, at: number, bytes: number): boolean {
  for (let i = at; i < at + bytes; i++) if (before[i] !== now[i]) return true;
  return false;
}

/** A tensor of few elements or of one value alone is found everywhere; its place proves nothing. */
function telling({ data }: Tensor): boolean {
  return data.length >= 4 && data.some((v) => v !== data[0]);
}

/**
 * Finds the reference's tensors in the memory of a program that nobody here wrote, by their values. It goes through the network in order: a
 * tensor is looked for once, until it is found; where values differ, the next tensor that a layer makes is the one meant.
 */
export class TensorFinder {
  readonly #reference: Reference;
  /** Labels that are still to be found, in the network's order. */
  readonly #open: Set<string>;
  /** Labels that layers make, in order: what compilers store. */
  readonly #made: readonly string[];
  /** What the program holds of a tensor that was found, right or wrong. */
  readonly #actual = new Map<string, Tensor>();

  constructor(reference: Reference, inputs: Iterable<string>, made: readonly string[]) {
    this.#reference = reference;
    this.#open = new Set(reference.tensors.keys());
    for (const name of inputs) this.#open.delete(name);
    this.#made = made.filter((name) => reference.tensors.has(name));
  }

  /** Labels that layers make and that were not found. */
  get missing(): string[] {
    return this.#made.filter((name) => this.#open.has(name));
  }

  /**
   * What became complete in one of the areas; undefined where nothing there has to do with the network. With `exact` only equal values
   * count.
   */
  find(areas: readonly Area[], exact = false): FoundTensor | undefined {
    return this.#byValues(areas) ?? this.#copied(areas) ?? (exact ? undefined : this.#byOrder(areas));
  }

  #tensor(name: string): Tensor {
    return this.#reference.tensors.get(name)!;
  }

  *#candidates(name: string, areas: readonly Area[]): Generator<Omit<FoundTensor, 'by'>> {
    const expected = this.#tensor(name);
    for (const { memory, bytes, before, offsets } of areas)
      for (const at of offsets)
        for (const layout of layoutsOf(expected)) {
          const extent = extentOf(expected, layout);
          if (at + extent > bytes.length) continue;
          if (before !== undefined && !changed(before, bytes, at, extent)) continue;
          const actual = tensorAt(bytes, at, expected, layout);
          if (actual !== undefined)
            yield { tensor: name, memory, at, layout, actual, comparison: compare(expected, actual) };
        }
  }

  /** The first place where a tensor lies as the reference has it. */
  #equal(name: string, areas: readonly Area[]): Omit<FoundTensor, 'by'> | undefined {
    for (const found of this.#candidates(name, areas)) if (found.comparison.differing === 0) return found;
    return undefined;
  }

  /**
   * Several tensors of a chain may hold the same values (a reshape; a clip that clips nothing). What a layer makes is what is stored, and the
   * layers come in the network's order; else the last one of the chain.
   */
  #byValues(areas: readonly Area[]): FoundTensor | undefined {
    for (const name of this.missing) {
      const found = this.#equal(name, areas);
      if (found !== undefined) return this.#close(found, 'values');
    }
    const others = [...this.#open].filter((name) => telling(this.#tensor(name))).reverse();
    for (const name of others) {
      const found = this.#equal(name, areas);
      if (found !== undefined) return this.#close(found, 'values');
    }
    return undefined;
  }

  /** A tensor that was found before, right or wrong, now at another place or in another layout: a layout transform or a copy. */
  #copied(areas: readonly Area[]): FoundTensor | undefined {
    for (const name of this.#reference.tensors.keys()) {
      const held = this.#actual.get(name) ?? this.#tensor(name);
      if (this.#open.has(name) || !telling(held)) continue;
      for (const found of this.#candidates(name, areas))
        if (sameValues(held, found.actual)) return { ...found, by: 'copy' };
    }
    return undefined;
  }

  /** Values differ: the next tensor that a layer makes is the one meant, where it differs least. */
  #byOrder(areas: readonly Area[]): FoundTensor | undefined {
    const next = this.missing[0];
    if (next === undefined) return undefined;
    let nearest: Omit<FoundTensor, 'by'> | undefined;
    for (const found of this.#candidates(next, areas))
      if (nearest === undefined || found.comparison.differing < nearest.comparison.differing) nearest = found;
    return nearest && this.#close(nearest, 'order');
  }

  #close(found: Omit<FoundTensor, 'by'>, by: 'values' | 'order'): FoundTensor {
    this.#actual.set(found.tensor, found.actual);
    this.#open.delete(found.tensor);
    return { ...found, by };
  }
}

const sameValues = (a: Tensor, b: Tensor): boolean =>
  a.data.length === b.data.length && a.data.every((v: number, i: number) => v === b.data[i]);
