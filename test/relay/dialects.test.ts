import { describe, expect, it } from 'vitest';
import { evaluate, openBackend } from '../../golden/index.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { loadRelay } from '../../src/relay/load.js';
import { runOnHost } from '../frontends/host-run.js';

const model = (text: string) => loadRelay(text, 'net.relay');
const module = (params: string, body: string, version = '0.0.5') =>
  `#[version = "${version}"]\ndef @main(${params}) {\n${body}\n}\n`;

/** The result of a text on its only input, the host's, which the reference must share. */
async function result(text: string, x: Tensor, name = 'x'): Promise<number[]> {
  const m = model(text);
  const host = runOnHost(m, { [name]: x }).get('output')!;
  const reference = evaluate(m.main, new Map([[name, x]]), m.params, await openBackend('cpu'));
  expect([...reference.tensors.get('output')!.data]).toEqual([...host.data]);
  return [...host.data];
}

const int32 = (values: readonly number[]) => tensor([1, values.length], 'int32', values);
const int8 = (values: readonly number[]) => tensor([1, values.length], 'int8', values);

describe('qnn.requantize rounds once', () => {
  const text = (attrs: string, scales = '0.5f, 0, 1f, 0') =>
    module('%x: Tensor[(1, 8), int32]', `  qnn.requantize(%x, ${scales}, ${attrs})`);
  const x = int32([-5, -3, -1, 0, 1, 3, 5, 1000]);

  it.each<[string, string, number[]]>([
    // TVM 0.8 and 0.9: half up
    ['UPWARD', 'axis=1, rounding="UPWARD", out_dtype="int8"', [-2, -1, 0, 0, 1, 2, 3, 127]],
    // halves away from zero
    [
      'TONEAREST',
      'axis=1, rounding="TONEAREST", compute_dtype="int64", out_dtype="int8"',
      [-3, -2, -1, 0, 1, 2, 3, 127],
    ],
    // TVM 0.10 to 0.14 print the default as None
    ['None', 'axis=1, rounding="None", compute_dtype="None", out_dtype="int8"', [-2, -1, 0, 0, 1, 2, 3, 127]],
    ['to int32', 'axis=1, out_dtype="int32"', [-2, -1, 0, 0, 1, 2, 3, 500]],
  ])('%s', async (_, attrs, expected) => expect(await result(text(attrs), x)).toEqual(expected));

  it('moves zero points', async () => {
    // (x - 2) * 0.25 / 0.5 + 10
    expect(
      await result(text('out_dtype="int8"', '0.25f, 2, 0.5f, 10'), int32([2, 4, 6, 0, -6, 7, 3, 1])),
    ).toEqual([10, 11, 12, 9, 6, 13, 11, 10]);
  });

  it('equal scales only saturate', async () => {
    expect(await result(text('out_dtype="int8"', '0.3f, 0, 0.3f, 0'), x)).toEqual([
      -5, -3, -1, 0, 1, 3, 5, 127,
    ]);
  });

  it.each(['upward', 'tonearest'])('%s is exact for large products', async (rounding) => {
    const values = [2 ** 31 - 1, -(2 ** 31), 123456789, -987654321, 65536, -65537, 1, -1];
    const made = await result(
      text(`rounding="${rounding.toUpperCase()}", out_dtype="int32"`, '0.7f, 0, 1f, 0'),
      int32(values),
    );
    const multiplier = BigInt(Math.round(Math.fround(0.7) * 2 ** 31));
    const expected = values.map((v) => {
      const product = BigInt(v) * multiplier;
      const half = rounding === 'tonearest' && product < 0n ? (1n << 30n) - 1n : 1n << 30n;
      return Number((product + half) >> 31n);
    });
    expect(made).toEqual(expected);
  });
});

