import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import type { Call } from '../../src/ir/expr.js';
import { showType } from '../../src/ir/types.js';
import { postOrder } from '../../src/ir/visit.js';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';

const parse = (text: string) => parseRelay(text, { file: 'm.relay' });
/** A module with one int8 input %x of shape (1, 4) and the body given. */
const module = (body: string) => `def @main(%x: Tensor[(1, 4), int8]) {\n  ${body}\n}\n`;

describe('constants', () => {
  it.each([
    ['0', 'int32', 0],
    ['-7', 'int32', -7],
    ['2147483647', 'int32', 2147483647],
    ['0i64', 'int64', 0],
    ['-9007199254740991i64', 'int64', -9007199254740991],
    ['3i8', 'int8', 3],
    ['-128i8', 'int8', -128],
    ['5i16', 'int16', 5],
    ['2u8', 'uint8', 2],
    ['1f', 'float32', 1],
    ['1.5f', 'float32', 1.5],
    ['1.5', 'float32', 1.5],
    ['-128f', 'float32', -128],
    ['1e-05f', 'float32', Math.fround(1e-5)],
    ['0.00392157f', 'float32', Math.fround(0.00392157)],
    ['inff', 'float32', Infinity],
    ['-inff', 'float32', -Infinity],
    ['nanf', 'float32', Number.NaN],
    ['True', 'bool', 1],
    ['False', 'bool', 0],
  ])('%s is %s %s', (text, dtype, value) => {
    const { body } = parse(module(text));
    if (body.kind !== 'constant') throw new Error('no constant');
    expect([showType(body.type), body.value.data[0]]).toEqual([dtype, value]);
    if (text !== '1.5') expect(printModule(parse(module(text)), { types: false })).toBe(module(text));
  });

  it.each([
    ['128i8', '128i8 is no int8: whole numbers from -128 to 127.'],
    ['2147483648', '2147483648 is no int32: whole numbers from -2147483648 to 2147483647.'],
    ['-1u8', '-1u8 is no uint8: whole numbers from 0 to 255.'],
    ['1.5i8', '1.5i8 is no int8: whole numbers from -128 to 127.'],
    ['1f64', '1f64: f64 is not supported; supported: f, f32, i8, i16, i32, i64, u8.'],
    [
      '9007199254740993i64',
      '9007199254740993i64 is no int64: whole numbers from -9007199254740991 to 9007199254740991.',
    ],
  ])('%s is refused', (text, why) => {
    expect(() => parse(module(text))).toThrow(`m.relay:2:3: ${why}`);
  });
});

