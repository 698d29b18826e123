import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { type Expr, type Func, tensorTypeOf } from '../../src/ir/expr.js';
import { labelTensors } from '../../src/ir/label.js';
import { postOrder } from '../../src/ir/visit.js';
import { evaluateOnHost } from '../../src/library/host-evaluator.js';
import { bindParameters } from '../../src/passes/bind.js';
import { embedKernel, evenAxis } from '../../src/quantize/embed.js';
import { equalizeChannels } from '../../src/quantize/equalize.js';
import { bestExponent, fittingExponent, toInt8 } from '../../src/quantize/exponent.js';
import { foldScales } from '../../src/quantize/fold.js';
import { rescaleTensors } from '../../src/quantize/rescale.js';
import { findUnits } from '../../src/quantize/units.js';
import { plainNetwork } from '../frontends/onnx-models.js';
import { encodeOnnx } from '../frontends/onnx-writer.js';
import { randomOf } from '../frontends/random.js';

describe('exponents', () => {
  it.each([
    // real, exponent, integer: nearest, halves up, saturated
    [0.5, -1, 1],
    [0.25, -1, 1],
    [-0.25, -1, 0],
    [63.6, -1, 127],
    [-64.5, -1, -128],
    [1000, 3, 125],
  ])('%d at 2^%i is %i', (real, exponent, integer) => expect(toInt8(real, exponent)).toBe(integer));

  it.each([
    [127, 0],
    [127.5, 1],
    [0.9, -7],
    [254, 1],
    [0, 0],
  ])('%d fits at 2^%i', (largest, exponent) => expect(fittingExponent(largest)).toBe(exponent));

  it('one far value does not cost all others a bit, a tenth of them does', () => {
    const body = Array.from({ length: 1000 }, (_, i) => ((i * 37) % 1000) / 1000);
    expect(bestExponent([[...body, 1.1]])).toBe(-7); // 1.1 fits only at 2^-6; saturated to 127 / 128
    expect(bestExponent([[...body, ...new Array<number>(100).fill(1.9)]])).toBe(-6);
  });
});

describe('uneven padding becomes SAME padding of a larger kernel', () => {
  it.each([
    // size kernel stride before after -> side offset
    [32, 3, 2, 0, 1, { side: 5, offset: 2 }], // TensorFlow's SAME for a 3x3 of stride 2
    [32, 3, 1, 1, 1, { side: 3, offset: 0 }],
    [32, 1, 2, 0, 0, { side: 1, offset: 0 }],
    [10, 4, 2, 1, 1, { side: 5, offset: 1 }],
    [10, 4, 1, 1, 2, { side: 5, offset: 1 }],
    [49, 10, 2, 4, 5, undefined], // no side up to 7 holds ten rows
    [32, 3, 1, 0, 0, undefined], // a valid convolution makes fewer outputs
  ])('size %i, kernel %i, stride %i, padding %i and %i', (size, kernel, stride, before, after, expected) =>
    expect(evenAxis(size, kernel, stride, before, after)).toEqual(expected),
  );

  it('the kernel lies where its padding puts it', () => {
    const kernel = tensor([1, 1, 2, 2], 'int8', [1, 2, 3, 4]);
    const out = embedKernel(kernel, { side: 3, offset: 1 }, { side: 3, offset: 0 });
    expect([...out.data]).toEqual([0, 0, 0, 1, 2, 0, 3, 4, 0]);
  });
});

