import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import type { Seed } from '../base/random.js';
import type { Model } from '../ir/expr.js';
import { ANALOG_NETWORKS, ANALOG_SUITE, type AnalogNetwork } from './analog.js';
import { DAE } from './dae.js';
import { DS_CNN } from './ds-cnn.js';
import { HTVM_SUITE } from './htvm-suite.js';
import { MOBILENET_V1 } from './mobilenet-v1.js';
import { MOBILENET_V2 } from './mobilenet-v2.js';
import { residual, singleConv, twoConvs } from './notebook.js';
import { buildNetwork, type LayerRange, type Network } from './random-network.js';
import { rangesOf } from './ranges.js';
import { RESNET8 } from './resnet8.js';
import { RESNET20 } from './resnet20.js';

/** A model that can be built by name. */
export interface ModelEntry {
  readonly name: string;
  readonly description: string;
  /** Its model with the parameters that `seed` gives. */
  readonly build: (seed: Seed) => Model;
}

export const DEFAULT_SEED: Seed = 0;

const NOTEBOOK: readonly ModelEntry[] = [
  { name: 'single-conv', description: "the notebook's conv of 3 to 5 channels", build: singleConv },
  {
    name: 'two-convs',
    description: "the notebook's two convs",
    build: (seed) => twoConvs('two-convs', [1, 1], seed),
  },
  {
    name: 'two-convs-stride12',
    description: "the notebook's two convs, the second with strides (1, 2): stays on the host",
    build: (seed) => twoConvs('two-convs-stride12', [1, 2], seed),
  },
  { name: 'residual', description: "the notebook's two convs and residual sum", build: residual },
];

const NETWORKS: readonly Network[] = [RESNET8, DS_CNN, MOBILENET_V1, DAE, RESNET20, MOBILENET_V2];

/** The networks whose shifts and biases src/models/ranges-table.ts holds. */
export const TUNED_NETWORKS: readonly Network[] = [
  ...NETWORKS,
  ...HTVM_SUITE.filter((c) => c.range === undefined).map((c) => c.network),
];

function entry(network: Network, fixed?: LayerRange): ModelEntry {
  const { name, description } = network;
  const rangeOf = fixed === undefined ? rangesOf(name) : () => fixed;
  return { name, description, build: (seed) => buildNetwork(network, seed, rangeOf) };
}

const analogEntry = ({ network, rangeOf }: AnalogNetwork): ModelEntry => ({
  name: network.name,
  description: network.description,
  build: (seed) => buildNetwork(network, seed, rangeOf),
});

const MODELS: readonly ModelEntry[] = [...NOTEBOOK, ...NETWORKS.map((network) => entry(network))];

/** Names that stand for several models. */
const SUITES: ReadonlyMap<string, readonly ModelEntry[]> = new Map([
  ['all', MODELS],
  ['htvm-suite', [...HTVM_SUITE.map((c) => entry(c.network, c.range)), ...ANALOG_SUITE.map(analogEntry)]],
  ['analog', ANALOG_NETWORKS.map(analogEntry)],
]);
const EVERY_MODEL = [...new Set([...SUITES.values()].flat())];

/**
 * Names of the models to list: all but the single layers of suites.
 *
 * @example
 * modelNames().includes('resnet8'); // true
 */
export const modelNames = (): string[] => MODELS.map((m) => m.name);
/**
 * Names of the suites: "all" (what modelNames lists), "htvm-suite" and "analog" (networks with ternary layers).
 *
 * @example
 * suiteNames(); // ['all', 'htvm-suite', 'analog']
 */
export const suiteNames = (): string[] => [...SUITES.keys()];

const unknown = (what: string, name: string, known: readonly string[]): UserError =>
  new UserError(`${what} ${name} is not known; nearest: ${nearest(name, known).join(', ')}.`);

/**
 * The models of the suite `name`, in a fixed order. Throws a UserError with the nearest names when there is none.
 *
 * @example
 * const models = suiteModels('htvm-suite').map((entry) => entry.build(0));
 */
export function suiteModels(name: string): readonly ModelEntry[] {
  const found = SUITES.get(name);
  if (found === undefined) throw unknown('suite', name, suiteNames());
  return found;
}

/** Whether `name` is a model's or a suite's. */
export const isModelName = (name: string): boolean =>
  SUITES.has(name) || EVERY_MODEL.some((m) => m.name === name);

/** The model named `name`, also one of a suite's. Throws a UserError with the nearest names when there is none. */
export function modelEntry(name: string): ModelEntry {
  const found = EVERY_MODEL.find((m) => m.name === name);
  if (found === undefined) throw unknown('model', name, [...suiteNames(), ...EVERY_MODEL.map((m) => m.name)]);
  return found;
}

/**
 * The models that `names` stand for, each once, suites expanded in place. Throws a UserError for an unknown name.
 *
 * @example
 * expandModels(['resnet8', 'htvm-suite']).length; // 110
 */
export const expandModels = (names: readonly string[]): readonly ModelEntry[] => [
  ...new Set(names.flatMap((name) => SUITES.get(name) ?? [modelEntry(name)])),
];

/**
 * The model named `name`, with the parameters that `seed` gives. Throws a UserError when there is none.
 *
 * @example
 * const model = buildModel('resnet8');
 */
export const buildModel = (name: string, seed: Seed = DEFAULT_SEED): Model => modelEntry(name).build(seed);
