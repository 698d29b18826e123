import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Constant, Expr, Func } from '../../src/ir/expr.js';
import { labelTensors } from '../../src/ir/label.js';
import { postOrder } from '../../src/ir/visit.js';
import { showFloat } from '../../src/relay/numbers.js';
import { parseRelay } from '../../src/relay/parse.js';
import { globalFunctions, printModule } from '../../src/relay/print.js';
import { randomMain } from './random-module.js';

const read = (text: string): Func => parseRelay(text, { file: 'm.relay' });

it('what is printed reads back and prints the same, with and without types', () => {
  fc.assert(
    fc.property(randomMain, fc.boolean(), (main, types) => {
      const text = printModule(main, { types, metadata: true });
      expect(printModule(read(text), { types, metadata: true })).toBe(text);
    }),
    { numRuns: 400, seed: 1 },
  );
});

it('the graph that is read is the graph that was printed: operators, attributes, types, values, sharing', () => {
  const kindOf = (e: Expr) => {
    if (e.kind === 'call') return [e.op, e.attrs, e.type];
    return e.kind === 'constant' ? [e.value] : [e.kind, e.type];
  };
  /** Every expression with the places of those that it reads. */
  const structure = (f: Func) => {
    const order = postOrder(f.body);
    const place = new Map(order.map((e, i) => [e, i]));
    const reads = (e: Expr) =>
      'args' in e ? e.args : 'fields' in e ? e.fields : 'tuple' in e ? [e.tuple] : [];
    return order
      .filter((e) => e.kind !== 'constant')
      .map((e) => [
        kindOf(e),
        reads(e).map((c) => (c.kind === 'constant' ? (c as Constant).value : order[place.get(c)!]!.kind)),
      ]);
  };
  fc.assert(
    fc.property(randomMain, (main) => {
      const back = read(printModule(main, { types: false, metadata: true }));
      expect(structure(back)).toEqual(structure(main));
      expect(globalFunctions(back).map(structure)).toEqual(globalFunctions(main).map(structure));
    }),
    { numRuns: 200, seed: 2 },
  );
});

it("the labels of a printed network are the text's numbers", () => {
  const hasInner = (f: Func) =>
    postOrder(f.body).some((e) => e.kind === 'function_call' && e.callee.name === '');
  fc.assert(
    fc.property(randomMain, (main) => {
      fc.pre(!hasInner(main));
      const names = (f: Func) => postOrder(f.body).map((e) => ('label' in e ? e.label.tensor : ''));
      expect(names(read(printModule(main, { types: false, metadata: true })))).toEqual(
        names(labelTensors(main)),
      );
    }),
    { numRuns: 200, seed: 3 },
  );
});

it('every float reads back as itself', () => {
  const value = (text: string) => {
    const { body } = read(`def @main(%x: float32) {\n  nn.leaky_relu(%x, alpha=${text})\n}`);
    return body.kind === 'call' ? body.attrs.alpha : undefined;
  };
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.float()), (v) => {
      // A float32 needs only the digits that tell it from other float32.
      const back = value(showFloat(v)) as number;
      expect(Math.fround(v) === v ? Math.fround(back) : back).toBe(v);
    }),
    { numRuns: 500, seed: 4 },
  );
});

// C's "%g", as TVM's printer uses it.
it.each([
  [0, '0f'],
  [-0, '-0f'],
  [127, '127f'],
  [0.5, '0.5f'],
  [1e-5, '1e-05f'],
  [0.0001, '0.0001f'],
  [999999, '999999f'],
  [1e6, '1e+06f'],
  [16777216, '16777216f'],
  [1e20, '1e+20f'],
  [Math.fround(0.00392157), '0.00392157f'],
  // Six digits would be another float32.
  [Math.fround(1 / 255), '0.003921569f'],
  [1 / 3, '0.3333333333333333f'],
])('%d is written %s', (v, text) => expect(showFloat(v)).toBe(text));

it('the random networks have everything that a text can have', () => {
  const texts = fc
    .sample(randomMain, { numRuns: 300, seed: 1 })
    .map((f) => printModule(f, { types: true, metadata: true }));
  const all = texts.join('\n');
  for (const part of [
    'qnn.conv2d(',
    'nn.conv2d(',
    'concatenate(',
    'split(',
    'nn.pad(',
    'strided_slice(',
    'mean(',
    'axes=None',
    '= fn (',
    '= @f',
    'def @f',
    'meta[relay.Constant][1]',
    '.weights: Tensor',
    '/* ty=(Tensor[',
    '.1 /* ty=',
    '%i01: ',
  ])
    expect(all).toContain(part);
});
