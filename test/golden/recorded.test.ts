import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { parseRecordedText, recordedInput, valuesInOrder } from '../../golden/recorded.js';
import { compareRecorded } from '../../golden/recorded-match.js';
import { evaluate } from '../../golden/reference.js';
import { encodeNpy } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';
import { call, scalar, variable } from '../../src/ir/build.js';
import { labelTensors } from '../../src/ir/label.js';
import { tensorType } from '../../src/ir/types.js';
import { readRecorded } from '../../src/node/recorded-folder.js';

const folders: string[] = [];
function folderOf(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** As the recordings are written: every line ends with a comma and a backslash. */
const text = (header: string, values: readonly number[]): string =>
  [header, ...values.map((v) => v.toFixed(3))].map((line) => `${line},\\\n`).join('');

// x (1, 2, 1, 3): channel 0 holds 1 2 3, channel 1 holds 4 5 6
const type = tensorType([1, 2, 1, 3], 'int8');
const x = variable('x', type);
const doubled = call('add', [x, x], {}, { layer: 'double' });
const main = labelTensors({
  name: 'main',
  params: [x],
  body: call('subtract', [doubled, scalar(1, 'int8')], {}, { layer: 'less' }),
  attrs: {},
});
const inputText = text('# input (shape [1, 3, 2])', [1, 4, 2, 5, 3, 6]);

async function compare(files: Record<string, string | Uint8Array>) {
  const recorded = readRecorded(folderOf({ 'input.txt': inputText, ...files }));
  const inputs = new Map([['x', recordedInput(recorded[0]!, type)]]);
  const { tensors } = evaluate(main, inputs, new Map(), await openBackend());
  return compareRecorded(recorded, main, tensors, ['x']);
}

describe('recorded vectors', () => {
  it('text files are in height-width-channel order', () => {
    const recorded = parseRecordedText(inputText, 'input.txt');
    expect(recorded.name).toBe('input');
    expect(recorded.shape).toEqual([1, 3, 2]);
    expect([...valuesInOrder(recorded, [1, 2, 1, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(recordedInput(recorded, type)).toEqual(tensor([1, 2, 1, 3], 'int8', [1, 2, 3, 4, 5, 6]));
  });

  // The same tensor as other writers have it: the extents tell the order.
  it.each([
    ['# x (shape [2, 1, 3])', [1, 2, 3, 4, 5, 6], 'x'],
    ['# x (shape [1, 2, 1, 3])', [1, 2, 3, 4, 5, 6], 'x'],
    ['# x (shape [1, 1, 3, 2])', [1, 4, 2, 5, 3, 6], 'x'],
    ['x (shape [1, 3, 2])', [1, 4, 2, 5, 3, 6], 'x'],
    ['#  (shape [1, 3, 2])', [1, 4, 2, 5, 3, 6], 'a'],
  ])('%s', (header, values, name) => {
    const recorded = parseRecordedText(text(header, values), 'a.txt');
    expect(recorded.name).toBe(name);
    expect([...valuesInOrder(recorded, [1, 2, 1, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['height-width-channel', [1, 3, 2, 4]],
    ['row-major', [1, 2, 3, 4]],
    ['by-extents', [1, 3, 2, 4]],
  ] as const)('extents that say nothing, %s', (order, values) => {
    const recorded = parseRecordedText(text('# x (shape [2, 2])', [1, 2, 3, 4]), 'a.txt', order);
    expect([...valuesInOrder(recorded, [1, 2, 2])]).toEqual(values);
    expect([...valuesInOrder(recorded, [1, 2, 1, 2])]).toEqual(values);
  });

  it('a line is an image of height 1', () => {
    const recorded = parseRecordedText(text('# x (shape [3, 2])', [1, 4, 2, 5, 3, 6]), 'a.txt');
    expect([...valuesInOrder(recorded, [1, 2, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
    const first = parseRecordedText(text('# x (shape [2, 3])', [1, 2, 3, 4, 5, 6]), 'a.txt');
    expect([...valuesInOrder(first, [1, 2, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('finds tensors by their values where names say nothing, in the order of the numbers', async () => {
    const found = await compare({
      'out_layer10.txt': text('# relu2 (shape [1, 3, 2])', [1, 7, 3, 9, 5, 11]),
      'out_layer9.txt': text('# relu1 (shape [1, 3, 2])', [2, 8, 4, 10, 6, 12]),
      'model.onnx': 'left alone',
    });
    expect(found.map((f) => [f.recorded, f.tensor, f.matchedBy, f.differing, f.elements])).toEqual([
      ['relu1', '%0', 'values', 0, 6],
      ['relu2', 'output', 'values', 0, 6],
    ]);
  });

  it('finds tensors by layer or label, also in .npy files, and names the first difference', async () => {
    const found = await compare({
      'double.npy': encodeNpy(tensor([1, 2, 1, 3], 'int32', [2, 4, 6, 8, 10, 12])),
      'output.npy': encodeNpy(tensor([1, 2, 1, 3], 'float32', [1, 3, 5, 7, -9, 0])),
    });
    expect(found.map(({ path, ...rest }) => rest)).toEqual([
      { recorded: 'double', tensor: '%0', elements: 6, matchedBy: 'name', differing: 0 },
      {
        ...{ recorded: 'output', tensor: 'output', elements: 6, matchedBy: 'name', differing: 2 },
        first: { index: 4, coordinates: [0, 1, 0, 1], expected: -9, actual: 9 },
      },
    ]);
  });

  it('when no tensor holds the values, the nearest is compared', async () => {
    const [found] = await compare({ 'out_layer0.txt': text('# a (shape [1, 3, 2])', [1, 7, 3, 9, 5, 0]) });
    expect(found).toMatchObject({ tensor: 'output', matchedBy: 'nearest', differing: 1 });
    expect(found?.first).toMatchObject({ coordinates: [0, 1, 0, 2], expected: 0, actual: 11 });
  });

  it.each([
    ['no header', '1.0\n', 'a.txt:1 is "1.0"; must be "# name (shape [a, b, c])".'],
    ['a word', '# a (shape [2])\n1\ntwo\n', 'a.txt:3 is "two"; must be a number.'],
    ['too few values', '# a (shape [2, 2])\n1\n', 'a.txt holds 1 values; its shape (2, 2) has 4.'],
  ])('refuses a text file with %s', (_, content, message) =>
    expect(() => parseRecordedText(content, 'a.txt')).toThrow(message),
  );

  it('refuses a folder without recordings, and one that is not there', () => {
    const folder = folderOf({ 'notes.md': '' });
    expect(() => readRecorded(folder)).toThrow(`${folder} holds no recorded tensors`);
    expect(() => readRecorded('/no/such/folder')).toThrow(
      'cannot read /no/such/folder: there is no such file or folder.',
    );
  });

  it('refuses inputs and outputs that do not fit the model', async () => {
    const input = parseRecordedText(text('# input (shape [1, 3, 2])', [1, 4, 2, 5, 3, 200]), 'input.txt');
    expect(() => recordedInput(input, type)).toThrow("input.txt holds 200; the model's input is int8.");
    expect(() => recordedInput(input, tensorType([6], 'int8'))).toThrow(
      "input.txt is of shape (1, 3, 2); the model's input is (6,).",
    );
    await expect(compare({ 'b.txt': text('# b (shape [5])', [1, 2, 3, 4, 5]) })).rejects.toThrow(
      'no tensor of the model has the extents of b, 5.',
    );
  });
});
