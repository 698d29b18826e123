import { UserError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { Seed } from '../../base/random.js';
import type { Model } from '../ir/expr.js';
import { residual, singleConv, twoConvs } from './notebook.js';
import { buildNetwork, type Network } from './random-network.js';
import { rangesOf } from './ranges.js';
import { RESNET8 } from './resnet8.js';

/** A model that can be built by name. */
export interface ModelEntry {
  readonly name: string;
  readonly description: string;
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

/** Networks with random parameters whose ranges src/models/ranges.ts holds. */
export const NETWORKS: readonly Network[] = [RESNET8];

const MODELS: readonly ModelEntry[] = [
  ...NOTEBOOK,
  ...NETWORKS.map((network) => ({
    name: network.name,
    description: network.description,
    build: (seed: Seed) => buildNetwork(network, seed, rangesOf(network.name)),
  })),
];

/** Names of all models, in the order in which to list them. */
export const modelNames = (): string[] => MODELS.map((m) => m.name);

/** The entry named `name`. Throws a UserError with the nearest names when there is none. */
export function modelEntry(name: string): ModelEntry {
  const found = MODELS.find((m) => m.name === name);
  if (found === undefined)
    throw new UserError(`model ${name} is not known; nearest: ${nearest(name, modelNames()).join(', ')}.`);
  return found;
}

/** The model named `name`, with the parameters that `seed` gives. Throws a UserError when there is none. */
export const buildModel = (name: string, seed: Seed = DEFAULT_SEED): Model => modelEntry(name).build(seed);
