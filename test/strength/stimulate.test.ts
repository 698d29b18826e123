import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitC } from '../../src/library/c-project.js';
import { compile } from '../../src/library/compile.js';
import { stimulate } from '../../src/library/stimulate.js';
import { buildModel } from '../../src/models/registry.js';
import { shareNoticed } from '../../src/results/strength.js';
import { changedInput, freshInput } from '../../src/strength/candidates.js';
import { diana } from '../cli/run.js';

const TYPES = [
  { name: 'a', shape: [1, 3, 5, 7], dtype: 'int8' },
  { name: 'b', shape: [1, 9], dtype: 'uint8' },
  { name: 'c', shape: [1, 4], dtype: 'float32' },
] as const;
const RANGES = { a: [-128, 127], b: [0, 255], c: [-1, 1] } as const;

describe('candidates', () => {
  it('have the shapes, dtypes and ranges of the inputs', () => {
    for (let n = 0; n < 30; n++) {
      const fresh = freshInput(TYPES, 's', n);
      for (const { inputs } of [fresh, changedInput(fresh, TYPES, 's', n)])
        for (const { name, shape, dtype } of TYPES) {
          const t = inputs.get(name)!;
          expect([t.shape, t.dtype]).toEqual([shape, dtype]);
          const [low, high] = RANGES[name];
          expect(t.data.every((v) => v >= low && v <= high)).toBe(true);
        }
    }
  });
  it('are the same for the same seed and number', () => {
    expect(freshInput(TYPES, 's', 7)).toEqual(freshInput(TYPES, 's', 7));
    expect(freshInput(TYPES, 's', 0).inputs).not.toEqual(freshInput(TYPES, 't', 0).inputs);
  });
});

describe('stimulate', () => {
  const model = buildModel('dae');
  const options = { faults: 40, tries: 4, vectors: 2 } as const;

  it('finds inputs that notice more, the same ones each time', async () => {
    const found = await stimulate(model, options);
    expect(shareNoticed(found.after)).toBeGreaterThan(shareNoticed(found.before));
    expect(found.document.models[0]?.strength).toEqual(found.after);
    expect(found.anew.before).toMatchObject({ seed: '0/anew', planted: 40, runs: 1 });
    expect(found.anew.after).toMatchObject({ seed: '0/anew', planted: 40, runs: 2 });
    expect(found.document.models[0]?.verdicts.map((v) => v.ok)).toEqual([true, true]);
    const again = await stimulate(model, options);
    expect(again.files).toEqual(found.files);
  });

  it.each([
    [{ tries: 0 }, 'the number of tries is 0; must be a whole number of at least 1.'],
    [{ vectors: 1.5 }, 'the number of vectors is 1.5; must be a whole number of at least 1.'],
  ])('refuses %j', (bad, message) => expect(stimulate(model, bad)).rejects.toThrow(message));
});

it('the C project runs on given inputs', () => {
  const program = compile(buildModel('single-conv'));
  const inputs = freshInput([{ name: 'input', shape: [1, 3, 32, 32], dtype: 'int8' }], 's', 0).inputs;
  const sample = (files: ReadonlyMap<string, unknown>) => files.get('app/src/sample.c');
  expect(sample(emitC(program, { inputs }))).not.toBe(sample(emitC(program)));
});

describe('commands', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'diana-stimulate-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const run = (line: string) => diana(dir, line.split(' '));

  it('stimulate writes vectors that verify --golden and compile --golden take', async () => {
    const made = await run('stimulate residual -o v --strength 40 --tries 3');
    expect(made.status).toBe(0);
    expect(made.stdout).toMatch(
      /^before: STRENGTH .*\nafter: {2}STRENGTH .*\nfor 40 faults drawn anew: [\d.]+ % before, [\d.]+ % after\n\d+ inputs looked at; the best:\n/,
    );
    expect(readdirSync(join(dir, 'v'))).toEqual(expect.arrayContaining(['input.npy', 'output.npy']));
    const verified = await run('verify residual --golden v --strength 40');
    expect(verified.status).toBe(0);
    expect(verified.stdout).toMatch(/(\d+) of \1 recorded tensors equal in every value/);
    // The strength that stimulate printed is the one that verify measures on the vectors.
    const after = /after: {2}(STRENGTH [\d.]+ %)/.exec(made.stdout)?.[1];
    expect(verified.stdout).toContain(after!);
    expect((await run('compile residual -o p --golden v')).stderr).toContain('--golden goes with --emit c.');
  });

  it('--strength without a number takes no model for its value; --min-strength decides the status', async () => {
    const weak = await run('verify --strength 30 --min-strength 100% dae');
    expect(weak.status).toBe(1);
    expect(weak.stdout).toContain('TOO WEAK');
    const plain = await run('verify --strength single-conv');
    expect(plain.status).toBe(0);
    expect(plain.stdout).toContain('of 200 planted faults noticed');
  });

  it('a baseline keeps how many are missed', async () => {
    expect((await run('baseline single-conv -o b --strength 20')).status).toBe(0);
    expect((await run('compare b b')).status).toBe(0);
  });
});
