import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Code, encodeModule, OP } from '../../sim/rv32/wasm/binary.js';
import { Structure } from '../../sim/rv32/wasm/structure.js';
import { createMemory, instantiateBytes } from '../../src/base/webassembly.js';

const SELECT = 0;
const CHOICE = 1;

/** A module whose function walks a graph: every node asks JavaScript which edge to take; no such edge ends the walk. */
function walker(successors: readonly (readonly number[])[], entries: readonly number[]) {
  const code = new Code();
  const structure = new Structure({ successors, entries }, code, SELECT, (node, go) => {
    code.int(node).call(0).set(CHOICE);
    successors[node]!.forEach((to, i) => {
      code.get(CHOICE).int(i).op(OP.eq).open(OP.if);
      go(to, 1);
      code.end();
    });
    code.br(structure.exitDepth);
  });
  structure.emit();
  const bytes = encodeModule({ body: code.int(0), locals: 1, imports: [1], pages: 1 });
  return (ask: (node: number) => number) => {
    const imports = { env: { memory: createMemory(1), 0: ask } };
    return instantiateBytes(bytes, imports) as { run(select: number): number } | undefined;
  };
}

const graphs = fc
  .integer({ min: 1, max: 9 })
  .chain((size) =>
    fc.tuple(
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
      fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }),
    ),
  );

it('any graph, also with loops that are entered at several places, is walked edge by edge', () =>
  fc.assert(
    fc.property(graphs, ([successors, entries, choices]) => {
      for (const entry of entries) {
        const walked: number[] = [];
        let step = 0;
        const module = walker(
          successors,
          entries,
        )((node) => {
          walked.push(node);
          return choices[step++] ?? -1;
        });
        module!.run(entry + 1);
        const expected: number[] = [];
        let at: number | undefined = entry;
        for (let i = 0; at !== undefined; i++) {
          expected.push(at);
          at = successors[at]![choices[i] ?? -1];
        }
        expect(walked).toEqual(expected);
      }
    }),
    { numRuns: process.env.FULL_TESTS === '1' ? 3000 : 150, seed: 3 },
  ));
