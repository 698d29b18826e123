import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elfLines } from '../../src/cli/actions/verify-elf.js';
import { emitC } from '../../src/library/c-project.js';
import { compile } from '../../src/library/compile.js';
import { verifyElf } from '../../src/library/elf/verify-elf.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';
import { buildElf } from '../../src/node/toolchain/cross.js';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import type { Program } from '../../src/program/types.js';
import { FULL } from '../full.js';
import { fieldOf, jobsOf, withField } from '../verify/plant.js';

const ready = hasTool(`${riscvPrefix()}gcc`) && hasTool('make');
if (!ready) console.warn('skipped: no cross compiler (Debian: apt-get install gcc-riscv64-unknown-elf make)');

const folder = mkdtempSync(join(tmpdir(), 'diana-verify-elf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The ELF of a program's C project, its files changed first. */
function elfOf(
  program: Program,
  change = (_path: string, text: string) => text,
  optimize = '-O1',
): Uint8Array {
  const files = new Map([...emitC(program)].map(([path, text]) => [path, change(path, text)]));
  return buildElf(files, optimize).elf;
}

describe.skipIf(!ready)('verify --elf', () => {
  it.each([
    ['residual', '-O1', 5],
    ...(FULL
      ? ([
          ['residual', '-O0', 5],
          ['residual', '-O3', 5],
          ['ds-cnn', '-O2', 18],
        ] as const)
      : []),
  ] as [string, string, number][])(
    'our own project of %s at %s comes out fully matched',
    async (name, optimize, kernels) => {
      const model = buildModel(name);
      const v = await verifyElf(model, elfOf(compile(model), undefined, optimize), { file: 'own.elf' });
      expect(v.kernels.filter((k) => k.found?.comparison.differing !== 0)).toEqual([]);
      expect(v.kernels).toHaveLength(kernels);
      expect(v).toMatchObject({ ok: true, by: 'kernels', inputs: 'program', missing: [], notes: [] });
      const { run, verdicts } = v.document.models[0]!;
      expect(run.layers.map((l) => l.totalCycles)).toEqual(v.kernels.map((k) => k.cycles));
      expect(verdicts[0]!.ok).toBe(true);
    },
  );

  it("a project in HTVM's naming, two layers called in another order, matches too", async () => {
    const model = buildModel('resnet8');
    // The shortcut's conv6 (main_4) and conv4 (main_5) read the same tensor: either may come first.
    const elf = elfOf(compile(model), (path, text) => {
      const renamed = text.replaceAll('tvmgen_default_soma_dory', 'tvmgen_default_tvmgen_default_soma_dory');
      if (!path.endsWith('default_lib0.c')) return renamed;
      const call = (n: number) => new RegExp(`\\n  status = \\w+main_${n}\\([^;]*;\\n`).exec(renamed)![0];
      const [conv6, conv4] = [call(4), call(5)];
      return renamed.replace(conv6, '\n@').replace(conv4, conv6).replace('\n@', conv4);
    });
    const v = await verifyElf(model, elf, { file: 'htvm.elf' });
    expect(v.ok).toBe(true);
    const order = v.kernels.flatMap((k) => /main_[45]$/.exec(k.name)?.[0] ?? []);
    expect(order).toEqual(['main_5', 'main_4']);
    expect(elfLines(v, 'htvm.elf', 'resnet8')).toEqual([
      'htvm.elf: 21 of 21 kernels match the reference, on the inputs that the program brings',
    ]);
  });

  describe('of residual', () => {
    const model = buildModel('residual');
    const program = compile(model);

    it('names the first kernel that is wrong', async () => {
      const [{ step, job }] = jobsOf(program, 'conv2', 'compute') as [ReturnType<typeof jobsOf>[number]];
      const shift = fieldOf(program, job, 'shift_fixed_point');
      const v = await verifyElf(model, elfOf(withField(program, step, 'shift_fixed_point', shift + 1)));
      expect(v.ok).toBe(false);
      const wrong = v.kernels.find((k) => k.found?.comparison.differing !== 0)!;
      expect(wrong.name).toBe('tvmgen_default_soma_dory_main_1');
      expect(wrong.found?.by).toBe('order');
      expect(v.document.models[0]!.verdicts[0]!.tensors.find((t) => t.differing > 0)?.layer).toBe('conv2');
      const { explanation } = v.document.models[0]!.verdicts[0]!;
      expect(explanation).toMatchObject({
        differing: ['conv2', 'add'],
        following: ['add'],
        atFault: [
          {
            layer: 'conv2',
            causes: [{ kind: 'shift', claim: `shifted right by ${shift + 1} bits instead of ${shift}` }],
          },
        ],
      });
      // A wrong shift is no mistake in how the core is driven.
      expect(v.document.models[0]!.findings).toEqual([]);
      expect(v.cause).toBeUndefined();
    });

    it("names the sanitizer's finding as the cause of the first kernel that is wrong", async () => {
      const elf = elfOf(program, (_, text) => text.replace('weights, 4736)', 'weights, 4000)'));
      const v = await verifyElf(model, elf, { file: 'short.elf' });
      expect(v.cause?.kind).toBe('inconsistent-sizes');
      const lines = elfLines(v, 'short.elf', 'residual');
      expect(lines[2]).toMatch(/^ {2}tvmgen_default_soma_dory_main_1: \d+ of \d+ elements of \S+ differ/);
      expect(lines[3]).toMatch(
        /^ {4}because: inconsistent sizes: job \d+ loads 4000 bytes of weights, its instruction reads \d+/,
      );
    });

    it('without symbols, what the jobs copy out and leave in L1 is compared', async () => {
      const path = join(folder, 'stripped.elf');
      writeFileSync(path, elfOf(program));
      expect(spawnSync(`${riscvPrefix()}strip`, [path]).status).toBe(0);
      const v = await verifyElf(model, readFileSync(path), { file: 'stripped.elf' });
      expect(v).toMatchObject({ ok: true, by: 'jobs', inputs: 'built-in' });
      expect(v.kernels.map((k) => k.found?.by)).toEqual(['values', 'values']);
      expect(elfLines(v, 'stripped.elf', 'residual')[0]).toBe(
        'stripped.elf: 2 of 2 stretches of jobs (no kernel functions tvmgen_* are called) match the reference, on the built-in inputs, as no entry tvmgen_*_run tells where the program has its own',
      );
    });

    it('stores given inputs into the program', async () => {
      const inputs = builtinInput(model, 'another', 3);
      const v = await verifyElf(model, elfOf(program), { inputs });
      expect(v).toMatchObject({ ok: true, inputs: 'given' });
      // The demo expects the outputs of its own sample.
      expect(v.exitStatus).not.toBe(0);
    });

    it('says when model and binary do not belong together', async () => {
      const other = buildModel('single-conv');
      const v = await verifyElf(other, elfOf(program), { file: 'residual.elf' });
      expect(v.ok).toBe(false);
      expect(elfLines(v, 'residual.elf', 'single-conv')[1]).toBe(
        'Is residual.elf made of single-conv? What its kernels made:',
      );
    });
  });
});