describe('rewriting a float network leaves its function as it is', () => {
  const model = importOnnx(encodeOnnx(plainNetwork()), {
    name: 'net',
    external: () => {
      throw new Error('none');
    },
  });
  const bound = bindParameters(model);
  const x = tensor([1, 3, 8, 8], 'float32', randomOf('x').reals(-1, 1, 192));
  const outputs = (body: Expr) => {
    const main: Func = labelTensors({ ...bound, body });
    return evaluateOnHost(main, new Map([[main.params[0]!.name, x]]));
  };
  const expected = [...outputs(bound.body).get('output')!.data];
  const close = (body: Expr) => {
    for (const [i, v] of [...outputs(body).get('output')!.data].entries())
      expect(v).toBeCloseTo(expected[i]!, 5);
  };
  const folded = foldScales(bound.body);

  it('a batch norm is folded into its convolution', () => {
    expect(postOrder(bound.body).filter((e) => e.kind === 'call' && e.op === 'multiply')).toHaveLength(1);
    expect(postOrder(folded).filter((e) => e.kind === 'call' && e.op === 'multiply')).toHaveLength(0);
    close(folded);
  });

  it('equalized channels have weights of equal ranges', () => {
    const body = equalizeChannels(chain.body);
    const [first, second] = [...findUnits(body).values()].reverse();
    if (first?.kind !== 'layer' || second?.kind !== 'layer') throw new Error('two layers');
    const range = (data: ArrayLike<number>, from: number, count: number, step: number) =>
      Math.max(...Array.from({ length: count }, (_, i) => Math.abs(data[from + i * step]!)));
    for (let c = 0; c < 2; c++) {
      const out = range(first.weights.value.data, c * 2, 2, 1);
      expect(range(second.weights.value.data, c, 2, 2)).toBeCloseTo(out, 5);
    }
    const run = (b: Expr) => {
      const main = labelTensors({ ...chain, body: b });
      const input = tensor([1, 2, 1, 1], 'float32', [0.5, -1.5]);
      return [...evaluateOnHost(main, new Map([['x', input]])).get('output')!.data];
    };
    for (const [i, v] of run(body).entries()) expect(v).toBeCloseTo(run(chain.body)[i]!, 5);
  });

  it('tensors are scaled to where powers of two fit them', () => {
    const labelled = labelTensors({ ...bound, body: folded });
    const tensors = evaluateOnHost(labelled, new Map([[labelled.params[0]!.name, x]]));
    const floats = (e: Expr) => ('label' in e ? [tensors.get(e.label.tensor ?? '')!.data] : []);
    const body = rescaleTensors(labelled.body, labelled.params[0]!, floats);
    close(body);
    const before = [...findUnits(labelled.body).values()].map((u) => u.root);
    const after = [...findUnits(body).values()].map((u) => u.root);
    expect(after.map((e) => tensorTypeOf(e).shape)).toEqual(before.map((e) => tensorTypeOf(e).shape));
    const moved = outputs(body);
    const relabelled = labelTensors({ ...bound, body });
    const scales = [...findUnits(relabelled.body).keys()].map((e, i) => {
      const label = 'label' in e ? e.label.tensor! : '';
      const was = [...findUnits(labelled.body).keys()][i]!;
      const from = tensors.get('label' in was ? was.label.tensor! : '')!.data;
      return Math.max(...moved.get(label)!.data) / Math.max(...from);
    });
    // the last layer feeds a softmax and stays; the others move by at most half an octave
    expect(scales.filter((s) => Math.abs(s - 1) < 1e-6)).toHaveLength(1);
    for (const s of scales) expect(Math.abs(Math.log2(s))).toBeLessThanOrEqual(0.5 + 1e-6);
  });
});

/** Two 1x1 convolutions with a ReLU between, of very different channels. */
const chain: Func = bindParameters(
  importOnnx(
    encodeOnnx({
      opset: 13,
      inputs: { x: [1, 2, 1, 1] },
      outputs: ['y'],
      initializers: {
        a: tensor([2, 2, 1, 1], 'float32', [4, -1, 0.1, 0.2]),
        ab: tensor([2], 'float32', [0.5, 0.25]),
        b: tensor([2, 2, 1, 1], 'float32', [0.5, 2, -1, 3]),
      },
      nodes: [
        { op: 'Conv', inputs: ['x', 'a', 'ab'], outputs: ['c'] },
        { op: 'Relu', inputs: ['c'], outputs: ['r'] },
        { op: 'Conv', inputs: ['r', 'b'], outputs: ['y'] },
      ],
    }),
    {
      name: 'chain',
      external: () => {
        throw new Error('none');
      },
    },
  ),
);
