import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { runOnnxFile } from '../../scripts/oracle/onnx-file.js';
import { postOrder } from '../../src/ir/visit.js';
import { load } from './onnx-run.js';
import { encodeOnnx, floats, int64s, type ModelSpec } from './onnx-writer.js';

const padded = (pads: readonly number[], value: number, weights: readonly number[]): ModelSpec => ({
  opset: 13,
  inputs: { x: [1, 2, 6, 6] },
  outputs: ['y'],
  initializers: {
    pads: int64s(pads),
    value: floats([], [value]),
    w: floats([3, 2, 3, 3], weights),
  },
  nodes: [
    { op: 'Pad', name: 'pad1', inputs: ['x', 'pads', 'value'], outputs: ['p'] },
    {
      op: 'Conv',
      name: 'conv1',
      inputs: ['p', 'w'],
      outputs: ['c'],
      attributes: { pads: { ints: [0, 0, 1, 0] } },
    },
    { op: 'Floor', inputs: ['c'], outputs: ['y'] },
  ],
});

const paddingOf = (spec: ModelSpec) => {
  const model = load(spec);
  const calls = postOrder(model.main.body).flatMap((e) => (e.kind === 'call' ? [e] : []));
  return {
    pads: calls.filter((e) => e.op === 'nn.pad').length,
    conv: calls.find((e) => e.op === 'nn.conv2d')!.attrs.padding,
    summary: model.summary,
  };
};
const SPATIAL = [0, 0, 1, 2, 0, 0, 1, 0];

describe('a Pad in front of a Conv', () => {
  it.each([
    ['integers', [1, -2, 3]],
    ['floats', [0.5, -0.25, 1.5]],
  ])('of zeros joins its padding: %s', (_, weights) => {
    expect(paddingOf(padded(SPATIAL, 0, weights))).toEqual({
      pads: 0,
      conv: [1, 2, 2, 0],
      summary: [
        '3 nodes read: 1 Conv, 1 Floor, 1 Pad',
        'rewritten: Pad pad1 merged into the padding of Conv conv1',
      ],
    });
  });

  it('keeps the values, which onnxruntime makes as well', async () => {
    const { nodes, ...rest } = padded(SPATIAL, 0, [0.5, -0.25, 1.5]);
    const both = nodes
      .slice(0, 2)
      .map((n) => ({ ...n, outputs: n.outputs.map((o) => (o === 'c' ? 'y' : o)) }));
    const bytes = encodeOnnx({ ...rest, nodes: both, outputTypes: { y: 1 } });
    const verdict = await runOnnxFile('net.onnx', bytes, await openBackend('wasm'), 3);
    expect(verdict).toEqual({ kind: 'right' });
  });

  it.each([
    ['of another value', SPATIAL, 1],
    ['of channels', [0, 1, 0, 0, 0, 0, 0, 0], 0],
  ])('%s stays', (_, pads, value) => {
    const spec = padded(pads, value, [1, -2, 3]);
    const channels = pads[1]! + 2;
    const found = paddingOf({
      ...spec,
      initializers: { ...spec.initializers, w: floats([3, channels, 3, 3], [1, -2, 3]) },
    });
    expect([found.pads, found.conv]).toEqual([1, [0, 0, 1, 0]]);
  });
});
