import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/index.js';
import { FAULT_KINDS } from '../../scripts/faults/kinds/index.js';
import { type Bed, bedOf, tryFault } from '../../scripts/faults/try.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import { type AnalogSpec, analogModel } from '../analog/random-analog-layer.js';
import { FULL } from '../full.js';
import { everyLayer } from './model.js';

/** A sample of `npm run faults`: small networks, tiled and not, one fault of each kind in the first layer that can have it. */
const beds: Bed[] = [];
beforeAll(async () => {
  const backend = await openBackend('cpu');
  const model = everyLayer();
  const hardware = overrideMemories(DEFAULT_PARAMETERS, { l1: 10_240 });
  beds.push(bedOf('tiled', model, compile(model, { ...DEFAULT_OPTIONS, hardware }), backend, 2));
  beds.push(bedOf('whole', model, compile(model), backend, 2));
  const analog = analogModel(ANALOG);
  const small = overrideMemories(DEFAULT_PARAMETERS, { l1: 8192 });
  beds.push(bedOf('analog', analog, compile(analog, { ...DEFAULT_OPTIONS, hardware: small }), backend, 2));
  if (!FULL) return;
  const resnet = buildModel('resnet8');
  beds.push(bedOf('resnet8', resnet, compile(resnet), backend, 2));
});

/** A layer of the analog core that a small L1 cuts into tiles of rows. */
const ANALOG: AnalogSpec = {
  inputs: 12,
  outputs: 16,
  height: 12,
  width: 16,
  kernel: [5, 3],
  stride: 1,
  gain: 24,
  shift: 3,
  relu: true,
  seed: 4,
};

const first = (kind: (typeof FAULT_KINDS)[number]) => {
  for (const bed of beds)
    for (const layer of bed.program.manifest.layers) {
      const outcome = tryFault(bed, layer, kind, 'test');
      if (outcome?.noticed === true) return outcome;
    }
  return undefined;
};

/** Kinds that the small networks cannot have; `npm run faults` has them. */
const NOT_HERE = [
  'no rows of zeros below',
  'a line of inputs too few',
  'columns of zeros where there are none',
  'clip at half the limit',
  'clip at another lower limit',
  'host operator along another axis',
  'operands of a host operator swapped',
  'a constant of the host one too large',
];

/** Every third kind; all of them in full. */
const SAMPLE = FAULT_KINDS.filter((k) => !NOT_HERE.includes(k.name)).filter((_, i) => FULL || i % 3 === 0);

it('has at least 40 kinds of fault, each with its own name', () => {
  expect(FAULT_KINDS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(FAULT_KINDS.map((k) => k.name)).size).toBe(FAULT_KINDS.length);
});

it('in a layer of the digital core that makes pixels: every fault that shows is found there, named and proved', async () => {
  const mixed = buildModel('resnet8-mixed');
  const bed = bedOf('mixed', mixed, compile(mixed), await openBackend('cpu'), 2);
  const layers = bed.program.manifest.layers.filter((l) => l.pixels === true);
  expect(layers.map((l) => l.layer)).toEqual(['conv1', 'add_1', 'add_2', 'conv9', 'add_3']);
  let shown = 0;
  for (const kind of FAULT_KINDS.filter((_, i) => FULL || i % 8 === 0))
    for (const layer of layers) {
      const outcome = tryFault(bed, layer, kind, 'test');
      if (outcome?.noticed !== true) continue;
      shown++;
      expect(outcome, `${kind.name} in ${layer.layer}`).toMatchObject({
        layerRight: true,
        named: true,
        proved: true,
      });
    }
  expect(shown).toBeGreaterThan(FULL ? 100 : 8);
}, 120_000);

describe('each kind of fault is found in the right layer, named and proved', () => {
  it.each(SAMPLE.map((k) => [k.name, k] as const))('%s', (_, kind) => {
    const outcome = first(kind);
    expect(outcome).toMatchObject({ layerRight: true, named: true, proved: true });
  });
});
