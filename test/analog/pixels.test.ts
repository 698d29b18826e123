import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { runProgram } from '../../sim/program/run.js';
import { random, randomInts } from '../../src/base/random.js';
import { relu } from '../../src/builder/host-operators.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { runOnSoc } from '../../src/node/toolchain/soc.js';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import type { JobStep, Program } from '../../src/program/types.js';
import { FULL } from '../full.js';
import { verified } from '../passes/verified.js';
import { addAnalog } from './random-analog-layer.js';
import { mixedModel, mixedSpec } from './random-mixed-network.js';

const draw = (what: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int32') =>
  randomInts(random(11, what), shape, -limit, limit, dtype);

/** A network that is built layer by layer. */
class Net {
  readonly m = new ModelBuilder('pixels');
  conv(
    x: Expr,
    name: string,
    k: number,
    options: { kernel?: number; stride?: number; depthwise?: true } = {},
  ): Expr {
    const { kernel = 3, stride = 1 } = options;
    const c = tensorTypeOf(x).shape[1]!;
    const inputs = options.depthwise ? 1 : c;
    return this.m.conv2d(
      x,
      name,
      draw(`${name}.w`, [k, inputs, kernel, kernel], 60, 'int8'),
      draw(`${name}.b`, [k], 500, 'int32'),
      { shift: 9, strides: [stride, stride], groups: options.depthwise ? c : 1 },
    );
  }
  analog(x: Expr, name: string, outputs: number): Expr {
    return addAnalog(this.m, x, name, {
      outputs,
      kernel: [1, 1],
      stride: 1,
      gain: 8,
      shift: 3,
      relu: false,
      seed: 2,
    });
  }
}

type Body = (n: Net, x: Expr) => Expr;
const network = (c: number, h: number, w: number, body: Body): Model => {
  const n = new Net();
  return n.m.build(body(n, n.m.input('x', [1, c, h, w], 'int8')));
};

/** A digital conv in front of an analog one. */
const feeding =
  (k: number, options: Parameters<Net['conv']>[3] = {}): Body =>
  (n, x) =>
    n.analog(n.conv(x, 'a', k, options), 'b', 16);

async function detailsOf(model: Model, options: Parameters<typeof verified>[1] = {}): Promise<string[]> {
  const { verdict, manifest } = await verified(model, options);
  expect([verdict.ok, verdict.tensors.filter((t) => t.differing > 0)]).toEqual([true, []]);
  return manifest.layers.map((l) => l.detail);
}

const HOST = ['to the core', 'to the host'];
/** The details of a network that needs the host only at its ends. */
const without = (details: readonly string[]): string[] => details.filter((d) => d.startsWith('to '));

describe('a digital conv in front of an analog one', () => {
  // write_l2_l1 is word 15 of the instruction, 1 for pixels [hal]; the copy of banks is op 3 of the analog core's port, at 0x6c [dory].
  it('writes pixels, which a copy of banks takes to L2', () => {
    const { manifest, image } = compile(network(4, 8, 8, feeding(32)), DEFAULT_OPTIONS);
    const layer = manifest.layers.find((l) => l.target === 'digital')!;
    const jobs = manifest.steps.filter((s): s is JobStep => s.kind === 'job' && s.layer === layer.id);
    const instruction = manifest.buffers.find((b) => b.name === `${layer.name}_instruction`)!;
    const words = new DataView(image.buffer, image.byteOffset + instruction.address - manifest.image.address);
    expect(words.getUint32(4 * 15, true)).toBe(1);
    const outward = jobs.filter((j) => j.core === 'analog');
    // 8 rows of 8 pixels, which lie 16 apart in the banks.
    expect(outward.map((j) => j.writes.map(([, v]) => v).slice(2))).toEqual(
      Array.from({ length: 8 }, (_, y) => [16 * y, 4, 8, 1]),
    );
    expect(outward.every((j) => j.writes[0]!.join() === [0x6c, 3].join())).toBe(true);
  });

  it.each<[string, number, number, number, Body]>([
    ['16 channels, rows of whole groups of 16 columns', 3, 8, 32, feeding(16)],
    ['stride 2', 8, 9, 20, feeding(48, { stride: 2 })],
    ['channels that fill no line', 4, 4, 7, feeding(20)],
    ['more channels than a block of 64', 16, 4, 4, feeding(80, { kernel: 1 })],
    ['tiles of 64 channels, as the weight memory holds no more', 112, 4, 4, feeding(128)],
    ['tiles of rows', 16, 64, 48, feeding(64)],
  ])('%s: exact, no transform between the cores', async (_, c, h, w, body) => {
    const details = await detailsOf(network(c, h, w, body));
    expect(without(details)).toEqual(HOST);
    expect(details[1]).toMatch(/ pixels$/);
  });

  it.each<[string, number, number, number, Body]>([
    ['depthwise: each job makes one channel', 16, 6, 6, feeding(16, { depthwise: true })],
    ['64 channels of which the weight memory does not hold the weights', 128, 4, 4, feeding(128)],
  ])('%s: the host makes the change', async (_, c, h, w, body) => {
    const details = await detailsOf(network(c, h, w, body));
    expect(without(details)).toEqual(['to the core', 'to the analog core', 'to the host']);
  });

  it('in banks of no whole lines the host makes the change', async () => {
    const { hardware } = DEFAULT_OPTIONS;
    const odd = { ...hardware, chip: { ...hardware.chip, l1Bytes: hardware.chip.l1Bytes - 16 } };
    const details = await detailsOf(network(4, 4, 16, feeding(16)), { hardware: odd });
    expect(without(details)).toEqual(['to the core', 'to the analog core', 'to the host']);
  });
});

describe('layouts between the cores', () => {
  it('a sum of two analog layers runs over their pixels', async () => {
    const details = await detailsOf(
      network(16, 8, 8, (n, x) =>
        n.analog(n.m.add(n.analog(x, 'a', 32), n.analog(x, 'b', 32), 's', { shift: 1 }), 'c', 16),
      ),
    );
    expect(details.filter((d) => d.startsWith('to ') || d.startsWith('>>'))).toEqual([
      'to the analog core',
      '>>1 pixels',
      'to the host',
    ]);
  });

  it('a sum with itself, and one in several pieces', async () => {
    const details = await detailsOf(
      network(16, 40, 36, (n, x) => {
        const a = n.analog(x, 'a', 16);
        const s = n.m.add(a, a, 's', { shift: 1 });
        return n.analog(n.m.add(s, a, 't', { shift: 1 }), 'c', 16);
      }),
    );
    expect(without(details)).toEqual(['to the analog core', 'to the host']);
  });

  it('a sum of pixels of which only some lines hold channels stays in planes: nobody wrote the others', async () => {
    const sum: Body = (n, x) => {
      const a = n.analog(x, 'a', 80);
      return n.analog(n.m.add(a, a, 's', { shift: 1 }), 'c', 16);
    };
    expect(without(await detailsOf(network(16, 4, 4, sum)))).toEqual([
      'to the analog core',
      'to the core',
      'to the analog core',
      'to the host',
    ]);
  });

  it('a ReLU of the host between analog layers runs over their pixels', async () => {
    const details = await detailsOf(
      network(16, 5, 5, (n, x) => n.analog(relu(n.analog(x, 'a', 20)), 'b', 16)),
    );
    expect(without(details)).toEqual(['to the analog core', 'to the host']);
  });

  it('a value that both cores read is made where that costs less', async () => {
    const details = await detailsOf(
      network(16, 8, 16, (n, x) => {
        const a = n.conv(x, 'a', 16);
        return n.m.add(n.analog(a, 'b', 16), n.conv(a, 'c', 16), 's', { shift: 1 });
      }),
    );
    // Planes for c, pixels for b and the sum: one of them takes a transform.
    expect(without(details).length).toBe(3);
  });
});

const clean = (program: Program, model: Model): string[] =>
  runProgram(program, builtinInput(model), { check: true }).findings!.map(({ what }) => what);

describe('random mixed networks', () => {
  const RUNS = FULL ? 160 : 40;

  it('exact, and clean to the sanitizer, with pixels of the digital core or without', async () => {
    await fc.assert(
      fc.asyncProperty(mixedSpec, fc.boolean(), async (spec, pixels) => {
        const model = mixedModel(spec);
        await detailsOf(model, { pixels });
        expect(clean(compile(model, { ...DEFAULT_OPTIONS, pixels }), model)).toEqual([]);
      }),
      { numRuns: RUNS, seed: 17 },
    );
  }, 600_000);

  it.each(['wordsReversed', 'blocksTogether'] as const)(
    'exact with %s switched',
    async (name) => {
      const hardware = { ...DEFAULT_OPTIONS.hardware, analog: { ...DEFAULT_ANALOG, [name]: 0 } };
      await fc.assert(
        fc.asyncProperty(mixedSpec, async (spec) => {
          await detailsOf(mixedModel(spec), { hardware });
        }),
        { numRuns: RUNS / 4, seed: 18 },
      );
    },
    600_000,
  );

  it.skipIf(!hasTool(`${riscvPrefix()}gcc`) || !hasTool('make'))(
    'exact on the SoC',
    async () => {
      await fc.assert(
        fc.asyncProperty(mixedSpec, async (spec) => {
          const model = mixedModel(spec);
          const program = compile(model, DEFAULT_OPTIONS);
          const inputs = builtinInput(model);
          const { outputs } = runProgram(program, inputs);
          expect(runOnSoc(program, { inputs, outputs }, 'O2').result.exitStatus).toBe(0);
        }),
        { numRuns: FULL ? 24 : 4, seed: 19 },
      );
    },
    600_000,
  );
});
