import { describe, expect, it } from 'vitest';
import { runElf } from '../../sim/soc/run-elf.js';
import { compileC, dataFile, gccPresent } from '../soc/toolchain.js';
import { REPRODUCTIONS } from './reproductions.js';

const HEADER = dataFile('accelerator.h');

describe.skipIf(!gccPresent)('programs with one mistake each, and right ones beside them', () => {
  it.each(REPRODUCTIONS.map((r) => [r.name, r] as const))('%s', (_, { source, finds }) => {
    const { findings } = runElf(compileC(HEADER + source, ['-O1']), { check: true });
    expect(findings.map(({ kind }) => kind)).toEqual(finds.map(([kind]) => kind));
    for (const [i, { what }] of findings.entries()) expect(what).toMatch(finds[i]![1]);
  });
});
