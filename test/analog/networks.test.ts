import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../src/compile.js';
import { compile } from '../../src/library/compile.js';
import { buildModel, suiteModels } from '../../src/models/registry.js';
import { disassemble } from '../../src/program/disassemble.js';
import { FULL } from '../full.js';
import { onCore, verified } from '../passes/verified.js';

const analogOf = (
  layers: readonly { readonly target: string; readonly layer?: string }[],
): (string | undefined)[] => layers.filter((l) => l.target === 'analog').map((l) => l.layer);

describe('ternary and mixed variants of the MLPerf Tiny networks', () => {
  it.each([
    // name, analog layers, layers on the digital core, kinds of warnings
    ['resnet8-mixed', ['conv2', 'conv3', 'conv6', 'conv4', 'conv5', 'conv7', 'conv8'], 6],
    [
      'resnet8-ternary',
      ['conv1', 'conv2', 'conv3', 'conv6', 'conv4', 'conv5', 'conv9', 'conv7', 'conv8', 'dense'],
      3,
    ],
    ['dae-mixed', ['dense2', 'dense3', 'dense4', 'dense5', 'dense6', 'dense7', 'dense8', 'dense9'], 2],
  ] as const)('%s: exact, its layers where HTVM has them', async (name, analog, digital) => {
    const { verdict, manifest } = await verified(buildModel(name));
    expect(verdict.ok).toBe(true);
    expect([...analogOf(manifest.layers)].sort()).toEqual([...analog].sort());
    expect(onCore(manifest).length).toBe(digital);
    // Values spread: no tensor is pinned to the ends of int8.
    for (const t of verdict.tensors)
      if (t.where === 'analog') expect(t.saturated / t.elements).toBeLessThan(0.35);
  });

  it.skipIf(!FULL).each(suiteModels('analog').map((m) => m.name))('%s: exact', async (name) => {
    // MobileNet's pixels of 64 channels need more L2 than the chip has.
    const { hardware } = DEFAULT_OPTIONS;
    const roomy = { ...hardware, chip: { ...hardware.chip, l2Bytes: 2 ** 21 } };
    const { verdict } = await verified(buildModel(name), { hardware: roomy });
    expect(verdict.ok).toBe(true);
  });

  it.each(
    suiteModels('htvm-suite')
      .map((m) => m.name)
      .filter((n) => n.startsWith('htvm-aconv') && (FULL || n.endsWith('s2'))),
  )('%s: exact on the analog core', async (name) => {
    const { verdict, manifest } = await verified(buildModel(name));
    expect([verdict.ok, analogOf(manifest.layers)]).toEqual([true, ['conv1']]);
  });
});

describe('disasm', () => {
  it('reads the jobs of the analog core by its own registers and half-words', () => {
    const text = disassemble(compile(buildModel('dae-ternary')));
    const [, copy, , ...compute] = text.slice(text.indexOf('tile 0: copy in')).split('\n');
    expect(copy).toMatch(
      /^ {4}analog: copy L2 0x1c[0-9a-f]{6} -> L1 0 of 4 banks, 10 lines a bank, 640 bytes$/,
    );
    expect(compute[0]).toMatch(
      /^ {4}analog: weights 0x1c[0-9a-f]+, batch norm 0x1c[0-9a-f]+; instructions 0x1c[0-9a-f]+, configuration 0x1c[0-9a-f]+$/,
    );
    expect(compute[1]).toMatch(/ c=640 k=128 cx=1 cy=1 precision=7 .* stop=61440 /);
    expect(compute[2]).toMatch(/ stop=61441 /);
    expect(compute[3]).toMatch(/tile 0: copy out/);
  });
});
