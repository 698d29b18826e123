import { expect, it } from 'vitest';
import { InstructionDecoder } from '../../../sim/core/instruction-decoder.js';
import { decode, encode } from '../../../sim/isa/instruction.js';
import { type Operation, toFields, toOperation } from '../../../sim/isa/operation.js';

const CONV: Operation = {
  kind: 'conv',
  weights: 16,
  input: 32,
  output: 4096,
  channels: 2,
  blocks: 1,
  pitch: 16,
  rows: 4,
  kernelWidth: 3,
  kernelHeight: 3,
  columnGroups: 1,
  outputRows: 4,
  stride: 1,
  padding: { horizontal: 1, deadColumns: 2, top: 1, bottom: 1 },
  shift: 5,
  relu: true,
};

it.each<[string, Operation]>([
  ['a conv', CONV],
  ['a conv whose output are pixels for the analog core', { ...CONV, pixels: true }],
  [
    'a fully connected layer',
    { kind: 'dense', weights: 0, input: 0, output: 64, inputLines: 2, blocks: 1, shift: 3, relu: false },
  ],
  ['a sum', { kind: 'sum', inputA: 0, inputB: 16, output: 32, lines: 1, shift: 0 }],
])('%s that differs from the one before in addresses only is what it is by itself', (_, operation) => {
  const decoder = new InstructionDecoder();
  const fields = toFields(operation);
  for (const by of [0, 16, 48]) {
    const words = encode({
      ...fields,
      weight_memory_pointer: fields.weight_memory_pointer! + by,
      input_memory_pointer: fields.input_memory_pointer! + 2 * by,
      output_memory_pointer: fields.output_memory_pointer! + 3 * by,
    });
    const made = decoder.decode(words, 0, () => {});
    expect([made?.operation, made?.fields]).toEqual([toOperation(decode(words)), decode(words)]);
  }
});