describe('what people and TVM versions write differently', () => {
  it.each([
    [
      'nested calls',
      'clip(cast(%x, dtype="int32"), a_min=0f, a_max=7f)',
      '%0 = cast(%x, dtype="int32");\n  clip(%0, a_min=0f, a_max=7f)',
    ],
    ['let', 'let %y = cast(%x, dtype="int32"); add(%y, %y)', '%0 = cast(%x, dtype="int32");\n  add(%0, %0)'],
    [
      'let with a type',
      'let %y: Tensor[(1, 4), int32] = cast(%x, dtype="int32"); add(%y, %y)',
      '%0 = cast(%x, dtype="int32");\n  add(%0, %0)',
    ],
    [
      'numbers with gaps',
      '%7 = cast(%x, dtype="int32"); %3 = add(%7, %7); add(%3, %7)',
      '%0 = cast(%x, dtype="int32");\n  %1 = add(%0, %0);\n  add(%1, %0)',
    ],
    ['a result by its number', '%0 = add(%x, %x);\n  %0', 'add(%x, %x)'],
    ['comments', 'add(%x, /* the same */ %x) // twice\n', 'add(%x, %x)'],
    ['whole numbers for floats', 'clip(%x, a_min=0, a_max=6)', 'clip(%x, a_min=0f, a_max=6f)'],
    [
      '64-bit attributes, tuples and a comma at the end',
      'reshape(%x, newshape=(2i64, 2i64,),)',
      'reshape(%x, newshape=[2, 2])',
    ],
    ['a dtype without quotes', 'cast(%x, dtype=int32)', 'cast(%x, dtype="int32")'],
    ['parentheses', '(%x)', '%x'],
    ['a part of a tuple', '%0 = (%x, %x);\n  %0.1', '%0 = (%x, %x);\n  %0.1'],
    ['a part of a named tuple', 'let %t = (%x, 1f);\n  %t.0', '%0 = (%x, 1f);\n  %0.0'],
    ['a tuple of one', '%0 = (%x,);\n  %0.0', '%0 = (%x,);\n  %0.0'],
  ])('%s', (_, body, expected) => {
    expect(printModule(parse(module(body)), { types: false })).toBe(module(expected));
  });

  it('padding with one or two numbers', () => {
    const conv = (padding: string) =>
      `def @main(%x: Tensor[(1, 1, 8, 8), int8], %w: Tensor[(1, 1, 3, 3), int8]) {\n  nn.conv2d(%x, %w${padding})\n}\n`;
    const main = (padding: string) => printModule(parse(conv(padding)), { types: false });
    expect(main(', padding=[1]')).toBe(conv(', padding=[1, 1, 1, 1]'));
    expect(main(', padding=[1, 2]')).toBe(conv(', padding=[1, 2, 1, 2]'));
    expect(main('')).toBe(conv(', padding=[0, 0, 0, 0]'));
    expect(() => main(', padding=[1, 2, 3]')).toThrow('must have 4 numbers');
  });

  it('a lone function, the version line, Windows line ends and no type in the head but in the comment', () => {
    const text = '#[version = "0.0.5"]\r\nfn (%x /* ty=Tensor[(1, 4), int8] */) {\r\n  add(%x, %x)\r\n}\r\n';
    expect(printModule(parse(text), { types: false })).toBe(module('add(%x, %x)'));
  });

  it("names with the characters of TVM's importers", () => {
    const text = (name: string) => `def @main(%${name}: int8) {\n  add(%${name}, %${name})\n}\n`;
    for (const name of [
      'conv1.weights',
      'layer1.0.conv1.weight',
      'model/conv-1/kernel:0',
      'onnx::Conv_1',
      'layer_._0/x',
    ])
      expect(printModule(parse(text(name)), { types: false })).toBe(text(name));
  });

  it('attributes of functions that this compiler does not read', () => {
    const text =
      'def @main(%x: int8, output_tensor_names=["Identity", "b\\"c"], hash="f36", n=None, k=[[1, 2], [3]]) {\n  %x\n}\n';
    expect(printModule(parse(text), { types: false })).toBe(text);
  });
});

describe('parameters of several functions', () => {
  it('get names of their own, as in TVM', () => {
    const text = (second: string) =>
      'def @main(%x: int8) -> int8 {\n  %0 = @f(%x) /* ty=int8 */;\n  @g(%0) /* ty=int8 */\n}\n\n' +
      `def @f(%i: int8 /* ty=int8 */) -> int8 {\n  add(%i, %i) /* ty=int8 */\n}\n\n` +
      `def @g(%${second}: int8 /* ty=int8 */) -> int8 {\n  add(%${second}, %${second}) /* ty=int8 */\n}\n`;
    const typed = (t: string) => t.replace('(%x: int8)', '(%x: int8 /* ty=int8 */)');
    expect(printModule(parse(text('i')), { types: true })).toBe(typed(text('i1')));
    expect(printModule(parse(text('i1')), { types: true })).toBe(typed(text('i1')));
  });
});

it('functions are printed by name, as TVM orders them, main first', () => {
  const f = (name: string) => `def @${name}(%x: int8) -> int8 { %x }\n`;
  const text = `${f('main_2')}${f('main_10')}${f('a')}def @main(%x: int8) { @a(@main_10(@main_2(%x))) }`;
  const order = printModule(parse(text), { types: false }).match(/def @\w+/g);
  expect(order).toEqual(['def @main', 'def @a', 'def @main_10', 'def @main_2']);
});

