import { LINE_BYTES, withCopySlack } from '../../sim/isa/geometry.js';
import { coreLayout } from '../../sim/isa/layout.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { LimitError } from '../base/errors.js';
import type { CoreLayer } from '../passes/match.js';
import { ANALOG_FIXED_BYTES } from './emit/analog.js';
import { IntervalFit } from './interval-fit.js';
import { type Interval, placeIntervals } from './interval-plan.js';
import { type AnalogTiling, tileAnalog } from './tiling/analog.js';
import { type ConvTiling, tileConv } from './tiling/conv.js';
import { writtenPlanes } from './tiling/conv-geometry.js';
import { type DenseTiling, tileDense } from './tiling/dense.js';
import { type PixelConvTiling, tilePixelConv } from './tiling/pixel-conv.js';
import { type PixelSumTiling, tilePixelSum } from './tiling/pixel-sum.js';
import type { Residency } from './tiling/residency.js';
import type { SearchWork } from './tiling/search-work.js';
import { type SumResidency, type SumTiling, tileSum } from './tiling/sum.js';

/** A value on the core's side, by number. */
export type ValueId = number;

/** One accelerator call in the order of the program. */
export interface LayerNode {
  readonly name: string;
  readonly layer: CoreLayer;
  readonly inputs: readonly ValueId[];
  readonly output: ValueId;
  /** Whether the digital core makes pixels of channels for the analog one; a sum reads them, too. */
  readonly pixels?: true;
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
  | InBanks<AnalogTiling>
  | InBanks<PixelConvTiling>
  | InBanks<PixelSumTiling>;

/** A layer that has L1 for itself. */
interface InBanks<T extends { readonly kind: string }> {
  readonly kind: T['kind'];
  readonly tiling: T;
}

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
  /** What the search for tilings and places did. */
  readonly work: PlanWork;
}

export interface PlanWork extends Readonly<SearchWork> {
  /** Offsets in L1 that were found, over all orders of placing. */
  readonly placed: number;
}

type Tiling = ConvTiling | DenseTiling | SumTiling | AnalogTiling | PixelConvTiling | PixelSumTiling;

/** Everything that a layer's tilings depend on beside the room they have: not its weights, nor how it requantizes. */
function kindOf({ layer, inputs, pixels }: LayerNode): string {
  const shapes = `${layer.kind} ${pixels} ${layer.input} ${layer.output}`;
  if (layer.kind === 'sum') return `${shapes} ${inputs[0] === inputs[1]}`;
  if (layer.kind === 'dense') return shapes;
  const { kernelHeight, kernelWidth, stride, padTop, padLeft } = layer;
  const depthwise = layer.kind === 'conv' && layer.depthwise;
  return `${shapes} ${depthwise} ${kernelHeight} ${kernelWidth} ${stride} ${padTop} ${padLeft}`;
}

/** Bytes of L1 that a whole output takes, with the planes that the core writes beyond it and the slack of copies. */
function residentBytes(layer: CoreLayer): number {
  const { planeBytes, bytes } = coreLayout(layer.output);
  return withCopySlack(layer.kind === 'conv' ? writtenPlanes(layer, layer.output[1]!) * planeBytes : bytes);
}

/** What stays in L1, the tilings of all layers beside it, the bytes of L1 that it takes while each layer runs, and where all that fits. */
interface Choice {
  readonly resident: Set<ValueId>;
  readonly tilings: Tiling[];
  readonly taken: number[];
  /** Every interval of `#intervals`, numbered in its order. */
  readonly fit: IntervalFit;
}

/** Operands and output of a layer. */
const PLACES = 3;

/** Bytes that a layer's tiles take in L1: of operand 0 or 1, or of the output (2); 0 where it is resident, or not there. */
function tileBytes(t: Tiling, place: number): number {
  if (place === PLACES - 1) return t.outputBytes;
  if ('operandBytes' in t) return t.operandBytes[place]!;
  return place === 0 ? t.inputBytes : 0;
}

