import { LINE_BYTES, withCopySlack } from '../../sim/isa/geometry.js';
import { coreLayout } from '../../sim/isa/layout.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { LimitError } from '../base/errors.js';
import type { CoreLayer } from '../passes/match.js';
import { ANALOG_FIXED_BYTES } from './emit/analog.js';
import { fits, type Interval, placeIntervals } from './interval-plan.js';
import { type AnalogTiling, tileAnalog } from './tiling/analog.js';
import { type ConvTiling, tileConv } from './tiling/conv.js';
import { writtenPlanes } from './tiling/conv-geometry.js';
import { type DenseTiling, tileDense } from './tiling/dense.js';
import type { Residency } from './tiling/residency.js';
import { type SumResidency, type SumTiling, tileSum } from './tiling/sum.js';

/** A value on the core's side, by number. */
export type ValueId = number;

/** One accelerator call in the order of the program. */
export interface LayerNode {
  readonly name: string;
  readonly layer: CoreLayer;
  readonly inputs: readonly ValueId[];
  readonly output: ValueId;
  /** Whether anything but accelerator layers reads the output. */
  readonly outputLeaves: boolean;
}

/** Where one layer's operands and tiles lie in L1. Addresses in bytes. */
export type LayerPlan =
  | {
      readonly kind: 'conv';
      readonly tiling: ConvTiling;
      readonly inL2: boolean;
      readonly input: L1Operand;
      readonly output: L1Operand;
    }
  | {
      readonly kind: 'dense';
      readonly tiling: DenseTiling;
      readonly inL2: boolean;
      readonly input: L1Operand;
      readonly output: L1Operand;
    }
  | {
      readonly kind: 'sum';
      readonly tiling: SumTiling;
      readonly inL2: boolean;
      readonly inputs: readonly [L1Operand, L1Operand];
      readonly output: L1Operand;
    }
  | { readonly kind: 'analog'; readonly tiling: AnalogTiling };

/** A place in L1; `resident` where the whole tensor lies there, otherwise a tile of it is copied in or out. */
export interface L1Operand {
  readonly address: number;
  readonly resident: boolean;
}

export interface L1Plan {
  readonly layers: readonly LayerPlan[];
  /** Values that lie whole in L1 from their making to their last use: address and bytes. */
  readonly residents: ReadonlyMap<ValueId, { readonly address: number; readonly bytes: number }>;
  readonly peakBytes: number;
  readonly peakWeightBytes: number;
}

type Tiling = ConvTiling | DenseTiling | SumTiling | AnalogTiling;

/** Bytes of L1 that a whole output takes, with the planes that the core writes beyond it and the slack of copies. */
function residentBytes(layer: CoreLayer): number {
  const { planeBytes, bytes } = coreLayout(layer.output);
  return withCopySlack(layer.kind === 'conv' ? writtenPlanes(layer, layer.output[1]!) * planeBytes : bytes);
}

/** What stays in L1, the tilings of all layers beside it, and the bytes of L1 that it takes while each layer runs. */
interface Choice {
  readonly resident: Set<ValueId>;
  readonly tilings: Tiling[];
  readonly taken: number[];
}

/** The search for what stays in L1 between layers. */
class Planner {
  readonly #nodes: readonly LayerNode[];
  readonly #hw: HardwareParameters;
  readonly #fixedBytes: number;
  readonly #producer = new Map<ValueId, number>();
  readonly #users = new Map<ValueId, number[]>();
  readonly #cache = new Map<string, Tiling | null>();

  constructor(nodes: readonly LayerNode[], hw: HardwareParameters, fixedBytes: number) {
    this.#nodes = nodes;
    this.#hw = hw;
    this.#fixedBytes = fixedBytes;
    nodes.forEach((n, i) => {
      this.#producer.set(n.output, i);
      for (const v of new Set(n.inputs)) {
        const users = this.#users.get(v);
        if (users === undefined) this.#users.set(v, [i]);
        else users.push(i);
      }
    });
  }