describe('labels', () => {
  const labels = (text: string) =>
    postOrder(parse(text).body).flatMap((e) =>
      'label' in e ? [[e.kind === 'call' ? e.op : e.kind, e.label]] : [],
    );

  it('are the numbers of the text, and the layers that the names of weights give', () => {
    const text = `def @main(%x: Tensor[(1, 4), int8], %fc1.weights: Tensor[(4, 4), int8], %fc1.bias: Tensor[(4), int32]) {
  %4 = nn.dense(%x, %fc1.weights, units=4, out_dtype="int32");
  %5 = nn.bias_add(%4, %fc1.bias);
  %7 = cast(%5, dtype="int8");
  %8 = cast(%7, dtype="int32");
  add(%8, %5)
}`;
    expect(labels(text)).toEqual([
      ['nn.dense', { tensor: '%4', layer: 'fc1' }],
      ['nn.bias_add', { tensor: '%5', layer: 'fc1' }],
      ['cast', { tensor: '%7', layer: 'fc1' }],
      ['cast', { tensor: '%8' }],
      ['add', { tensor: 'output' }],
    ]);
  });

  it('take the layer from a span of an importer, not from a place in a text', () => {
    const spans = 'clip(%x, a_min=0f, a_max=1f) /* ty=Tensor[(1, 4), int8] span=relu_1:0:0 */';
    expect(labels(module(spans))).toEqual([['clip', { tensor: 'output', layer: 'relu_1' }]]);
    expect(labels(module(spans.replace('relu_1:0:0', 'from_string:3:18')))).toEqual([
      ['clip', { tensor: 'output' }],
    ]);
  });

  it('count anew where a text does not number every tensor', () => {
    expect(labels(module('%9 = add(%x, %x);\n clip(add(%9, %x), a_min=0, a_max=1)'))).toEqual([
      ['add', { tensor: '%0' }],
      ['add', { tensor: '%1' }],
      ['clip', { tensor: 'output' }],
    ]);
  });
});

it('shares a constant that is referred to twice', () => {
  const ref = 'meta[relay.Constant][0] /* ty=Tensor[(4), int8] */';
  const main = parseRelay(module(`add(${ref}, ${ref})`), { file: 'm.relay', standInConstants: true });
  const { args } = main.body as Call;
  expect(args[0]).toBe(args[1]);
});

it('shares a tensor that is used twice', () => {
  const { body } = parse(module('%0 = add(%x, %x);\n  add(%0, %0)'));
  const { args } = body as Call;
  expect(args[0]).toBe(args[1]);
});

