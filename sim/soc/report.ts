import type { AcceleratorJob } from './peripherals/accelerator-job.js';
import type { Profile } from './profile.js';
import type { SocResult } from './run-elf.js';

const percent = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`.padStart(7);

/** "copyIn 64 bytes" or "compute, 2 instructions". */
function jobText(job: AcceleratorJob): string {
  const { report } = job;
  if (report.kind === 'compute' || report.kind === 'analog') {
    const kinds = new Set(report.instructions.map((i) => i.operation.kind));
    return `compute ${[...kinds].join(', ')}, ${report.issuedMacs} MACs issued`;
  }
  if (report.kind === 'boot') return 'boot of the analog core';
  return `${job.core === 'analog' ? 'banks ' : ''}${report.kind} ${report.bytes} bytes`;
}

/** Where a run's cycles went, in a few lines. */
export function runStatistics(result: SocResult): string {
  const { cycles } = result;
  const line = (name: string, value: number, note = ''): string =>
    `${name.padEnd(24)} ${String(value).padStart(14)}${note}`;
  return [
    line('cycles', cycles),
    line(
      'instructions',
      result.instructions,
      `  ${(result.instructions / Math.max(1, cycles)).toFixed(2)} a cycle`,
    ),
    line('while no job runs', result.hostCycles, ` ${percent(result.hostCycles, cycles)}`),
    line('while jobs run', result.acceleratorCycles, ` ${percent(result.acceleratorCycles, cycles)}`),
    line('of all, asleep in wfi', result.sleepCycles, ` ${percent(result.sleepCycles, cycles)}`),
    line('jobs', result.jobs.length),
    line('exit status', result.exitStatus),
  ].join('\n');
}

/** The flat profile, the most expensive function first, and the jobs of the cores. */
export function flatProfile(profile: Profile, result: SocResult, most = 30): string {
  const { cycles } = profile.total;
  const rows = profile.functions
    .filter((f) => f.cycles > 0)
    .slice(0, most)
    .map(
      (f) =>
        `${String(f.cycles).padStart(14)} ${percent(f.cycles, cycles)} ${String(f.instructions).padStart(14)} ${String(f.calls).padStart(10)}  ${f.name}`,
    );
  const jobs = result.jobs.map(
    (j) =>
      `${String(j.index).padStart(6)} ${String(j.start).padStart(14)} ${String(j.end - j.start).padStart(12)}  ${jobText(j)}`,
  );
  return [
    `${'cycles'.padStart(14)} ${'share'.padStart(7)} ${'instructions'.padStart(14)} ${'calls'.padStart(10)}  function`,
    ...rows,
    ...(jobs.length === 0
      ? []
      : ['', `${'job'.padStart(6)} ${'start'.padStart(14)} ${'cycles'.padStart(12)}  what`, ...jobs]),
  ].join('\n');
}