describe('the other operators of the qnn dialect', () => {
  it('qnn.quantize: halves away from zero, the zero point, saturation', async () => {
    const text = module(
      '%x: Tensor[(1, 6), float32]',
      '  qnn.quantize(%x, 0.5f, -3, out_dtype="int8", axis=1)',
    );
    const x = tensor([1, 6], 'float32', [0.25, -0.25, 0.2, 1, 100, -100]);
    expect(await result(text, x)).toEqual([-2, -4, -3, -1, 127, -128]);
  });

  it('qnn.dequantize, with and without the out_dtype of TVM 0.14', async () => {
    const text = (attrs: string) =>
      module('%x: Tensor[(1, 3), int8]', `  qnn.dequantize(%x, 0.5f, -3${attrs})`);
    const x = int8([-3, 0, 127]);
    expect(await result(text(', axis=1'), x)).toEqual([0, 1.5, 65]);
    expect(await result(text(', axis=1, out_dtype="float32"'), x)).toEqual([0, 1.5, 65]);
  });

  it('qnn.add: both operands at the output`s scale', async () => {
    const text = module(
      '%x: Tensor[(1, 4), int8]',
      '  qnn.add(%x, %x, 0.5f, 0, 0.25f, 2, 1f, 3, lhs_axis=-1, rhs_axis=-1)',
    );
    // upward((x * 0.5)) + upward((x - 2) * 0.25) + 3
    expect(await result(text, int8([2, 6, 127, -128]))).toEqual([4, 7, 98, -93]);
  });

  it('qnn.dense: without zero points the core takes it, with them the sum is centred', async () => {
    const text = (zero: number) =>
      module(
        '%x: Tensor[(1, 4), int8], %w: Tensor[(4, 4), int8]',
        `  qnn.dense(%x, %w, ${zero}, 0, 1f, 1f, units=4, out_dtype="int32")`,
      );
    const w = tensor(
      [4, 4],
      'int8',
      Array.from({ length: 16 }, (_, i) => i - 8),
    );
    for (const zero of [0, 3]) {
      const m = { ...model(text(zero)), params: new Map([['w', w]]) };
      const made = runOnHost(m, { x: int8([1, 2, 3, 4]) }).get('output')!;
      const expected = [0, 1, 2, 3].map((k) =>
        [1, 2, 3, 4].reduce((n, v, c) => n + (v - zero) * w.data[k * 4 + c]!, 0),
      );
      expect([...made.data]).toEqual(expected);
    }
  });

  it('qnn.conv2d with an input zero point pads with it', async () => {
    const text = module(
      '%x: Tensor[(1, 1, 2, 2), int8], %w: Tensor[(1, 1, 3, 3), int8]',
      '  qnn.conv2d(%x, %w, 5, 0, 1f, 1f, padding=[1, 1, 1, 1], channels=1, kernel_size=[3, 3], out_dtype="int32")',
    );
    const w = tensor([1, 1, 3, 3], 'int8', new Array(9).fill(1));
    const m = { ...model(text), params: new Map([['w', w]]) };
    const x = tensor([1, 1, 2, 2], 'int8', [5, 6, 7, 8]);
    // the padding counts as 5 - 5
    expect([...runOnHost(m, { x }).get('output')!.data]).toEqual([6, 6, 6, 6]);
  });

  it('a requantized layer that is one shift goes to the core', () => {
    const text = module(
      '%x: Tensor[(1, 4), int8], %w: Tensor[(4, 4), int8], %b: Tensor[(4), int32]',
      [
        '  %0 = qnn.dense(%x, %w, 0, 0, 1f, 1f, units=4, out_dtype="int32");',
        '  %1 = nn.bias_add(%0, %b, axis=1);',
        '  %2 = right_shift(%1, 4);',
        '  %3 = clip(%2, a_min=-128f, a_max=127f);',
        '  cast(%3, dtype="int8")',
      ].join('\n'),
    );
    const params = new Map([
      ['w', tensor([4, 4], 'int8')],
      ['b', tensor([4], 'int32')],
    ]);
    const { layers } = compile({ ...model(text), params }, DEFAULT_OPTIONS).manifest;
    expect(layers.map((l) => l.target)).toContain('digital');
  });
});

describe('texts as TVM 0.8 to 0.14 print them', () => {
  it('nn.batch_norm, whose first field is the result', async () => {
    const text = module(
      '%x: Tensor[(1, 2, 1, 2), float32], %g: Tensor[(2), float32], %b: Tensor[(2), float32], %m: Tensor[(2), float32], %v: Tensor[(2), float32]',
      '  %0 = nn.batch_norm(%x, %g, %b, %m, %v, epsilon=0f);\n  %0.0',
    );
    const params = new Map(
      Object.entries({ g: [2, 1], b: [0.5, 0], m: [1, -1], v: [4, 0.25] }).map(
        ([n, d]) => [n, tensor([2], 'float32', d)] as const,
      ),
    );
    const x = tensor([1, 2, 1, 2], 'float32', [1, 3, -1, 0]);
    // (x - mean) * gamma / sqrt(var) + beta
    expect([...runOnHost({ ...model(text), params }, { x }).get('output')!.data]).toEqual([0.5, 2.5, 0, 2]);
  });

  it('free variables: an expression without a function', async () => {
    const text = 'free_var %x: Tensor[(1, 3), int32];\n%0 = nn.relu(%x);\nadd(%0, 1)\n';
    expect(await result(text, int32([-1, 0, 5]))).toEqual([1, 1, 6]);
    expect(await result(text.replace(';\n%0', '\n%0'), int32([-1, 0, 5]))).toEqual([1, 1, 6]);
  });

  it('let, with and without a type', async () => {
    const text = module(
      '%x: Tensor[(1, 3), int32]',
      '  let %a: Tensor[(1, 3), int32] = nn.relu(%x);\n  let %b = add(%a, 1);\n  multiply(%a, %b)',
    );
    expect(await result(text, int32([-1, 2, 3]))).toEqual([0, 6, 12]);
  });

  it('tuples and their fields', async () => {
    const text = module(
      '%x: Tensor[(1, 4), int32]',
      '  %0 = split(%x, indices_or_sections=2, axis=1);\n  %1 = (%0.1, %0.0);\n  %2 = %1.0;\n  %3 = (%2, %1.1);\n  concatenate(%3, axis=1)',
    );
    expect(await result(text, int32([1, 2, 3, 4]))).toEqual([3, 4, 1, 2]);
  });

  it('span comments name the layer; attributes of the schedulers mean nothing', () => {
    const text = module(
      '%x: Tensor[(1, 4), int8] /* ty=Tensor[(1, 4), int8] span=serving_x:0:0 */, %w: Tensor[(4, 4), int8]',
      '  nn.dense(%x, %w, units=None, out_dtype="int32", auto_scheduler_rewritten_layout="", meta_schedule_original_shape=None) /* ty=Tensor[(1, 4), int32] span=model/fc/MatMul:0:0 */',
    );
    const { body } = model(text).main;
    expect('label' in body ? body.label.layer : undefined).toBe('model/fc/MatMul');
  });

  it.each([
    ['qnn.requantize(%x, 1f, 0, 1f)', /net\.relay:3:3: qnn\.requantize takes 5 arguments, not 4/],
    ['qnn.requantize(%x, %x, 0, 1f, 0)', /qnn\.requantize: input_scale is no constant in the text/],
    [
      'qnn.dequantize(%x, 1f, 0, speed=3)',
      /qnn\.dequantize has no attribute speed; it takes axis, out_dtype/,
    ],
  ])('%s is refused in one line', (body, message) =>
    expect(() => model(module('%x: Tensor[(1, 3), int32]', `  ${body}`))).toThrow(message),
  );
});