/** The message that refuses `text`. */
function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('errors', () => {
  it.each([
    ['add(%x, %y)', '2:11: %y is not defined here; nearest: %x.'],
    ['add(%x)', '2:3: add takes 2 arguments (lhs, rhs), not 1.'],
    ['ad(%x, %x)', '2:3: operator ad is not known; nearest: add'],
    ['clip(%x, a_min=0f)', '2:3: clip needs the attribute a_max (float).'],
    ['clip(%x, a_min=0f, a_max=1f, a_mid=2f)', '2:3: clip has no attribute a_mid; it takes a_min, a_max.'],
    ['clip(%x, a_min=0f, a_min=1f)', '2:22: the attribute a_min is given twice.'],
    ['clip(%x, a_min="0", a_max=1f)', '2:3: clip: attribute a_min is "0"; must be of kind float.'],
    ['clip(a_min=0f, %x)', '2:18: an argument after an attribute.'],
    ['clip((%x, %x), a_min=0f, a_max=1f)', '2:3: clip takes tensors, not the tuple'],
    ['add(%x, 1f)', '2:3: add: operands are int8 and float32; cast one of them.'],
    ['%0 = add(%x, %x);\n  %0 = add(%x, %x);\n  %0', '3:3: %0 is defined twice.'],
    ['%0 = add(%x, %x)\n  add(%0, %0)', '3:3: expected ";", not "add".'],
    ['%0 = (%x, %x);\n  %0.2', '3:5: a value of tuple type has no field .2.'],
    ['%x.0', '2:3: a value of tensor type has no field .0.'],
    ['()', '2:3: an empty tuple.'],
    ['@nope(%x)', '2:3: there is no function @nope; the file has @main.'],
    ['@main(%x)', '2:3: @main calls itself; a network has no recursion.'],
    ['%x(%x)', '2:3: %x is a tensor, not a function.'],
    [
      '%0 = fn (%y: Tensor[(1, 4), int8]) { add(%y, %x) };\n  %0(%x)',
      '2:48: %x is not defined here; nearest: %y.',
    ],
    [
      '%0 = fn (%y: Tensor[(1, 5), int8]) { %y };\n  %0(%x)',
      '3:6: argument 0 of %0 is Tensor[(1, 4), int8]; %y is Tensor[(1, 5), int8].',
    ],
    ['%0 = fn (%y: int8) { %y };\n  %0', '3:3: %0 is a function; only calls of it are supported.'],
    [
      '%0 = fn (%y: int8) -> int32 { %y };\n  %x',
      "2:33: the function's result is int8; its head says int32.",
    ],
    ['%0 = fn (%y: int8, Primitive="a") { %y };\n  %x', '2:22: Primitive must be a number.'],
    [
      'meta[relay.Constant][0]',
      '2:3: meta[relay.Constant][0] has no value: the file has no #[metadata] section.',
    ],
    ['if (True) { %x } else { %x }', '2:3: if: conditions are not supported.'],
    ['cast(%x, dtype="float16")', '2:3: cast: attribute dtype is "float16"; must be of kind dtype.'],
    ['add(%x, "a)', '2:11: the string does not end on its line.'],
    ['add(%x, %x) /* open', '2:15: the comment does not end.'],
    ['add(%x, ~x)', '2:11: "~x)" starts nothing that Relay\'s text has.'],
    ['add(%x', '3:1: expected "," or ")", not "}".'],
    [`${'('.repeat(120)}%x${')'.repeat(120)}`, '2:102: the text nests deeper than 100 levels'],
    [`add(%x, %${'a'.repeat(300)})`, '2:11: a name or number of 301 characters; at most 256.'],
    ['split(%x, indices_or_sections=1000000000, axis=1)', '2:3: split of (1, 4) makes more than 4096 parts.'],
    [
      'expand_dims(%x, axis=0, num_newaxis=2147483647)',
      '2:3: expand_dims of (1, 4): axis is 0 and num_newaxis 2147483647',
    ],
    [
      `reshape(%x, newshape=[4${', 1'.repeat(20)}])`,
      '2:3: the result of reshape does not do: 21 axes are more than 16.',
    ],
    [
      'nn.pad(%x, 0i8, pad_width=[[0, 0], [0, 99999999]])',
      '2:3: the result of nn.pad does not do: 100000003 elements are more than 67108864.',
    ],
    ['reshape(%x, newshape=[4, 99999999999999999999])', '2:28: 99999999999999999999 is beyond 2^53.'],
  ])('%s', (body, message) => {
    const error = refusal(module(body));
    expect(error).toMatch(/^m\.relay:\d+:\d+: [^\n]*$/);
    expect(error.slice('m.relay:'.length, 'm.relay:'.length + message.length)).toBe(message);
  });

  it.each([
    ['', '1:1: there is no function @main; the file has none.'],
    ['def @f(%x: int8) { %x }', '1:1: there is no function @main; the file has @f.'],
    ['def @main(%x: int8) { %x }\ndef @main(%x: int8) { %x }', '2:5: @main is defined twice.'],
    ['def @main(%x: int8, %x: int8) { %x }', '1:21: %x is defined twice.'],
    ['def @main(%x) { %x }', '1:13: %x needs a type'],
    ['def @main(%x: Tensor[(1, ?), int8]) { %x }', '1:26: extents known only at run time'],
    ['def @main(%x: Tensor[(1, -4), int8]) { %x }', '1:26: -4 is no extent of a tensor.'],
    [
      'def @main(%x: Tensor[(1, 4), float16]) { %x }',
      '1:30: dtype float16 is not supported; supported: int8,',
    ],
    [
      'def @main(%x: Tensor[(65536, 65536), int8]) { %x }',
      '1:15: the type does not do: 4294967296 elements are more than 67108864.',
    ],
    [
      'def @main(%x: int8) { @f(%x) }\ndef @f(%x: int8) { @g(%x) }\ndef @g(%x: int8) { @f(%x) }',
      '3:20: @f calls itself',
    ],
    ['def @main(%x: int8) { %x } garbage', '1:28: expected "def @main(...)", not "garbage".'],
    ['type List[A] { Nil, }', '1:1: type: algebraic data types are not supported.'],
  ])('%s', (text, message) => {
    expect(refusal(text).slice(0, message.length + 8)).toBe(`m.relay:${message}`);
  });

  it('names the chain of functions that is too deep', () => {
    const chain = Array.from({ length: 12 }, (_, i) => `def @f${i}(%x: int8) { @f${i + 1}(%x) }`);
    const text = `def @main(%x: int8) { @f0(%x) }\n${chain.join('\n')}\ndef @f12(%x: int8) { %x }`;
    expect(() => parse(text)).toThrow('functions call each other deeper than 8 levels');
  });
});
