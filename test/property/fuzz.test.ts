import { describe, expect, it } from 'vitest';
import { buildModel, type CallList, refsOf } from '../../scripts/fuzz/call-list.js';
import { type Configuration, commandLine, GraphFailure } from '../../scripts/fuzz/check.js';
import { printCalls } from '../../scripts/fuzz/print-calls.js';
import { type Check, describeFailure, type Failure, search } from '../../scripts/fuzz/search.js';
import * as api from '../../src/index.js';

const CONFIGURATION: Configuration = { target: 'soma_dory, c', fuse: false, l1Reuse: true, l1: 320 };

/** The call lists of graphs 0 to `count` - 1. */
const graphs = (count: number, seed = 3): CallList[] =>
  Array.from({ length: count }, (_, index) => {
    const outcome = search(seed, index, () => []);
    if (!outcome.holds) throw new Error('nothing was checked');
    return outcome.list;
  });

/** Builds what the printed program builds, by running its text on the package's API. */
function run(code: string): api.Model {
  const [, names] = /^import \{ (.*) \} from 'diana-sim';$/m.exec(code)!;
  const body = code.replace(/^import .*$/m, '').replace(/^writeModelFiles\(.*$/m, 'return model;');
  return new Function('api', `const { ${names} } = api;\n${body}`)(api) as api.Model;
}

const text = ({ main }: api.Model): string => api.printModule(main, { types: true, metadata: true });

describe('a random graph', () => {
  it('is the same each time, and another one for each number and seed', () => {
    const printed = [...graphs(20), ...graphs(20, 4)].map(printCalls);
    expect(graphs(20).map(printCalls)).toEqual(printed.slice(0, 20));
    expect(new Set(printed).size).toBe(40);
  });

  it('branches and joins', () => {
    const shape = ({ calls }: CallList) => {
      const refs = calls.flatMap((c) => [...new Set(refsOf(c.args))]);
      const branches = new Set(refs).size < refs.length;
      const joins = calls.some((c) => c.fn !== 'tuple' && new Set(refsOf(c.args)).size > 1);
      return { branches, joins };
    };
    const shapes = graphs(100).map(shape);
    expect(shapes.filter((s) => s.branches).length).toBeGreaterThan(80);
    expect(shapes.filter((s) => s.joins).length).toBeGreaterThan(80);
  });

  it('is printed as code that builds the same model', () => {
    for (const list of graphs(30)) {
      const [built, again] = [buildModel(list), run(printCalls(list))];
      expect(text(again)).toBe(text(built));
      expect(again.params).toEqual(built.params);
      expect(api.builtinInput(again)).toEqual(api.builtinInput(built));
    }
  });
});

describe('a failing graph', () => {
  /** Fails every graph in which something follows a convolution that has a ReLU. */
  const planted: Check = (list) => {
    const calls = list.calls.map((c) => JSON.stringify(c));
    const at = calls.findIndex((c) => c.includes('m.conv2d') && c.includes('"relu":true'));
    if (at >= 0 && calls.slice(at + 1).some((c) => c.includes(`{"ref":${at}}`) && !c.includes('tuple')))
      throw new GraphFailure(CONFIGURATION, new Error('planted'));
    return [];
  };
  const failures = Array.from({ length: 40 }, (_, index) => search(5, index, planted)).flatMap(
    (o): Failure[] => (o.holds ? [] : [o.failure]),
  );

  it('is found', () => expect(failures.length).toBeGreaterThan(10));

  it('shrinks to the layer and what follows it', () => {
    // Shrinking goes step by step: a graph that only two changes at once would make smaller keeps a step.
    for (const { list } of failures) expect(list.operators, printCalls(list)).toBeLessThanOrEqual(3);
    const smallest = failures.filter((f) => f.list.operators <= 2);
    expect(smallest.length).toBeGreaterThan(0.8 * failures.length);
  });

  it('is described by seed, number, command and code', () => {
    const failure = failures[0]!;
    const shown = describeFailure(failure);
    expect(shown).toContain(`graph ${failure.index} of seed 5 fails: planted`);
    expect(shown).toContain(`npm run fuzz -- --seed 5 --graph ${failure.index}`);
    expect(shown).toContain(`npx diana-sim verify graph-5-${failure.index}.relay --no-fuse --l1 320\n`);
    expect(shown).toContain(printCalls(failure.list));
  });

  it('of a generator that breaks is no finding: the error is thrown on', () => {
    const broken: Check = () => {
      throw new TypeError('broken');
    };
    expect(() => search(5, 0, broken)).toThrow('broken');
  });
});

it.each([
  [{ target: 'c', fuse: true, l1Reuse: true }, '--target c'],
  [{ target: 'soma_dory, c', fuse: true, l1Reuse: true }, ''],
  [
    { target: 'soma_dory, c', fuse: false, l1Reuse: false, l1: 64, wmem: 32, l2: 70000 },
    '--no-fuse --no-l1-reuse --l1 64 --wmem 32 --l2 70000',
  ],
] as const)('%j is compiled by "%s"', (configuration, flags) => {
  expect(commandLine(configuration)).toBe(flags);
});
