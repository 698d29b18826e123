import type { Profile } from '../../../sim/soc/profile.js';
import { profileElf, type SocResult } from '../../../sim/soc/run-elf.js';
import type { Sample } from '../../codegen/application/demo.js';
import { kernelFunctions } from '../../codegen/network/kernels.js';
import { emitProject } from '../../codegen/project.js';
import type { Program } from '../../program/types.js';
import type { Optimization, SocCycles, SocLayer } from '../../results/soc.js';
import { buildElf, type ProgramSizes } from './cross.js';
import { hasTool, riscvPrefix, runTool, ToolError } from './tool.js';

const NETWORK = 'tvmgen_default_run';

/** What a network's C project did on the SoC. */
export interface NetworkOnSoc {
  readonly result: SocResult;
  readonly profile: Profile;
  readonly sizes: ProgramSizes;
  readonly network: SocCycles;
  /** In the order of the Program's layers. */
  readonly layers: readonly SocLayer[];
}

/** Throws a ToolError that names the package where a tool that builds programs for the SoC is missing. */
export function requireCrossTools(): void {
  for (const [tool, debian] of [
    [`${riscvPrefix()}gcc`, 'gcc-riscv64-unknown-elf'],
    ['make', 'make'],
  ] as const)
    if (!hasTool(tool)) throw new ToolError(tool, `--on soc needs it; apt-get install ${debian}.`);
}

/** "riscv64-unknown-elf-gcc 12.2.0" */
export function crossCompiler(): string {
  const gcc = `${riscvPrefix()}gcc`;
  return `${gcc} ${runTool(gcc, ['-dumpfullversion'], { folder: '.' }).stdout.trim()}`;
}

/** Cycles with a job under way, by layer: job `i` is the Program's job `i`, but for the boot of the analog core. */
function coreCycles(program: Program, result: SocResult): number[] {
  const owners = program.manifest.steps.filter((s) => s.kind === 'job').map((s) => s.layer);
  const cycles = program.manifest.layers.map(() => 0);
  result.jobs
    .filter(({ report }) => report.kind !== 'boot')
    .forEach(({ start, end }, i) => {
      const layer = owners[i];
      if (layer !== undefined) cycles[layer]! += end - start;
    });
  return cycles;
}

/** Cycles from the call of a function to its return. Throws an Error where it was not called exactly once. */
function inclusive(profile: Profile, callee: string, caller?: string): number {
  const edges = profile.edges.filter(
    (e) => e.callee === callee && (caller === undefined || e.caller === caller),
  );
  const calls = edges.reduce((sum, e) => sum + e.calls, 0);
  if (calls !== 1) throw new Error(`${callee} was called ${calls} times on the SoC, not once`);
  return edges[0]!.cycles;
}

/**
 * Cross-compiles a program's C project and runs it on the SoC from reset to exit. Throws a ToolError without compiler, a
 * LimitError when the program does not fit L2 and a MachineFault when it goes wrong.
 */
export function runOnSoc(
  program: Program,
  sample: Sample,
  optimization: Optimization,
  options: { readonly xpulp?: boolean } = {},
): NetworkOnSoc {
  const { elf, sizes } = buildElf(emitProject(program, { sample, ...options }), `-${optimization}`);
  const { result, profile } = profileElf(elf, {
    file: `${program.manifest.model}.elf`,
    parameters: program.manifest.hardware,
  });
  const core = coreCycles(program, result);
  const layers = kernelFunctions(program).map(({ name, layer }) => ({
    name: layer.name,
    cycles: inclusive(profile, name, NETWORK),
    core: core[layer.id]!,
  }));
  const cycles = inclusive(profile, NETWORK);
  const kernels = layers
    .filter((_, i) => program.manifest.layers[i]!.target === 'host')
    .reduce((sum, l) => sum + l.cycles, 0);
  const busy = core.reduce((sum, n) => sum + n, 0);
  const network = { cycles, core: busy, drivers: cycles - busy - kernels, kernels };
  return { result, profile, sizes, network, layers };
}
