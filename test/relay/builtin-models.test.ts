import { expect, it } from 'vitest';
import type { Expr } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { expandModels } from '../../src/models/registry.js';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';

const tensorNames = (root: Expr) => postOrder(root).map((e) => ('label' in e ? e.label.tensor : e.kind));

const models = expandModels(['all', 'htvm-suite']);

it('there are networks to try', () => expect(models.length).toBeGreaterThan(20));

it.each(models.map((m) => [m.name, m] as const))('%s prints as it was read', (_, entry) => {
  const { main } = entry.build(0);
  for (const types of [false, true]) {
    const text = printModule(main, { types });
    expect(printModule(parseRelay(text, { file: 'net.relay' }), { types })).toBe(text);
  }
});

it.each(models.map((m) => [m.name, m] as const))('%s keeps the names of its tensors', (_, entry) => {
  const { main } = entry.build(0);
  const read = parseRelay(printModule(main, { types: false }), { file: 'net.relay' });
  expect(tensorNames(read.body)).toEqual(tensorNames(main.body));
});
