import { describe, expect, it } from 'vitest';
import { paretoFront } from '../../reports/explore/pareto.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { parseAxis } from '../../src/explore/axis.js';
import { explore } from '../../src/explore/explore.js';
import { compile } from '../../src/library/compile.js';
import { simulate } from '../../src/library/simulate.js';
import { buildModel } from '../../src/models/registry.js';

describe('axes', () => {
  it.each([
    ['l1=64K:512K:x2', 'chip.l1Bytes', [65536, 131072, 262144, 524288]],
    ['l1=64K,1M', 'chip.l1Bytes', [65536, 1048576]],
    ['clock=100M,260M', 'chip.clockHz', [1e8, 2.6e8]], // not a memory: powers of 1000
    ['copy.bytesPerCycle=8:32:+8', 'cycles.bytesPerCycle', [8, 16, 24, 32]],
    ['launch=0,70', 'cycles.launch', [0, 70]],
    ['host.mac=1.5', 'host.mac', [1.5]],
    ['launch=0:10:+4', 'cycles.launch', [0, 4, 8]], // 10 is not reached
    ['cost-model=match,odimo', 'cost-model', ['match', 'odimo']],
    ['array=16x16,032x16', 'array', ['16x16', '32x16']],
    ['array.columns=16,32', 'array.columns', [16, 32]],
  ])('%s', (word, parameter, values) => expect(parseAxis(word)).toMatchObject({ parameter, values }));

  it.each([
    ['array=32', '--vary array=32: "32" is no array; write CHANNELSxCOLUMNS, such as 32x16.'],
    ['array=24x16', '--vary array=24x16: array.channels is 24; must be a multiple of 16 from 16 to 256.'],
    ['array=16x16,16x016', '--vary array=16x16,16x016: gives 16x16 twice; give it once.'],
    ['line=32', /^--vary line: cannot vary: activations in L1/],
    ['banks=8', /^--vary banks: cannot vary: .*no public cycle model counts their conflicts/],
    ['l3=1K', /^--vary l3: is no parameter; nearest: /],
    ['l1', '--vary l1: must be NAME=VALUE,... or NAME=LOW:HIGH:xN.'],
    ['l1=', '--vary l1=: must be NAME=VALUE,... or NAME=LOW:HIGH:xN.'],
    ['l1=many', '--vary l1=many: "many" is no number; write 64K, 0.5 or 100M.'],
    ['l1=100', '--vary l1=100: chip.l1Bytes is 100; must be a multiple of 16 bytes from 16 to 1073741824.'],
    ['l1=64K,64K', '--vary l1=64K,64K: gives 65536 twice; give it once.'],
    ['l1=64K:512K', /range "64K:512K" must be LOW:HIGH:xN or LOW:HIGH:\+N/],
    ['l1=64K:512K:x1', /never reaches its end/],
    ['launch=0:64:x2', /never reaches its end/],
    ['launch=9:4:+1', /never reaches its end/],
    ['launch=0:1M:+1', /has more than 100000 values/],
    ['cost-model=tvm', /tvm is no cost model; must be among match, odimo, zigzag, dory/],
  ])('%s is refused', (word, message) => expect(() => parseAxis(word)).toThrow(message));
});

describe('points', () => {
  const axes = [parseAxis('l1=64K,256K'), parseAxis('clock=100M,260M')];

  it('are all combinations, each what a simulation with these parameters counts', async () => {
    const { points, total } = await explore([buildModel('two-convs')], { axes });
    expect(total).toBe(4);
    expect(points.map(({ index, values }) => [index, ...values])).toEqual([
      [0, 65536, 1e8],
      [1, 65536, 2.6e8],
      [2, 262144, 1e8],
      [3, 262144, 2.6e8],
    ]);
    for (const p of points) {
      const chip = { ...DEFAULT_PARAMETERS.chip, l1Bytes: Number(p.values[0]), clockHz: Number(p.values[1]) };
      const program = compile(buildModel('two-convs'), { hardware: { ...DEFAULT_PARAMETERS, chip } });
      const { totals } = (await simulate(program)).document.models[0]!.run;
      expect([p.cycles, p.milliseconds]).toEqual([totals.totalCycles, totals.milliseconds]);
    }
  });

  it('with other arrays: 16x16 costs what the chip does, more lanes less, and lanes are a goal of the front', async () => {
    const doc = await explore([buildModel('resnet8')], { axes: [parseAxis('array=16x16,32x16,32x32')] });
    expect(doc.points.map(({ lanes }) => lanes)).toEqual([256, 512, 1024]);
    expect(doc.points[0]!.cycles).toBe(183437);
    expect(doc.points[1]!.cycles).toBeLessThan(183437);
    expect(doc.points[2]!.cycles).toBeLessThan(doc.points[1]!.cycles);
    expect(paretoFront(doc)).toHaveLength(3);
    const hardware = { ...DEFAULT_PARAMETERS, array: { channels: 32, columns: 16 } };
    const { totals } = (await simulate(compile(buildModel('resnet8'), { hardware }))).document.models[0]!.run;
    expect(totals.totalCycles).toBe(doc.points[1]!.cycles);
    expect(totals.utilization).toBeCloseTo(totals.macPerCycle / 512, 12);
  });

  it('of several networks have geometric means', async () => {
    const { points } = await explore(
      ['single-conv', 'residual'].map((n) => buildModel(n)),
      { axes: [] },
    );
    const [point] = points;
    const [a, b] = point!.models.map((m) => m.cycles) as [number, number];
    expect(point!.cycles).toBeCloseTo(Math.sqrt(a * b), 6);
  });

  it('at which a network does not fit say why, and the others stand', async () => {
    const { points } = await explore([buildModel('resnet8')], { axes: [parseAxis('l2=128K,512K')] });
    expect(points[0]!.error).toMatch(/L2/);
    expect(points[0]!.models).toEqual([]);
    expect(points[1]!.cycles).toBe(183437);
  });

  it('dealt to shards are each in one of them', async () => {
    const models = [buildModel('single-conv')];
    const whole = await explore(models, { axes });
    const parts = await Promise.all(
      [1, 2, 3].map((index) => explore(models, { axes, shard: { index, of: 3 } })),
    );
    expect(parts.map(({ points }) => points.map(({ index }) => index))).toEqual([[0, 3], [1], [2]]);
    const joined = parts.flatMap(({ points }) => points).sort((a, b) => a.index - b.index);
    expect(joined).toEqual(whole.points);
  });

  it('vary a parameter once, and not without end', async () => {
    const twice = { axes: [parseAxis('l1=64K'), parseAxis('chip.l1Bytes=128K')] };
    await expect(explore([buildModel('single-conv')], twice)).rejects.toThrow(
      '--vary chip.l1Bytes: chip.l1Bytes varies already; give each parameter once.',
    );
    const arrays = { axes: [parseAxis('array=32x16'), parseAxis('array.columns=32')] };
    await expect(explore([buildModel('single-conv')], arrays)).rejects.toThrow(
      '--vary array.columns: array varies already; give the array once.',
    );
    const many = { axes: [parseAxis('launch=0:999:+1'), parseAxis('tileLoop=0:999:+1')] };
    await expect(explore([buildModel('single-conv')], many)).rejects.toThrow(/makes 1000000 points/);
  });
});
