import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/codegen/accelerator/calls.js';
import { expand, type Node, reproduces, reroll } from '../../src/codegen/accelerator/reroll.js';

const copy = (buffer: number, ...params: readonly [number, number, number]): Action => ({
  shape: `copyIn ${buffer}`,
  call: { kind: 'copyIn', buffer },
  params,
  note: 'copy in',
});
const tile = (...params: readonly number[]): Action => ({
  shape: 'tile',
  call: { kind: 'tile' },
  params,
  note: '',
});

/** "3x[copyIn]" for loops, "4t[...]" for tables; a tile's own group (one turn) shows its body. */
const outline = (nodes: readonly Node[]): string =>
  nodes
    .map((n) => {
      if (n.kind === 'action') return n.action.call.kind;
      const body = outline(n.body);
      if (n.kind === 'table') return `${n.rows.length}t[${body}]`;
      return n.count === 1 ? body : `${n.count}x[${body}]`;
    })
    .join(' ');

describe("a layer's calls become loops", () => {
  it.each<[string, Action[], string]>([
    ['equal steps roll', [0, 1, 2, 3].map((i) => copy(7, 96 * i, 32 * i, 32)), '4x[copyIn]'],
    ['two calls stay', [copy(7, 0, 0, 32), copy(7, 96, 32, 32)], 'copyIn copyIn'],
    [
      'another buffer stays outside',
      [...[0, 1, 2].map((i) => copy(7, i, 0, 32)), copy(8, 3, 0, 32)],
      '3x[copyIn] copyIn',
    ],
    ['another step ends the loop', [0, 8, 16, 24, 40].map((at) => copy(7, at, 0, 32)), '4x[copyIn] copyIn'],
    ['no rule makes a table', [0, 8, 24, 25].map((at) => copy(7, at, 0, 32)), '4t[copyIn]'],
    [
      'tiles of rows of planes nest',
      [0, 1, 2].flatMap((t) => [
        tile(t, t + 1, 0, 1, 0, 1),
        ...[0, 1, 2, 3].map((p) => copy(7, 512 * t + 96 * p, 32 * p, 32)),
      ]),
      '3x[tile 4x[copyIn]]',
    ],
    [
      'a last tile of another size follows the loop',
      [0, 1, 2, 3].flatMap((t) => [tile(t, t + 1, 0, 1, 0, 1), copy(7, 64 * t, 0, t === 3 ? 32 : 64)]),
      '3x[tile copyIn] tile copyIn',
    ],
    [
      'tiles that follow no rule become rows of a table, their planes stay loops',
      [0, 100, 150, 400].flatMap((at) => [
        tile(0, 1, at, at + 1, 0, 1),
        ...[0, 1, 2].map((p) => copy(7, at + 96 * p, 32 * p, 32)),
      ]),
      '4t[tile 3x[copyIn]]',
    ],
  ])('%s', (_, actions, want) => {
    const nodes = reroll(actions);
    expect(outline(nodes)).toBe(want);
    expect(reproduces(nodes, actions)).toBe(true);
  });

  it('expands to exactly the calls, whatever they are', () => {
    const small = fc.integer({ min: 0, max: 2 });
    const action = fc
      .tuple(fc.boolean(), small, small, small)
      .map(([isTile, a, b, c]) => (isTile ? tile(a, a + 1, b, b + 1, c, c + 1) : copy(a, 8 * b, 16 * c, 32)));
    const repeated = fc
      .tuple(fc.array(action, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5 }), small)
      .map(([body, times, step]) =>
        Array.from({ length: times }, (_, t) =>
          body.map((a) => ({ ...a, params: a.params.map((p) => p + step * t) })),
        ).flat(),
      );
    fc.assert(
      fc.property(fc.array(repeated, { maxLength: 6 }), (parts) => {
        const actions = parts.flat();
        const made = expand(reroll(actions));
        expect(made.map((m) => m.shape)).toEqual(actions.map((a) => a.shape));
        expect(made.map((m) => m.params)).toEqual(actions.map((a) => [...a.params]));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('notices nodes that make other calls', () => {
    const actions = [0, 1, 2].map((i) => copy(7, 8 * i, 0, 32));
    const [loop] = reroll(actions);
    if (loop?.kind !== 'loop' || loop.body[0]?.kind !== 'loop') throw new Error('expected a rolled group');
    const inner = loop.body[0];
    const wrong: Node = { ...loop, body: [{ ...inner, steps: [4, 0, 0] }] };
    expect(reproduces([wrong], actions)).toBe(false);
    expect(reproduces([{ ...loop, body: [{ ...inner, count: 2 }] }], actions)).toBe(false);
  });
});
