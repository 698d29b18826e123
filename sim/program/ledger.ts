import type { Layer } from '../../src/program/types.js';
import { coreCycles, energyOf } from '../../src/results/energy.js';
import { ratesOf } from '../../src/results/rates.js';
import {
  type BytesMoved,
  type CyclesByReason,
  type LayerResult,
  noCycles,
  type Reason,
  type RunTotals,
} from '../../src/results/run.js';
import type { ComputeReport, CopyReport } from '../core/digital-core.js';
import { OperationCosts } from '../core/operation-costs.js';
import { peakMacsPerCycle } from '../isa/array.js';
import { COST_MODEL_NAMES, COST_MODELS, type CostModelName } from '../isa/cost-models.js';
import { copyCycles, fetchCycles, weightCycles } from '../isa/cycles.js';
import type { CycleParameters, HardwareParameters } from '../isa/parameters.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const noBytes = (): Mutable<BytesMoved> => ({
  l2ToL1: 0,
  l1ToL2: 0,
  weights: 0,
  instructions: 0,
  hostRead: 0,
  hostWritten: 0,
});

/** What one layer has cost so far. */
export class LayerAccount {
  readonly cycles = noCycles();
  readonly others: Readonly<Record<string, Mutable<CyclesByReason>>>;
  /** The same in the models' order. */
  readonly inOrder: readonly Mutable<CyclesByReason>[];
  readonly bytes = noBytes();
  copies = 0;
  compute = 0;
  tiles = 0;
  issuedMacs = 0;
  overflows = 0;
  checksum: string | undefined;

  constructor(models: readonly string[]) {
    this.inOrder = models.map(noCycles);
    const others: Record<string, Mutable<CyclesByReason>> = {};
    for (let i = 0; i < models.length; i++) others[models[i]!] = this.inOrder[i]!;
    this.others = others;
  }
}

const sameCycles = (a: CycleParameters, b: CycleParameters): boolean =>
  (Object.keys(a) as (keyof CycleParameters)[]).every((key) => a[key] === b[key]);

/** In the order of `REASONS`: cycles may be fractions. */
const sumOf = (c: CyclesByReason): number =>
  c.copyIn + c.copyOut + c.weights + c.instructions + c.compute + c.launch + c.tileLoop + c.host;

function add(sum: Mutable<CyclesByReason>, more: CyclesByReason): void {
  sum.copyIn += more.copyIn;
  sum.copyOut += more.copyOut;
  sum.weights += more.weights;
  sum.instructions += more.instructions;
  sum.compute += more.compute;
  sum.launch += more.launch;
  sum.tileLoop += more.tileLoop;
  sum.host += more.host;
}

/** All but the tiles, in the same order. A rest pattern takes the engine many times as long. */
function withoutTiles(layer: Layer): Omit<Layer, 'tiles'> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(layer) as (keyof Layer)[]) if (key !== 'tiles') out[key] = layer[key];
  return out as unknown as Omit<Layer, 'tiles'>;
}

/** `sum` and `times` times `addend`, as one addition after another gives it: of whole numbers the product, fractions are rounded each time. */
function plus(sum: number, addend: number, times: number): number {
  if (Number.isInteger(sum) && Number.isInteger(addend)) return sum + times * addend;
  for (let i = 0; i < times; i++) sum += addend;
  return sum;
}

/** Collects cycles, bytes, jobs and MACs by layer, and keeps the clock: it advances only with a reason. */
export class Ledger {
  readonly #accounts: readonly LayerAccount[];
  readonly #layers: readonly Layer[];
  readonly #clockHz: number;
  /** Multiply-accumulates a cycle. */
  readonly #peak: number;
  /** The cost models that the run's parameters are not. */
  readonly #models: readonly CostModelName[];
  /** Their parameters. */
  readonly #others: readonly CycleParameters[];
  readonly #costs: readonly OperationCosts[];
  #now = 0;

  constructor(layers: readonly Layer[], hardware: HardwareParameters) {
    this.#clockHz = hardware.chip.clockHz;
    this.#peak = peakMacsPerCycle(hardware);
    this.#layers = layers;
    this.#models = COST_MODEL_NAMES.filter((name) => !sameCycles(COST_MODELS[name].cycles, hardware.cycles));
    this.#others = this.#models.map((name) => COST_MODELS[name].cycles);
    this.#costs = this.#others.map((p) => new OperationCosts(p, hardware.array));
    this.#accounts = layers.map(() => new LayerAccount(this.#models));
  }

  get now(): number {
    return this.#now;
  }

  account(layer: number): LayerAccount {
    return this.#accounts[layer]!;
  }

  spend(layer: number, reason: Reason, cycles: number): void {
    this.account(layer).cycles[reason] += cycles;
    this.#now += cycles;
  }

  /** What the other cost models count for a turn of a layer's loop over tiles. */
  compareTileLoop(layer: number): void {
    const { inOrder } = this.account(layer);
    for (let i = 0; i < inOrder.length; i++) inOrder[i]!.tileLoop += this.#others[i]!.tileLoop;
  }

  /** The same for what every model takes from ours: host kernels, jobs of the analog core. */
  compareEqual(layer: number, reason: Reason, cycles: number): void {
    for (const account of this.account(layer).inOrder) account[reason] += cycles;
  }

