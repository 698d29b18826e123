import { UserError } from '../../src/base/errors.js';
import type { Program, Step } from '../../src/program/types.js';
import type { Finding } from '../../src/results/finding.js';

/** A step of a program that the modelled chip cannot carry out: which one, and why. */
export class ProgramFault extends UserError {
  override readonly name = 'ProgramFault';
  readonly step: number;
  /** What `--check` had found until then: often the cause. */
  readonly findings: readonly Finding[];

  constructor(program: Program, index: number, cause: Error, findings: readonly Finding[] = []) {
    super(`${where(program, index)}: ${cause.message}`);
    this.step = index;
    this.findings = findings;
  }
}

/** "step 12, conv1 (tvmgen_default_soma_dory_main_0) tile 0, copy in channels 0..3 rows 0..32". */
export function where(program: Program, index: number): string {
  const step = program.manifest.steps[index] as Step;
  const layer = program.manifest.layers[step.layer];
  const name = layer?.layer === undefined ? layer?.name : `${layer.layer} (${layer.name})`;
  const tile = step.kind === 'host' ? '' : ` tile ${step.tile}`;
  return `step ${index}, ${name}${tile}${step.kind === 'job' ? `, ${step.note}` : ''}`;
}
