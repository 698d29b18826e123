import { expect } from 'vitest';
import type { ProgramSizes } from '../../src/node/toolchain/cross.js';
import type { Program } from '../../src/program/types.js';

const L2_BYTES = 512 * 1024;

/** The parts of a built program are there, and fit L2 and its first 64 KiB. */
export function expectToFit(sizes: ProgramSizes, program: Program): void {
  expect(sizes.constants).toBe(program.image.length);
  expect(sizes.text).toBeGreaterThan(500);
  const total = Object.values(sizes).reduce((sum, n) => sum + n, 0);
  expect(total).toBeLessThan(L2_BYTES);
  expect(sizes.text + sizes.data + sizes.bss).toBeLessThan(60 * 1024);
}
