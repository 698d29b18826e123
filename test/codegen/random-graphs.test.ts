import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildModel, pruned } from '../../scripts/fuzz/call-list.js';
import { arbitraryGraph, growGraph } from '../../scripts/fuzz/graph.js';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import type { Tensor } from '../../src/base/tensor.js';
import { emitProject } from '../../src/codegen/project.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildElf } from '../../src/node/toolchain/cross.js';
import { runNative } from '../../src/node/toolchain/native.js';
import { hasTool, nativeCompiler, riscvPrefix } from '../../src/node/toolchain/tool.js';
import { runs } from '../full.js';

/** Random networks with branches, several inputs and outputs and every operator, by number. */
function graph(number: number): Model {
  const [choices] = fc.sample(arbitraryGraph, { seed: number, numRuns: 1 });
  return buildModel(pruned(growGraph(`graph-${number}`, choices!)));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const SANITIZED = ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Integers equal; floats within 4 units in the last place (e^x), NaN and infinities as they are. */
function equalTo(want: number, got: number, isFloat: boolean): boolean {
  if (want === got || (Number.isNaN(want) && Number.isNaN(got))) return true;
  return isFloat && Math.abs(want - got) <= 4 * 2 ** -23 * Math.abs(want);
}

describe.skipIf(!hasTool(nativeCompiler()))('random networks on the host', () => {
  it.each(numbers(runs(16, 8)))(
    'graph %i: every kernel of the C equals the simulator',
    { timeout: 60_000 },
    (number) => {
      const model = graph(number);
      const { hardware } = DEFAULT_OPTIONS;
      const chip = { ...hardware.chip, l2Bytes: 1 << 24 };
      const options: CompileOptions = {
        ...DEFAULT_OPTIONS,
        target: 'c',
        fuse: number % 4 !== 3,
        hardware: { ...hardware, chip },
      };
      const program = compile(model, options);
      const inputs = builtinInput(model);
      const simulated: Tensor[] = [];
      runProgram(program, inputs, { onTensor: ({ tensor }) => simulated.push(tensor) });
      const native = runNative(program, inputs, { flags: SANITIZED });
      expect(native.length).toBe(simulated.length);
      native.forEach(({ tensor, layer }, i) => {
        const want = simulated[i]!;
        const at = tensor.data.findIndex((v, k) => !equalTo(want.data[k]!, v, want.dtype === 'float32'));
        expect(at, `kernel ${program.manifest.layers[layer]!.name}`).toBe(-1);
      });
    },
  );
});

describe.skipIf(!hasTool(`${riscvPrefix()}gcc`) || !hasTool('make'))(
  'random networks on core and host',
  () => {
    // 16: an operator on a tensor in the core's layout; 20: the host stores over bytes that a rounded copy left unwritten.
    it.each([...numbers(runs(6, 2)), 16, 20])(
      "graph %i runs on the SoC with the simulator's outputs",
      { timeout: 120_000 },
      (number) => {
        const model = graph(number);
        const { hardware } = DEFAULT_OPTIONS;
        const chip = { ...hardware.chip, l1Bytes: number % 3 === 1 ? 20_000 : hardware.chip.l1Bytes };
        const program = compile(model, { ...DEFAULT_OPTIONS, hardware: { ...hardware, chip } });
        const inputs = builtinInput(model);
        const { outputs } = runProgram(program, inputs);
        const { stdout, exitStatus } = runElf(
          buildElf(emitProject(program, { sample: { inputs, outputs } })).elf,
          { maxCycles: 3e8 },
        );
        expect(stdout).toContain('as expected');
        expect(exitStatus).toBe(0);
      },
    );
  },
);
