import { describe, expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { emitC } from '../../src/library/c-project.js';
import { compile } from '../../src/library/compile.js';
import { programInputs } from '../../src/library/simulate.js';
import { builtinInputs } from '../../src/models/builtin-input.js';
import { buildModel, modelNames, suiteModels } from '../../src/models/registry.js';
import { buildElf } from '../../src/node/toolchain/cross.js';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import { FULL } from '../full.js';

/** What the sanitizer says of a model's Program. */
function ofProgram(name: string): string[] | undefined {
  const program = compile(buildModel(name));
  const inputs = builtinInputs(program.manifest.model, programInputs(program), '0', 0);
  return runProgram(program, inputs, { check: true }).findings?.map(({ what }) => what);
}

describe('programs that are right have no finding', () => {
  const OWN = FULL
    ? modelNames().filter((name) => !name.startsWith('htvm-'))
    : ['residual', 'resnet8', 'ds-cnn', 'dae', 'resnet8-mixed'];
  it.each(OWN)('the Program of %s', (name) => expect(ofProgram(name)).toEqual([]));

  it.each(suiteModels('htvm-suite').filter((_, i) => FULL || i % 22 === 0))(
    'the Program of $name',
    ({ name }) => expect(ofProgram(name)).toEqual([]),
  );

  const NETWORKS = FULL
    ? [...suiteModels('all').map(({ name }) => name), 'dae-mixed', 'resnet8-ternary']
    : ['single-conv'];
  const LEVELS = FULL ? ['-O0', '-O2', '-O3'] : ['-O2'];
  const projects = NETWORKS.flatMap((name) => LEVELS.map((level) => [name, level] as const));
  it.skipIf(!hasTool(`${riscvPrefix()}gcc`) || !hasTool('make')).each(projects)(
    'the C project of %s at %s',
    (name, level) => {
      const { elf } = buildElf(emitC(compile(buildModel(name))), level);
      const { findings, exitStatus } = runElf(elf, { check: true });
      expect([findings.map(({ what }) => what), exitStatus]).toEqual([[], 0]);
    },
  );
});
