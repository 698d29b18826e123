import { expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { random, randomInts } from '../../src/base/random.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { clip, maximum, subtract } from '../../src/builder/operators.js';
import { emitProject } from '../../src/codegen/project.js';
import { compile } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildElf } from '../../src/node/toolchain/cross.js';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import type { HostStep } from '../../src/program/types.js';

/** Two convs of 25 columns (rows of 32 bytes on the core's side), whose results meet in operators of the host, and a third. */
function model() {
  const m = new ModelBuilder('core-layout');
  const rng = random('core-layout');
  const x = m.input('input', [1, 4, 6, 25], 'int8');
  const conv = (data: Parameters<typeof m.conv2d>[0], layer: string) =>
    m.conv2d(
      data,
      layer,
      randomInts(rng, [4, 4, 3, 3], -9, 9, 'int8'),
      randomInts(rng, [4], -500, 500, 'int32'),
      { shift: 5, padding: [1, 1] },
    );
  const [a, b] = [conv(x, 'conv1'), conv(x, 'conv2')];
  return m.build(conv(clip(maximum(subtract(a, b), b), -60, 70), 'conv3'));
}

it.skipIf(!hasTool(`${riscvPrefix()}gcc`) || !hasTool('make'))(
  "host operators on padded tensors in the core's layout run over the bytes, padding included",
  () => {
    const built = model();
    const program = compile(built);
    const inputs = builtinInput(built);
    const { buffers, steps } = program.manifest;
    const onCoreLayout = steps.filter(
      (s): s is HostStep =>
        s.kind === 'host' &&
        s.ops[0]!.op !== 'layout_transform' &&
        buffers[s.stores[0]!.buffer]!.layout === 'core',
    );
    expect(onCoreLayout.flatMap((s) => s.ops.map((o) => o.op))).toEqual(['subtract', 'maximum', 'clip']);
    const files = emitProject(program, { sample: { inputs, outputs: runProgram(program, inputs).outputs } });
    expect([...files.values()].some((text) => text.includes(`i < ${4 * 6 * 32};`))).toBe(true);
    const { stdout, exitStatus } = runElf(buildElf(files).elf, { maxCycles: 1e8 });
    expect(stdout).toMatch(/output: checksum 0x[0-9A-F]{8}, as expected\n$/);
    expect(exitStatus).toBe(0);
  },
);