  /** The same for a copy. */
  compareCopy(layer: number, { kind, bytes }: CopyReport): void {
    const { inOrder } = this.account(layer);
    for (let i = 0; i < inOrder.length; i++) {
      const cycles = copyCycles(bytes, this.#others[i]!);
      if (kind === 'copyIn') inOrder[i]!.copyIn += cycles;
      else inOrder[i]!.copyOut += cycles;
    }
  }

  /** The same for a compute job. */
  compareCompute(layer: number, report: ComputeReport): void {
    const { inOrder } = this.account(layer);
    for (let i = 0; i < inOrder.length; i++) {
      const p = this.#others[i]!;
      const account = inOrder[i]!;
      account.launch += p.launch;
      account.instructions += fetchCycles(report.instructionBytes, p);
      account.weights += weightCycles(report.weightBytes, p);
      for (const { operation } of report.instructions) account.compute += this.#costs[i]!.cycles(operation);
    }
  }

  /** `count` more compute jobs of one instruction that each report the same. Adds the clock at the start of each to `started`. */
  repeat(layer: number, report: ComputeReport, count: number, started: number[]): void {
    const account = this.account(layer);
    account.compute += count;
    account.bytes.weights += count * report.weightBytes;
    account.bytes.instructions += count * report.instructionBytes;
    account.issuedMacs += count * report.issuedMacs;
    const { launch, instructions, weights, compute } = report.cycles;
    const { cycles } = account;
    const each = launch + instructions + weights + compute;
    const whole = [this.#now, launch, instructions, weights, compute].every(Number.isInteger);
    for (let i = 0; i < count; i++) {
      started.push(this.#now);
      // Fractions one by one: the order of additions is part of their sum.
      if (whole) this.#now += each;
      else for (const part of [launch, instructions, weights, compute]) this.#now += part;
    }
    cycles.launch = plus(cycles.launch, launch, count);
    cycles.instructions = plus(cycles.instructions, instructions, count);
    cycles.weights = plus(cycles.weights, weights, count);
    cycles.compute = plus(cycles.compute, compute, count);
    for (let i = 0; i < account.inOrder.length; i++) {
      const p = this.#others[i]!;
      const other = account.inOrder[i]!;
      const { operation } = report.instructions[0]!;
      other.launch = plus(other.launch, p.launch, count);
      other.instructions = plus(other.instructions, fetchCycles(report.instructionBytes, p), count);
      other.weights = plus(other.weights, weightCycles(report.weightBytes, p), count);
      other.compute = plus(other.compute, this.#costs[i]!.cycles(operation), count);
    }
  }

  layers(): LayerResult[] {
    return this.#layers.map((layer, i) => {
      const a = this.#accounts[i]!;
      // Field after field: a literal with spreads inside takes the engine many times as long.
      const out = withoutTiles(layer) as Mutable<LayerResult>;
      out.tiles = a.tiles;
      if (layer.tiles.length > 0) out.tiling = layer.tiles;
      out.jobs = { copies: a.copies, compute: a.compute };
      out.issuedMacs = a.issuedMacs;
      out.cycles = a.cycles;
      out.totalCycles = sumOf(a.cycles);
      out.otherModels = a.others;
      out.energy = energyOf({
        cycles: a.cycles,
        usefulMacs: layer.usefulMacs,
        analogCycles: layer.target === 'analog' ? coreCycles(a.cycles) : 0,
      });
      const rates = ratesOf(layer.usefulMacs, out.totalCycles, this.#clockHz, this.#peak);
      out.macPerCycle = rates.macPerCycle;
      out.utilization = rates.utilization;
      out.milliseconds = rates.milliseconds;
      out.bytes = a.bytes;
      out.overflows = a.overflows;
      if (a.checksum !== undefined) out.checksum = a.checksum;
      return out;
    });
  }

  totals(): RunTotals {
    const cycles = noCycles();
    const others = this.#models.map(noCycles);
    const bytes = noBytes();
    const total = { tiles: 0, copies: 0, compute: 0, usefulMacs: 0, issuedMacs: 0, overflows: 0 };
    this.#accounts.forEach((a, i) => {
      add(cycles, a.cycles);
      for (let m = 0; m < others.length; m++) add(others[m]!, a.inOrder[m]!);
      for (const key in bytes) bytes[key as keyof BytesMoved] += a.bytes[key as keyof BytesMoved];
      total.tiles += a.tiles;
      total.copies += a.copies;
      total.compute += a.compute;
      total.usefulMacs += this.#layers[i]!.usefulMacs;
      total.issuedMacs += a.issuedMacs;
      total.overflows += a.overflows;
    });
    const { copies, compute, ...rest } = total;
    const totalCycles = sumOf(cycles);
    const rates = ratesOf(rest.usefulMacs, totalCycles, this.#clockHz, this.#peak);
    const analogCycles = this.#accounts.reduce(
      (n, a, i) => n + (this.#layers[i]!.target === 'analog' ? coreCycles(a.cycles) : 0),
      0,
    );
    const energy = energyOf({ cycles, usefulMacs: rest.usefulMacs, analogCycles });
    const otherModels = Object.fromEntries(this.#models.map((name, m) => [name, others[m]!]));
    return { ...rest, ...rates, cycles, totalCycles, otherModels, energy, jobs: { copies, compute }, bytes };
  }
}
