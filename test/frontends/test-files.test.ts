import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { recordedVectors } from '../../src/library/recorded-vectors.js';
import { verifyRun } from '../../src/library/verified-run.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readRecorded } from '../../src/node/recorded-folder.js';
import { testFiles } from './test-files.js';

const folder = fileURLToPath(new URL('../data/formats/', import.meta.url));

describe('the committed test files', () => {
  for (const [name, bytes] of testFiles()) {
    if (process.env.UPDATE_TEST_DATA === '1') {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    it(`${name} is what the script makes; otherwise run: npm run test-data`, () =>
      expect(Buffer.from(bytes).equals(readFileSync(join(folder, name)))).toBe(true));
  }
});

describe('compile, simulate and compare with the reference', () => {
  it.each([
    ['nemo/model.onnx', 0],
    ['diana.onnx', 4],
    ['plain.onnx', 0],
    ['int8.tflite', 0],
    ['float32.tflite', 0],
  ])('%s verifies, with %i layers on the core', async (name, digital) => {
    const model = loadModelFile(join(folder, name));
    const program = compile(model, DEFAULT_OPTIONS);
    expect(program.manifest.layers.filter((l) => l.target === 'digital')).toHaveLength(digital);
    const inputs = builtinInput(model, '1', 0);
    const { verdict } = verifyRun(program, model, inputs, await openBackend(), { seed: '1', run: 0 });
    expect(verdict.tensors.length).toBeGreaterThan(2);
    expect(verdict.tensors.filter((t) => t.differing > 0)).toEqual([]);
  });

  it('the recorded layers are equal in every value, and a changed one is named', async () => {
    const model = loadModelFile(join(folder, 'nemo/model.onnx'));
    const recorded = recordedVectors(readRecorded(join(folder, 'nemo')), model, '0');
    const program = compile(model, DEFAULT_OPTIONS);
    const { reference } = verifyRun(program, model, recorded.inputs, await openBackend(), {
      seed: '0',
      run: 0,
    });
    const rows = recorded.compare(reference.tensors);
    expect(rows.map((r) => [r.recorded, r.differing])).toEqual([
      ['relu1', 0],
      ['pool', 0],
      ['relu2', 0],
      ['block.add', 0],
      ['fc', 0],
    ]);
    const pool = rows[1]!.tensor;
    const tensors = new Map(reference.tensors);
    const wrong = tensors.get(pool)!;
    tensors.set(pool, { ...wrong, data: wrong.data.map((v, i) => (i === 3 ? v ^ 1 : v)) });
    const [, found] = recorded.compare(tensors);
    expect([found!.differing, found!.first!.coordinates]).toEqual([1, [0, 0, 0, 3]]);
  });
});
