import type { Layer } from '../../src/program/types.js';
import { coreCycles, energyOf } from '../../src/results/energy.js';
import { ratesOf } from '../../src/results/rates.js';
import type { BytesMoved, CyclesByReason, LayerResult, Reason, RunTotals } from '../../src/results/run.js';
import { REASONS } from '../../src/results/run.js';
import { COST_MODEL_NAMES, COST_MODELS, type CostModelName } from '../isa/cost-models.js';
import type { CycleParameters, HardwareParameters } from '../isa/parameters.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const noCycles = (): Mutable<CyclesByReason> =>
  Object.fromEntries(REASONS.map((r) => [r, 0])) as Mutable<CyclesByReason>;
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
  readonly bytes = noBytes();
  copies = 0;
  compute = 0;
  tiles = 0;
  issuedMacs = 0;
  overflows = 0;
  checksum: string | undefined;

  constructor(models: readonly string[]) {
    this.others = Object.fromEntries(models.map((name) => [name, noCycles()]));
  }
}

const sameCycles = (a: CycleParameters, b: CycleParameters): boolean =>
  (Object.keys(a) as (keyof CycleParameters)[]).every((key) => a[key] === b[key]);

const sumOf = (cycles: CyclesByReason): number => REASONS.reduce((n, r) => n + cycles[r], 0);

/** Collects cycles, bytes, jobs and MACs by layer, and keeps the clock: it advances only with a reason. */
export class Ledger {
  readonly #accounts: readonly LayerAccount[];
  readonly #layers: readonly Layer[];
  readonly #clockHz: number;
  /** The cost models that the run's parameters are not. */
  readonly #models: readonly CostModelName[];
  #now = 0;

  constructor(layers: readonly Layer[], hardware: HardwareParameters) {
    this.#clockHz = hardware.chip.clockHz;
    this.#layers = layers;
    this.#models = COST_MODEL_NAMES.filter((name) => !sameCycles(COST_MODELS[name].cycles, hardware.cycles));
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

  /** What the other cost models count for what a layer has just spent. */
  compare(layer: number, reason: Reason, cycles: (p: CycleParameters) => number): void {
    const { others } = this.account(layer);
    for (const name of this.#models) others[name]![reason] += cycles(COST_MODELS[name].cycles);
  }

  layers(): LayerResult[] {
    return this.#layers.map(({ tiles: tiling, ...layer }, i) => {
      const a = this.#accounts[i]!;
      return {
        ...layer,
        tiles: a.tiles,
        ...(tiling.length === 0 ? {} : { tiling }),
        jobs: { copies: a.copies, compute: a.compute },
        issuedMacs: a.issuedMacs,
        cycles: a.cycles,
        totalCycles: sumOf(a.cycles),
        otherModels: a.others,
        energy: energyOf({
          cycles: a.cycles,
          usefulMacs: layer.usefulMacs,
          analogCycles: layer.target === 'analog' ? coreCycles(a.cycles) : 0,
        }),
        ...ratesOf(layer.usefulMacs, sumOf(a.cycles), this.#clockHz),
        bytes: a.bytes,
        overflows: a.overflows,
        ...(a.checksum === undefined ? {} : { checksum: a.checksum }),
      };
    });
  }

  totals(): RunTotals {
    const cycles = noCycles();
    const otherModels = Object.fromEntries(this.#models.map((name) => [name, noCycles()]));
    const bytes = noBytes();
    const total = { tiles: 0, copies: 0, compute: 0, usefulMacs: 0, issuedMacs: 0, overflows: 0 };
    this.#accounts.forEach((a, i) => {
      for (const r of REASONS) {
        cycles[r] += a.cycles[r];
        for (const name of this.#models) otherModels[name]![r] += a.others[name]![r];
      }
      for (const key of Object.keys(bytes) as (keyof BytesMoved)[]) bytes[key] += a.bytes[key];
      total.tiles += a.tiles;
      total.copies += a.copies;
      total.compute += a.compute;
      total.usefulMacs += this.#layers[i]!.usefulMacs;
      total.issuedMacs += a.issuedMacs;
      total.overflows += a.overflows;
    });
    const { copies, compute, ...rest } = total;
    const totalCycles = sumOf(cycles);
    const rates = ratesOf(rest.usefulMacs, totalCycles, this.#clockHz);
    const analogCycles = this.#accounts.reduce(
      (n, a, i) => n + (this.#layers[i]!.target === 'analog' ? coreCycles(a.cycles) : 0),
      0,
    );
    const energy = energyOf({ cycles, usefulMacs: rest.usefulMacs, analogCycles });
    return { ...rest, ...rates, cycles, totalCycles, otherModels, energy, jobs: { copies, compute }, bytes };
  }
}
