import { describe, expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import { compile, DEFAULT_OPTIONS, partitionModel } from '../../src/compile.js';
import { lower } from '../../src/lower/lower.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel, modelNames } from '../../src/models/registry.js';
import { formKernels } from '../../src/passes/kernels.js';
import type { Buffer, Manifest, Step } from '../../src/program/types.js';
import { verified } from '../passes/verified.js';

const NAMES = modelNames();
const live = (a: Buffer, b: Buffer) => a.firstStep <= b.lastStep && b.firstStep <= a.lastStep;
const apart = (a: Buffer, b: Buffer) => a.address + a.bytes <= b.address || b.address + b.bytes <= a.address;

/** The buffers that a host step names; jobs name addresses alone. */
const named = (s: Step): number[] =>
  s.kind === 'host'
    ? [
        ...s.ops.flatMap((o) => o.args).flatMap((a) => ('buffer' in a ? [a.buffer] : [])),
        ...s.stores.map((x) => x.buffer),
        ...s.completes,
      ]
    : s.kind === 'job'
      ? [...s.completes]
      : [];

/** Every L2 address that a job writes into a register with "ADDR" lies in a live buffer of L2. */
function addresses(s: Step): number[] {
  if (s.kind !== 'job') return [];
  return [...s.writes.map(([, v]) => v).filter((v) => v >= 0x1c00_0000), ...s.stores.map(([a]) => a)];
}

function expectLegalMemory(m: Manifest) {
  const { chip } = m.hardware;
  for (const memory of ['L2', 'L1'] as const) {
    const buffers = m.buffers.filter((b) => b.memory === memory);
    const overlapping = buffers.flatMap((a, i) =>
      buffers.slice(0, i).flatMap((b) => (live(a, b) && !apart(a, b) ? [`${a.name} and ${b.name}`] : [])),
    );
    expect(overlapping).toEqual([]);
  }
  const l2 = m.buffers.filter((b) => b.memory === 'L2');
  const end = Math.max(...l2.map((b) => b.address + b.bytes));
  const start = 0x1c00_0000 + chip.l2ReservedBytes;
  expect(Math.min(...l2.map((b) => b.address))).toBe(start);
  expect(m.memory.l2).toBe(end - start);
  expect(end).toBeLessThanOrEqual(0x1c00_0000 + chip.l2Bytes);
  expect(m.memory.l1).toBeLessThanOrEqual(chip.l1Bytes);
  expect(m.memory.weightMemory).toBeLessThanOrEqual(chip.weightMemoryBytes);
}

function expectLivesCoverUses(m: Manifest) {
  const last = m.steps.length - 1;
  for (const b of m.buffers) {
    if (['weights', 'constant', 'instructions', 'configuration'].includes(b.role))
      expect([b.name, b.firstStep, b.lastStep]).toEqual([b.name, 0, last]);
    if (b.role === 'input') expect(b.firstStep).toBe(0);
    if (b.role === 'output') expect(b.lastStep).toBe(last);
  }
  const misused = m.steps.flatMap((s, i) => {
    const alive = (b: Buffer) => b.firstStep <= i && i <= b.lastStep;
    const dead = named(s).filter((id) => !alive(m.buffers[id]!));
    const nowhere = addresses(s).filter(
      (a) =>
        !m.buffers.some((b) => b.memory === 'L2' && alive(b) && b.address <= a && a < b.address + b.bytes),
    );
    return dead.length + nowhere.length === 0 ? [] : [`step ${i}`];
  });
  expect(misused).toEqual([]);
}

describe.each(NAMES)('%s', (name) => {
  const model = buildModel(name);
  it('has no two live buffers that overlap, and lives that cover all uses, whatever stays in L1', () => {
    for (const l1Reuse of [true, false]) {
      const { manifest } = compile(model, { ...DEFAULT_OPTIONS, l1Reuse });
      expectLegalMemory(manifest);
      expectLivesCoverUses(manifest);
    }
  });

  it('costs on the core what the tilings say', () => {
    const { laidOut, layers } = partitionModel(model, DEFAULT_OPTIONS);
    const kernels = formKernels(laidOut, true);
    const { l1 } = lower({ laidOut, kernels, layers }, DEFAULT_OPTIONS.hardware, { l1Reuse: true });
    const { result } = runProgram(compile(model), builtinInput(model));
    const digital = result.layers.filter((l) => l.target === 'digital');
    expect(digital.length).toBeGreaterThan(0);
    expect(digital.map((l) => l.totalCycles)).toEqual(l1.layers.map((p) => p.tiling.cycles));
  });
});

describe('what stays in L1', () => {
  it.each(['resnet8', 'ds-cnn', 'dae'])('%s: fewer cycles than through L2, the same values', async (name) => {
    const model = buildModel(name);
    const kept = await verified(model);
    const through = await verified(model, { l1Reuse: false });
    expect(kept.verdict.ok && through.verdict.ok).toBe(true);
    expect(kept.manifest.buffers.some((b) => b.memory === 'L1')).toBe(true);
    expect(through.manifest.buffers.some((b) => b.memory === 'L1')).toBe(false);
    expect(kept.totalCycles).toBeLessThan(through.totalCycles);
    expect(kept.layers.map((l) => l.checksum)).toEqual(through.layers.map((l) => l.checksum));
    // Nothing but copies changes.
    const copies = (v: typeof kept) => v.layers.reduce((n, l) => n + l.cycles.copyIn + l.cycles.copyOut, 0);
    const compute = (v: typeof kept) => v.layers.reduce((n, l) => n + l.cycles.compute, 0);
    expect(copies(kept)).toBeLessThan(copies(through));
    expect(compute(kept)).toBe(compute(through));
  });
});
