import { describe, expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { emitProject } from '../../src/codegen/project.js';
import { compile, DEFAULT_OPTIONS, type Target } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel, modelNames } from '../../src/models/registry.js';
import { buildElf, parseSizes } from '../../src/node/toolchain/cross.js';
import { hasTool, riscvPrefix, runTool, ToolError } from '../../src/node/toolchain/tool.js';
import { expectToFit } from './sizes.js';

const canCross = hasTool(`${riscvPrefix()}gcc`) && hasTool('make');

function projectOf(name: string, target: Target, reserved = 64 * 1024) {
  const model = buildModel(name);
  const { hardware } = DEFAULT_OPTIONS;
  const chip = { ...hardware.chip, l2ReservedBytes: reserved };
  const program = compile(model, { ...DEFAULT_OPTIONS, target, hardware: { ...hardware, chip } });
  const inputs = builtinInput(model);
  const run = runProgram(program, inputs);
  return { program, files: emitProject(program, { sample: { inputs, outputs: run.outputs } }) };
}

describe.skipIf(!canCross)('cross-compiled programs', () => {
  // For the target with core, test/soc/networks.test.ts builds and runs every network.
  it.each(modelNames())(
    '%s for c fits L2 without a warning of the compiler',
    { timeout: 120_000 },
    (name) => {
      const { program, files } = projectOf(name, 'c');
      expectToFit(buildElf(files).sizes, program);
    },
  );

  it('tells when code does not fit, and what is largest', () => {
    const { files } = projectOf('resnet8', 'c', 8 * 1024);
    expect(() => buildElf(files)).toThrow(
      /what the program puts into HOST is \d+ bytes too large.*largest: \S+\.c \d+ bytes/,
    );
  });

  it('tells when the stack is too small', () => {
    const { files } = projectOf('single-conv', 'c', 12 * 1024);
    expect(() => buildElf(files)).toThrow('the stack beside code and data is less than 4096 bytes');
  });

  it('returns 1 and says where when an output is not as expected', () => {
    const { files } = projectOf('single-conv', 'c');
    const header = files.get('app/include/sample.h')!;
    const spoiled = header.replace(/CHECKSUM 0x[0-9a-f]+u/, 'CHECKSUM 0x1u');
    expect(spoiled).not.toBe(header);
    const { elf } = buildElf(new Map(files).set('app/include/sample.h', spoiled));
    const result = runElf(elf, { maxCycles: 100_000_000 });
    expect(result.stdout).toMatch(/output: checksum 0x[0-9A-F]{8}, expected 0x00000001\n$/);
    expect(result.exitStatus).toBe(1);
  });

  it('ends a program whose stack overflowed with status 4', () => {
    const { files } = projectOf('single-conv', 'c');
    const demo = `#include <stdint.h>
extern uint32_t __stack_low[];
int main(void) { *(volatile uint32_t *)__stack_low = 1; return 0; }
`;
    const { elf } = buildElf(new Map(files).set('app/src/demo.c', demo));
    const result = runElf(elf, { maxCycles: 1_000_000 });
    expect(result.stdout).toBe('the stack overflowed\n');
    expect(result.exitStatus).toBe(4);
  });

  it('reports a trap with its cause and place, status 3', () => {
    const { files } = projectOf('single-conv', 'c');
    const demo = 'int main(void) { __asm__ volatile(".word 0"); return 0; }\n';
    const { elf } = buildElf(new Map(files).set('app/src/demo.c', demo));
    const result = runElf(elf, { maxCycles: 1_000_000 });
    expect(result.stdout).toMatch(/^trap: cause 0x00000002 at 0x1C00[0-9A-F]{4}\n$/);
    expect(result.exitStatus).toBe(3);
  });

  it('passes on what a failing compiler says, with the command and exit status 2', () => {
    const { files } = projectOf('single-conv', 'c');
    const broken = new Map(files).set('app/src/demo.c', 'int main(void) { return nonsense; }\n');
    const failed = (() => {
      try {
        buildElf(broken);
      } catch (error) {
        return error as ToolError;
      }
      throw new Error('built');
    })();
    expect(failed).toBeInstanceOf(ToolError);
    expect(failed.exitCode).toBe(2);
    expect(failed.message).toMatch(/^make .*failed with status 2\./);
    expect(failed.message).toContain("'nonsense' undeclared");
  });
});

describe('tools', () => {
  it('says which package brings a missing compiler', () =>
    expect(() => runTool('no-such-riscv64-unknown-elf-gcc', [], { folder: '.' })).toThrow(
      'no-such-riscv64-unknown-elf-gcc: cannot be started; apt-get install gcc-riscv64-unknown-elf.',
    ));

  it('adds up the sections that GNU size prints', () =>
    expect(
      parseSizes(`demo.elf  :
section                 size        addr
.vectors                 100   469762048
.text                   2000   469762530
.rodata                   30   469763356
.data                      4   469763604
.bss                       8   469763608
.diana.constants         208   469827584
.diana.workspace        8192   469827792
.diana.sample           3072   469835984
.debug_info             9999           0
Total                  23613
`),
    ).toEqual({ text: 2130, data: 4, bss: 8, constants: 208, activations: 8192, sample: 3072 }));
});
