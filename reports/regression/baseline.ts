import type { HardwareParameters } from '../../sim/isa/parameters.js';
import type { ModelResult, ResultDocument } from '../../src/results/document.js';
import { energyOf } from '../../src/results/energy.js';
import type {
  BytesMoved,
  CyclesByReason,
  Energy,
  JobCounts,
  LayerResult,
  PeakMemory,
  RunResult,
} from '../../src/results/run.js';
import type { Strength } from '../../src/results/strength.js';
import { fileNamePart } from '../file-name.js';
import { shapeLabel } from '../metrics.js';
import { check, type Format, parseJson } from '../read.js';
import { BASELINE_SCHEMA } from '../schema/baseline.js';

export const BASELINE_FORMAT = 'diana-sim-baseline';
export const BASELINE_VERSION = 1;

/** What must not change from one version of the software to the next, for one model. */
export interface Baseline {
  readonly format: typeof BASELINE_FORMAT;
  readonly version: typeof BASELINE_VERSION;
  /** The version that recorded it; not compared. */
  readonly generator: string;
  readonly model: string;
  /** What the user named it by, where that is not its name: a file. */
  readonly source?: string;
  readonly target: string;
  /** Seed of the inputs and of the random parameters. */
  readonly seed: string;
  readonly hardware: HardwareParameters;
  /** sha256 of each output tensor, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly totals: Costs & {
    /** An estimate from published power figures; absent in baselines of earlier releases. */
    readonly energy?: Energy;
  };
  readonly memory: PeakMemory;
  readonly warnings: number;
  readonly layers: readonly BaselineLayer[];
  /** Of the faults that `--strength` planted, how many the test misses; absent where it was not measured. */
  readonly strength?: BaselineStrength;
}

export interface BaselineStrength {
  readonly planted: number;
  readonly missed: number;
}

/** What a layer or a run costs. */
export interface Costs {
  readonly cycles: CyclesByReason;
  readonly totalCycles: number;
  readonly tiles: number;
  readonly jobs: JobCounts;
  readonly usefulMacs: number;
  readonly issuedMacs: number;
  readonly bytes: BytesMoved;
}

export interface BaselineLayer extends Costs {
  /** Names the layer in both versions: see `layerKeys`. */
  readonly key: string;
  readonly target: 'digital' | 'analog' | 'host';
  /** sha256 of the layer's output. */
  readonly checksum?: string;
}

/**
 * A name for each layer that survives the renumbering of functions: its name in the model, else its operators and output
 * shape; "#2" and so on for what repeats.
 */
export function layerKeys(layers: readonly LayerResult[]): string[] {
  const seen = new Map<string, number>();
  return layers.map((layer) => {
    const short = layer.operators.map((operator) => operator.replace(/^(qnn|nn)\./, '')).join('+');
    const key = layer.layer ?? `${short} to ${shapeLabel(layer.output)}`;
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return number === 1 ? key : `${key} #${number}`;
  });
}

const costsOf = (item: Costs): Costs => ({
  cycles: item.cycles,
  totalCycles: item.totalCycles,
  tiles: item.tiles,
  jobs: item.jobs,
  usefulMacs: item.usefulMacs,
  issuedMacs: item.issuedMacs,
  bytes: item.bytes,
});

/** The baseline of a run whose inputs and random parameters came from `seed`. */
export function baselineOf(
  run: RunResult,
  seed: string,
  generator: string,
  source = run.model,
  strength?: Strength,
): Baseline {
  const keys = layerKeys(run.layers);
  return {
    format: BASELINE_FORMAT,
    version: BASELINE_VERSION,
    generator,
    model: run.model,
    ...(source !== run.model && { source }),
    target: run.target,
    seed,
    hardware: run.hardware,
    outputs: run.outputs,
    totals: { ...costsOf(run.totals), energy: run.totals.energy ?? energyOf(run.totals) },
    memory: run.memory,
    warnings: run.warnings.length,
    layers: run.layers.map((layer, i) => ({
      key: keys[i] ?? '',
      target: layer.target,
      ...(layer.checksum !== undefined && { checksum: layer.checksum }),
      ...costsOf(layer),
    })),
    ...(strength !== undefined && {
      strength: { planted: strength.planted, missed: strength.planted - strength.noticed },
    }),
  };
}

/**
 * Baselines of the models of a result document; the seed is the one of its verdicts, "" where there are none.
 *
 * @example
 * const [before] = baselinesOfResult(readResult(text, 'result.json'));
 */
export const baselinesOfResult = (doc: ResultDocument): Baseline[] =>
  doc.models.map((result: ModelResult) =>
    baselineOf(result.run, result.verdicts[0]?.seed ?? '', doc.generator, undefined, result.strength),
  );

/** "resnet8.json": the file of a model's baseline in its folder. */
export const baselineFile = (model: string): string => `${fileNamePart(model)}.json`;

const FORMAT: Format = { format: BASELINE_FORMAT, version: BASELINE_VERSION, schema: BASELINE_SCHEMA };

/**
 * Reads a baseline file. Throws a UserError of one line for anything else.
 *
 * @example
 * const before = readBaseline(text, 'resnet8.json');
 */
export function readBaseline(text: string, name: string): Baseline {
  const value = parseJson(text, name);
  check(value, FORMAT, name);
  return value as Baseline;
}
