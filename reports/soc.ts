import type { ModelResult } from '../src/results/document.js';
import type { RunResult } from '../src/results/run.js';
import type { SocCycles, SocRun } from '../src/results/soc.js';
import { plural } from './numbers.js';

/** A run's estimate in the SoC's terms: polls run in parallel to jobs there, so launch and tile loop are its drivers' part. */
export function estimatedCycles({ totals }: RunResult): SocCycles {
  const { copyIn, copyOut, weights, instructions, compute, launch, tileLoop, host } = totals.cycles;
  return {
    cycles: totals.totalCycles,
    core: copyIn + copyOut + weights + instructions + compute,
    drivers: launch + tileLoop,
    kernels: host,
  };
}

/** What a run's cycles went into: label, estimate, SoC. */
export type SocRow = readonly [label: string, estimated: number, soc: number];

/** The cores that a run's layers use: "the digital core" where there is no other. */
function coresOf({ layers }: RunResult): string {
  const analog = layers.some((l) => l.target === 'analog');
  if (!analog) return 'the digital core';
  return layers.some((l) => l.target === 'digital') ? 'both cores' : 'the analog core';
}

/** The estimate beside the first run on the SoC. */
export function socRows(run: RunResult, soc: SocRun): SocRow[] {
  const estimate = estimatedCycles(run);
  const labels = {
    core: `jobs of ${coresOf(run)}`,
    drivers: 'host: drivers and tile loops',
    kernels: 'host: kernels',
    cycles: 'network',
  } as const;
  return (['core', 'drivers', 'kernels', 'cycles'] as const).map((part) => [
    labels[part],
    estimate[part],
    soc.network[part],
  ]);
}

/** "riscv64-unknown-elf-gcc 12.2.0 -O2" */
export const socBuild = ({ compiler, optimization }: SocRun): string => `${compiler} -${optimization}`;

/** What was compared and equal, or the first difference, of a model's runs on the SoC. */
export function describeSoc({ soc }: ModelResult): string | undefined {
  const first = soc?.[0];
  if (soc === undefined || first === undefined) return undefined;
  const failed = soc.find((r) => !r.ok);
  const how = `on the SoC (${socBuild(first)})`;
  if (failed !== undefined) return `DIFFERS ${how}: run ${failed.run}: ${failed.difference}.`;
  const tolerance = soc.find((r) => r.tolerance !== undefined)?.tolerance;
  const outputs = `${plural(first.outputs, 'output')} ${first.outputs === 1 ? 'equals' : 'equal'} the reference's`;
  const jobs = first.jobs === 0 ? 'no jobs' : `${plural(first.jobs, 'job')} as in the Program`;
  return `EXACT in ${plural(soc.length, 'run')} ${how}: ${outputs}${tolerance === undefined ? '' : ` (${tolerance})`}, ${jobs}.`;
}