/** The search for what stays in L1 between layers. */
class Planner {
  readonly #nodes: readonly LayerNode[];
  readonly #hw: HardwareParameters;
  readonly #fixedBytes: number;
  readonly #producer = new Map<ValueId, number>();
  readonly #users = new Map<ValueId, number[]>();
  /** By layer: what it is tiled by, equal for layers that are tiled alike. */
  readonly #kinds: readonly string[];
  readonly #cache = new Map<string, Tiling | null>();
  readonly #work: SearchWork = { tilings: 0 };

  constructor(nodes: readonly LayerNode[], hw: HardwareParameters, fixedBytes: number) {
    this.#nodes = nodes;
    this.#hw = hw;
    this.#fixedBytes = fixedBytes;
    this.#kinds = nodes.map(kindOf);
    nodes.forEach((n, i) => {
      this.#producer.set(n.output, i);
      for (const v of new Set(n.inputs)) {
        const users = this.#users.get(v);
        if (users === undefined) this.#users.set(v, [i]);
        else users.push(i);
      }
    });
  }

  /** Values made by one layer of the digital core and used by others, in the order of their making, where none needs L1 for its banks. */
  candidates(): ValueId[] {
    const isPlanar = (i: number): boolean => {
      const { layer, pixels } = this.#nodes[i]!;
      return layer.kind !== 'analog' && pixels !== true;
    };
    return this.#nodes
      .filter((_, i) => isPlanar(i))
      .map((n) => n.output)
      .filter((v) => this.#users.get(v)?.every(isPlanar) ?? false);
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
    const key = [this.#kinds[i], output, outputInL2, ...inputs, l1Bytes].join();
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
    if (node.pixels === true && layer.kind !== 'dense')
      return layer.kind === 'conv'
        ? tilePixelConv(layer, l1Bytes, this.#hw, this.#fixedBytes)
        : tilePixelSum(layer, node.inputs[0] === node.inputs[1], l1Bytes, this.#hw, this.#fixedBytes);
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
      ? tileConv(layer, residency, l1Bytes, this.#hw, this.#fixedBytes, this.#work)
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
    const fit = new IntervalFit(LINE_BYTES, this.#hw.chip.l1Bytes);
    tilings.forEach((t, i) => {
      this.#putTile(fit, i, t);
    });
    return fit.fits() ? { resident, tilings, taken: this.#nodes.map(() => 0), fit } : null;
  }

  /** Residents come first, as in `#intervals`: in the order of their making. */
  #putResident(fit: IntervalFit, v: ValueId, there: boolean): void {
    fit.set(this.#producer.get(v)!, there ? this.#life(v) : undefined);
  }

  #putTile(fit: IntervalFit, i: number, tiling: Tiling, before?: Tiling): void {
    for (let place = 0; place < PLACES; place++) {
      const bytes = tileBytes(tiling, place);
      if (bytes === (before === undefined ? 0 : tileBytes(before, place))) continue;
      const number = this.#nodes.length + i * PLACES + place;
      fit.set(number, bytes > 0 ? { bytes, from: i, to: i } : undefined);
    }
  }

  /**
   * Keeps `v` in L1 too, if everything still fits and the layers get faster: only those that run while it is there change. Changes
   * `choice` then.
   */
  tryKeep(choice: Choice, v: ValueId): void {
    const { from, to } = this.#life(v);
    const { resident, tilings, taken, fit } = choice;
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
      const retile = (made: readonly Tiling[]): void => {
        for (let i = from; i <= to; i++) {
          this.#putTile(fit, i, made[i - from]!, tilings[i]);
          tilings[i] = made[i - from]!;
        }
      };
      this.#putResident(fit, v, true);
      retile(after);
      if (fit.fits()) return;
      this.#putResident(fit, v, false);
      retile(before);
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
      if ('kind' in tiling) return { kind: tiling.kind, tiling } as LayerPlan;
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
      work: { ...this.#work, placed: choice.fit.placed },
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
