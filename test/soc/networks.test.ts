import { describe, expect, it } from 'vitest';
import { type Backend, evaluate, openBackend } from '../../golden/index.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel, suiteModels } from '../../src/models/registry.js';
import { crossCompiler, runOnSoc } from '../../src/node/toolchain/soc.js';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import { compareOnSoc, verifyOnSoc } from '../../src/node/verify-on-soc.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';
import type { Optimization, SocRun } from '../../src/results/soc.js';
import { FULL } from '../full.js';
import { expectToFit } from '../toolchain/sizes.js';

const gcc = `${riscvPrefix()}gcc`;
const canBuild = hasTool(gcc) && hasTool('make');
if (!canBuild) console.warn(`${gcc} or make is not installed: networks are not run on the SoC`);

const CORE = 'soma_dory, c';
type Case = readonly [model: string, target: 'soma_dory, c' | 'c', optimization: Optimization];

const OTHERS: readonly Case[] = [
  ...['resnet8-ternary', 'ds-cnn-mixed', 'dae-ternary'].map((name): Case => [name, CORE, 'O2']),
  // Their pixels of 64 channels take more L2 than the chip has.
  ...['mobilenet-v1-mixed', 'mobilenet-v1-ternary'].map((name): Case => [name, CORE, 'O2']),
  ['resnet8-mixed', CORE, 'O0'],
  ['residual', CORE, 'O0'],
  ['resnet8', CORE, 'O0'],
  ['ds-cnn', CORE, 'O3'],
  ['resnet8', CORE, 'O3'],
  ['residual', 'c', 'O0'],
  ['dae', 'c', 'O2'],
  ['ds-cnn', 'c', 'O3'],
];
// Every network at -O2, and one for the target without core; in full the other levels on small ones. `verify all --on soc` runs
// what is left.
const CASES: readonly Case[] = [
  ...suiteModels('all').map(({ name }): Case => [name, CORE, 'O2']),
  ['two-convs', 'c', 'O2'],
  // Jobs of both cores.
  ['dae-mixed', CORE, 'O2'],
  ['resnet8-mixed', CORE, 'O2'],
  ...(FULL ? OTHERS : []),
];

let backend: Backend;
const inputsOf = (model: Model) => builtinInput(model);
async function referenceOf(model: Model) {
  backend ??= await openBackend('wasm');
  return evaluate(model.main, inputsOf(model), model.params, backend).tensors;
}

const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);

describe.skipIf(!canBuild)('networks on the SoC equal reference and Program', () => {
  it.each(CASES)('%s for %s at %s', { timeout: 120_000 }, async (name, target, optimization) => {
    const model = buildModel(name);
    const { hardware: chip } = DEFAULT_OPTIONS;
    const hardware = name.startsWith('mobilenet-v1-') ? overrideMemories(chip, { l2: 2 ** 21 }) : chip;
    const program = compile(model, { ...DEFAULT_OPTIONS, target, hardware });
    const [inputs, reference] = [inputsOf(model), await referenceOf(model)];
    const ran = runOnSoc(program, { inputs, outputs: reference }, optimization);
    expect(ran.result.stdout).toContain('as expected');
    if (hardware === chip) expectToFit(ran.sizes, program);
    const soc = compareOnSoc(program, ran, inputs, reference, { optimization, run: 0 });
    expect(soc.difference).toBeUndefined();
    expect(soc.ok).toBe(true);
    expect(soc.outputs).toBe(program.manifest.buffers.filter((b) => b.role === 'output').length);
    expect(soc.jobs).toBe(program.manifest.steps.filter((s) => s.kind === 'job').length);
    if (target === CORE) expect(soc.jobs).toBeGreaterThanOrEqual(3);
    expectCyclesToAddUp(soc, program);
  });
});

function expectCyclesToAddUp({ network, layers, programCycles }: SocRun, program: Program): void {
  expect(network.cycles).toBe(network.core + network.drivers + network.kernels);
  expect(network.core).toBe(sum(layers.map((l) => l.core)));
  expect(programCycles).toBeGreaterThan(network.cycles);
  layers.forEach(({ name, cycles, core }, i) => {
    const layer = program.manifest.layers[i]!;
    expect(name).toBe(layer.name);
    expect(cycles).toBeGreaterThan(core);
    if (layer.target === 'host') expect(core).toBe(0);
    else expect(core).toBeGreaterThan(0);
  });
  // What lies between the kernels is the calls themselves.
  expect(network.cycles - sum(layers.map((l) => l.cycles))).toBeLessThan(30 * (layers.length + 1));
}

describe.skipIf(!canBuild)('what goes wrong on the SoC is told', () => {
  const model = buildModel('two-convs');
  const program = compile(model, DEFAULT_OPTIONS);
  const verifyWith = async (change: (reference: Map<string, { data: { [i: number]: number } }>) => void) => {
    const reference = new Map(
      [...(await referenceOf(model))].map(([name, t]) => [name, { ...t, data: t.data.slice() }]),
    );
    change(reference);
    return verifyOnSoc(program, inputsOf(model), reference, { optimization: 'O2', run: 3 });
  };

  it('an output element, with its place', async () => {
    const output = program.manifest.buffers.find((b) => b.role === 'output')!.tensor!;
    let was = 0;
    const soc = await verifyWith((reference) => {
      const { data } = reference.get(output)!;
      was = data[33]!;
      data[33] = was + 1;
    });
    expect(soc).toMatchObject({ run: 3, ok: false, optimization: 'O2', compiler: crossCompiler() });
    // Element 33 of rows of 32: row 1, column 1.
    expect(soc.difference).toMatch(
      new RegExp(
        `^output ${output}: 1 of \\d+ elements differ from the reference; the first is \\[0, 0, 1, 1\\]: ${was}, not ${was + 1}$`,
      ),
    );
  });
});
