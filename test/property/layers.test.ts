import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Backend, compareTensor, evaluate, openBackend } from '../../golden/index.js';
import { runProgram } from '../../sim/program/run.js';
import { LimitError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/base/tensor.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import type { Program, Tile } from '../../src/program/types.js';
import { FULL } from '../full.js';
import { buildRandomLayer, randomLayer } from './random-layer.js';

const [SEED, LAYERS] = FULL ? [20, 320] : [22, 96];

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('wasm');
});

/** L2 is not what these cases are about. */
const ROOMY_L2 = 2 ** 21;

const withMemories = (l1Bytes: number, weightMemoryBytes: number): CompileOptions => {
  const { hardware } = DEFAULT_OPTIONS;
  return {
    ...DEFAULT_OPTIONS,
    hardware: { ...hardware, chip: { ...hardware.chip, l2Bytes: ROOMY_L2, l1Bytes, weightMemoryBytes } },
  };
};

/** Bytes of L1 for the layer's smallest tile, as the compiler's refusal of an L1 of one line names it. */
function smallestL1(model: Model, weightMemoryBytes: number): number {
  try {
    compile(model, withMemories(16, weightMemoryBytes));
  } catch (e) {
    if (e instanceof LimitError) return Number(/at least (\d+)/.exec(e.limit.rule)?.[1]);
    throw e;
  }
  throw new Error('a layer fits into 16 bytes of L1');
}

/** The memories of one case: L1 between the smallest tile and the whole layer, weight memory for a few blocks. */
function squeeze(model: Model, share: number, blocks: number): { whole: Program; tiled: Program } {
  const { chip } = DEFAULT_OPTIONS.hardware;
  const whole = compile(model, withMemories(chip.l1Bytes, chip.weightMemoryBytes));
  const weights = whole.manifest.memory.weightMemory;
  const buffer = whole.manifest.buffers.find((b) => b.role === 'weights');
  const perBlock =
    buffer === undefined
      ? 16
      : weights / Math.max(1, Math.floor(weights / (buffer.bytes / Math.ceil(buffer.bytes / 65536))));
  const wmem = Math.max(16, Math.ceil(Math.min(weights, perBlock * blocks) / 16) * 16);
  const least = smallestL1(model, wmem);
  const l1 = least + Math.floor(share * Math.max(0, whole.manifest.memory.l1 - least));
  return { whole, tiled: compile(model, withMemories(Math.ceil(l1 / 16) * 16, wmem)) };
}

const digital = (p: Program): readonly Tile[] => p.manifest.layers.find((l) => l.target === 'digital')!.tiles;

/** Every tensor that the run holds equals the reference's; returns the output. */
function expectExact(program: Program, model: Model, inputs: Map<string, Tensor>): Tensor {
  const reference = evaluate(model.main, inputs, model.params, backend);
  let compared = 0;
  const { outputs } = runProgram(program, inputs, {
    onTensor: ({ buffer, tensor }) => {
      const { first } = compareTensor(reference.tensors.get(buffer.tensor!)!, tensor);
      expect(first, `${buffer.name} of ${program.manifest.model}`).toBeUndefined();
      compared++;
    },
  });
  expect(compared).toBeGreaterThanOrEqual(3);
  return outputs.get('output')!;
}

describe('any legal layer under any memories', () => {
  it('simulated = reference, and tiled = untiled, bit for bit', () => {
    const seen = { rows: 0, columns: 0, channels: 0, saturated: 0, zero: 0, elements: 0 };
    fc.assert(
      fc.property(
        randomLayer,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 3 }),
        (l, share, blocks) => {
          const model = buildRandomLayer(l);
          const inputs = builtinInput(model, l.seed);
          const { whole, tiled } = squeeze(model, share, blocks);
          const expected = expectExact(whole, model, inputs);
          const actual = expectExact(tiled, model, inputs);
          expect(actual.data).toEqual(expected.data);
          const tiles = digital(tiled);
          seen.rows += new Set(tiles.map((t) => t.y.lo)).size > 1 ? 1 : 0;
          seen.columns += l.kind !== 'sum' && new Set(tiles.map((t) => t.x.lo)).size > 1 ? 1 : 0;
          seen.channels += new Set(tiles.map((t) => t.k.lo)).size > 1 ? 1 : 0;
          seen.elements += expected.data.length;
          seen.saturated += expected.data.filter((v) => v === 127 || v === -128).length;
          seen.zero += expected.data.filter((v) => v === 0).length;
        },
      ),
      { numRuns: LAYERS, seed: SEED },
    );
    // The cases say something only if they are tiled every way and their values are neither clipped nor zero.
    expect(seen.rows).toBeGreaterThan(LAYERS / 6);
    expect(seen.columns).toBeGreaterThan(LAYERS / 22);
    expect(seen.channels).toBeGreaterThan(LAYERS / 6);
    expect(seen.saturated / seen.elements).toBeLessThan(0.05);
    expect(seen.zero / seen.elements).toBeLessThan(0.5);
  });
});
