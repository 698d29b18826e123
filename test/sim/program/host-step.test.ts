import { expect, it } from 'vitest';
import { Memory } from '../../../sim/core/memory.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import { runHostStep } from '../../../sim/program/host-step.js';
import { readTensor, writeTensor } from '../../../sim/program/tensor-access.js';
import { tensor } from '../../../src/base/tensor.js';
import type { Buffer, HostOp, HostStep } from '../../../src/program/types.js';

const buffer = (id: number, address: number, role: Buffer['role']): Buffer => ({
  id,
  name: `b${id}`,
  role,
  memory: 'L2',
  address,
  bytes: 16,
  shape: [4],
  dtype: 'int32',
  layout: 'dense',
  firstStep: 0,
  lastStep: 0,
});
const X = buffer(0, 0x100, 'input');
const Y = buffer(1, 0x110, 'output');
const add = (args: HostOp['args']): HostOp => ({
  op: 'add',
  attrs: {},
  args,
  results: [{ shape: [4], dtype: 'int32' }],
});

/** Runs the operators over x = [1, 2, 3, 2^31 - 1] and stores the last result in y. */
function run(ops: readonly HostOp[], call = 0) {
  const l2 = new Memory('L2', 0x100, 64);
  writeTensor(l2, X, tensor([4], 'int32', [1, 2, 3, 2 ** 31 - 1]), 0);
  const step: HostStep = {
    kind: 'host',
    layer: 0,
    ops,
    stores: [{ from: { result: ops.length - 1 }, buffer: 1 }],
    completes: [],
  };
  const report = runHostStep(step, [X, Y], l2, { ...DEFAULT_PARAMETERS.host, call, element: 9, move: 0 }, 7);
  return { report, y: [...readTensor(l2, Y).data], writer: l2.writerOf(Y.address) };
}

it('reads a buffer once, writes what is stored, counts what wrapped', () =>
  // an add costs 9 cycles an element here
  expect(run([add([{ buffer: 0 }, { buffer: 0 }])])).toEqual({
    report: { cycles: 36, bytesRead: 16, bytesWritten: 16, overflows: 1 },
    y: [2, 4, 6, -2],
    writer: 7,
  }));

it('results between operators lie in no memory; the call is paid once', () =>
  expect(
    run([add([{ buffer: 0 }, { buffer: 0 }]), add([{ result: 0 }, { result: 0, field: 0 }])], 100),
  ).toEqual({
    report: { cycles: 172, bytesRead: 16, bytesWritten: 16, overflows: 1 },
    y: [4, 8, 12, -4],
    writer: 7,
  }));