  /** Values made by one layer of the digital core and used by others, in the order of their making. What the analog core reads and makes lies in banks. */
  candidates(): ValueId[] {
    const isDigital = (i: number): boolean => this.#nodes[i]!.layer.kind !== 'analog';
    return this.#nodes
      .filter((_, i) => isDigital(i))
      .map((n) => n.output)
      .filter((v) => this.#users.get(v)?.every(isDigital) ?? false);
  }

  #life(v: ValueId): Interval {
    const from = this.#producer.get(v)!;
    return { bytes: residentBytes(this.#nodes[from]!.layer), from, to: this.#users.get(v)!.at(-1)! };
  }

  #tile(i: number, resident: ReadonlySet<ValueId>, l1Bytes: number): Tiling | null {
    const node = this.#nodes[i]!;
    const output = resident.has(node.output);
    const outputInL2 =
      node.outputLeaves || (!output && this.#users.has(node.output)) || !this.#users.has(node.output);
    const inputs = node.inputs.map((v) => resident.has(v));
    const key = [i, output, outputInL2, ...inputs, l1Bytes].join();
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const made = this.#tileLayer(node, { inputs, output, outputInL2 }, l1Bytes);
    this.#cache.set(key, made);
    return made;
  }

  #tileLayer(
    node: LayerNode,
    r: { inputs: readonly boolean[]; output: boolean; outputInL2: boolean },
    l1Bytes: number,
  ): Tiling | null {
    const { layer } = node;
    if (layer.kind === 'analog') return tileAnalog(layer, l1Bytes, this.#hw, ANALOG_FIXED_BYTES);
    if (layer.kind === 'sum') {
      const [a, b] = node.inputs as [ValueId, ValueId];
      const sum: SumResidency = {
        inputs: [r.inputs[0]!, r.inputs[1]!],
        same: a === b,
        output: r.output,
        outputInL2: r.outputInL2,
      };
      return tileSum(layer, sum, l1Bytes, this.#hw, this.#fixedBytes);
    }
    const residency: Residency = { input: r.inputs[0]!, output: r.output, outputInL2: r.outputInL2 };
    return layer.kind === 'conv'
      ? tileConv(layer, residency, l1Bytes, this.#hw, this.#fixedBytes)
      : tileDense(layer, residency, l1Bytes, this.#hw, this.#fixedBytes);
  }

  /** Counts `v` among what residents take while each layer runs, or no longer. */
  #take(taken: number[], v: ValueId, times: 1 | -1): void {
    const { bytes, from, to } = this.#life(v);
    for (let i = from; i <= to; i++) taken[i]! += times * bytes;
  }

  /** The tilings of all layers with nothing resident; null when a layer or the whole does not fit. */
  start(): Choice | null {
    const resident = new Set<ValueId>();
    const tilings: Tiling[] = [];
    for (let i = 0; i < this.#nodes.length; i++) {
      const tiling = this.#tile(i, resident, this.#hw.chip.l1Bytes);
      if (tiling === null) return null;
      tilings.push(tiling);
    }
    const choice = { resident, tilings, taken: this.#nodes.map(() => 0) };
    return this.#fits(choice) ? choice : null;
  }

  /**
   * Keeps `v` in L1 too, if everything still fits and the layers get faster: only those that run while it is there change. Changes
   * `choice` then.
   */
  tryKeep(choice: Choice, v: ValueId): void {
    const { from, to } = this.#life(v);
    const { resident, tilings, taken } = choice;
    const before = tilings.slice(from, to + 1);
    resident.add(v);
    this.#take(taken, v, 1);
    const after: Tiling[] = [];
    let gain = 0;
    for (let i = from; i <= to; i++) {
      const tiling = this.#tile(i, resident, this.#hw.chip.l1Bytes - taken[i]!);
      if (tiling === null) break;
      after.push(tiling);
      gain += before[i - from]!.cycles - tiling.cycles;
    }
    if (after.length === before.length && gain > 0) {
      for (let i = from; i <= to; i++) tilings[i] = after[i - from]!;
      if (this.#fits(choice)) return;
      for (let i = from; i <= to; i++) tilings[i] = before[i - from]!;
    }
    resident.delete(v);
    this.#take(taken, v, -1);
  }

  /** What needs a place in L1: residents for their lives, operands while their layer runs (their indices; -1 for residents). */
  #intervals({ resident, tilings }: Choice) {
    const lives = [...resident].map((v) => ({ v, life: this.#life(v) }));
    const intervals: Interval[] = lives.map(({ life }) => life);
    const slot = (bytes: number, at: number): number => intervals.push({ bytes, from: at, to: at }) - 1;
    const slots = tilings.map((t, i) => ({
      inputs: ('operandBytes' in t ? t.operandBytes : [t.inputBytes]).map((b) => (b > 0 ? slot(b, i) : -1)),
      output: t.outputBytes > 0 ? slot(t.outputBytes, i) : -1,
    }));
    return { lives, intervals, slots };
  }

  #fits(choice: Choice): boolean {
    return fits(this.#intervals(choice).intervals, LINE_BYTES, this.#hw.chip.l1Bytes);
  }

  /** The addresses of a choice. */
  place(choice: Choice): L1Plan {
    const { tilings } = choice;
    const { lives, intervals, slots } = this.#intervals(choice);
    const { offsets, peak } = placeIntervals(intervals, LINE_BYTES);
    const residents = new Map(
      lives.map(({ v, life }, i) => [v, { address: offsets[i]!, bytes: life.bytes }]),
    );
    const operand = (index: number, v: ValueId): L1Operand =>
      index >= 0
        ? { address: offsets[index]!, resident: false }
        : { address: residents.get(v)?.address ?? -1, resident: true };
    const layers = tilings.map((tiling, i): LayerPlan => {
      if ('kind' in tiling) return { kind: 'analog', tiling };
      const node = this.#nodes[i]!;
      const s = slots[i]!;
      const output = operand(s.output, node.output);
      const inL2 = node.outputLeaves || !output.resident;
      const inputs = s.inputs.map((index, k) => operand(index, node.inputs[k]!));
      if ('chunks' in tiling) {
        const a = inputs[0]!;
        const b = node.inputs[0] === node.inputs[1] ? a : inputs[1]!;
        return { kind: 'sum', tiling, inL2, inputs: [a, b], output };
      }
      return 'outputs' in tiling
        ? { kind: 'dense', tiling, inL2, input: inputs[0]!, output }
        : { kind: 'conv', tiling, inL2, input: inputs[0]!, output };
    });
    const weightBytes = tilings.map((t) => ('weightBytes' in t ? t.weightBytes : 0));
    return {
      layers,
      residents,
      peakBytes: peak,
      peakWeightBytes: weightBytes.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  /** Bytes of L1 that the layer's smallest tile takes, by bisection: what fits in some L1 fits in every larger one. */
  #smallestTile(i: number): number {
    let fits = this.#hw.chip.l1Bytes;
    let fails = fits;
    while (this.#tile(i, new Set(), fits) === null) {
      fails = fits;
      fits *= 2;
    }
    while (fits - fails > 1) {
      const middle = Math.floor((fits + fails) / 2);
      if (this.#tile(i, new Set(), middle) === null) fails = middle;
      else fits = middle;
    }
    return fits;
  }

  /** Throws for the first layer of which not even the smallest tile fits L1. */
  explain(): never {
    for (const [i, node] of this.#nodes.entries())
      if (this.#tile(i, new Set(), this.#hw.chip.l1Bytes) === null)
        throw new LimitError({
          subject: `layer ${node.name}: L1`,
          value: this.#hw.chip.l1Bytes,
          unit: 'bytes',
          rule: `at least ${this.#smallestTile(i)}, its smallest tile`,
          fix: 'Enlarge --l1, or compile with --target c.',
        });
    throw new Error('a plan without residents must fit when every layer does');
  }
}

/**
 * Tiles every layer and decides which tensors stay in L1 from the layer that makes them to those that use them: in the order of
 * their making, each is kept if everything still fits and the cycle model says that the network gets faster. With `reuse` off
 * every tensor goes through L2. Throws a LimitError when a layer's smallest tile exceeds L1.
 */
export function planL1(
  nodes: readonly LayerNode[],
  hw: HardwareParameters,
  options: { readonly reuse: boolean; readonly fixedBytes: number },
): L1Plan {
  const planner = new Planner(nodes, hw, options.fixedBytes);
  const choice = planner.start() ?? planner.explain();
  if (options.reuse) for (const v of planner.candidates()) planner.tryKeep(choice, v);
  return planner.place(choice);
}
