import { describe, expect, it } from 'vitest';
import { mergeResults } from '../../reports/merge.js';
import { parseShard, shardOf } from '../../reports/shard.js';
import { UserError } from '../../src/base/errors.js';
import { documentOf, exactVerdict, resnet8Run } from './fixture.js';

const runs = ['a', 'b', 'c', 'd', 'e'].map((model) => ({ ...resnet8Run(), model }));
const whole = documentOf(runs, (run) => [exactVerdict(run)]);
const part = (shard: string) => ({
  name: shard,
  doc: documentOf(shardOf(runs, parseShard(shard)), (run) => [exactVerdict(run)]),
});

describe('shards', () => {
  it.each([1, 2, 3, 5, 7])('%i shards hold every item once', (n) => {
    const items = [0, 1, 2, 3, 4];
    const parts = Array.from({ length: n }, (_, i) => shardOf(items, { index: i + 1, of: n }));
    expect(parts.flat().sort()).toEqual(items);
    expect(
      Math.max(...parts.map((p) => p.length)) - Math.min(...parts.map((p) => p.length)),
    ).toBeLessThanOrEqual(1);
  });
  it.each(['0/4', '5/4', '1/0', '1', 'a/b', '1/2/3', '-1/2'])('refuses %s', (text) =>
    expect(() => parseShard(text)).toThrow(
      `--shard is "${text}"; must be i/n with 1 <= i <= n, for example 1/4.`,
    ),
  );
});

describe('mergeResults', () => {
  it.each([['1/1'], ['1/2', '2/2'], ['1/3', '2/3', '3/3']])(
    '%s %s %s gives the result of one machine',
    (...shards) => expect(mergeResults(shards.map(part))).toEqual(whole),
  );

  it('joins the runs of a model that several shards verified', () => {
    const run = resnet8Run();
    const doc = (n: number) => ({ name: `${n}.json`, doc: documentOf([run], (r) => [exactVerdict(r, n)]) });
    expect(mergeResults([doc(1), doc(0)]).models[0]?.verdicts.map((v) => v.run)).toEqual([0, 1]);
  });

  it.each([
    [[part('1/2'), part('1/2')], '1/2: a run 0 is in an earlier file, too; give each shard once.'],
    [
      [
        { name: 'x', doc: documentOf(runs) },
        { name: 'y', doc: documentOf(runs) },
      ],
      'y: a is in an earlier file, too; give each shard once.',
    ],
    [
      [part('1/2'), { name: 'y', doc: documentOf(runs) }],
      'y: command is "simulate", but "verify" in 1/2; merge shards of one command only.',
    ],
    [
      [part('1/1'), { name: 'y', doc: { ...whole, generator: 'diana-sim 9' } }],
      'y: generator is "diana-sim 9", but "diana-sim 0.2.0" in 1/1',
    ],
    [
      [
        part('1/1'),
        { name: 'y', doc: documentOf([{ ...runs[0]!, warnings: [] }], (run) => [exactVerdict(run, 1)]) },
      ],
      'y: a ran differently in an earlier file',
    ],
    [[], 'nothing to merge'],
  ])('refuses case %#', (parts, message) => {
    expect(() => mergeResults(parts)).toThrow(UserError);
    expect(() => mergeResults(parts)).toThrow(message);
  });
});
