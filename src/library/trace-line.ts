import { showAnalogFields } from '../../sim/isa/analog/instruction.js';
import { showFields } from '../../sim/isa/instruction.js';
import type { JobEvent } from '../../sim/program/run-options.js';
import { hex } from '../base/units.js';
import type { Program } from '../program/types.js';

/** One line of a trace: start cycle, cycles, step, layer and tile, kind, addresses or decoded fields. */
export function traceLine(program: Program, { step, start, job, report }: JobEvent): string {
  const layer = program.manifest.layers[job.layer]!;
  const name = layer.layer ?? layer.name;
  if (report.kind === 'compute') {
    const { launch, instructions, weights, compute } = report.cycles;
    const total = launch + instructions + weights + compute;
    const fields = report.instructions.map((i) => showFields(i.fields)).join(' | ');
    return `${start} +${total} step=${step} layer=${name} tile=${job.tile} compute weights=${report.weightBytes} ${fields}`;
  }
  if (report.kind === 'boot') return `${start} +${report.cycles} step=${step} layer=${name} boot`;
  if (report.kind === 'analog') {
    const { launch, instructions, weights, compute } = report.cycles;
    const total = launch + instructions + weights + compute;
    const fields = report.instructions.map((i) => showAnalogFields(i.fields)).join(' | ');
    return `${start} +${total} step=${step} layer=${name} tile=${job.tile} analog weights=${report.weightBytes} ${fields}`;
  }
  const { kind, l2Address, l1Address, bytes, cycles } = report;
  return `${start} +${cycles} step=${step} layer=${name} tile=${job.tile} ${kind} l2=${hex(l2Address)} l1=${l1Address} bytes=${bytes}`;
}
