import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { decode, type Fields, INSTRUCTION_WORDS } from '../../sim/isa/instruction.js';
import { MEMCPY_OP, type RegisterName, registerName } from '../../sim/isa/registers.js';
import type { JobStep, Program } from '../program/types.js';

/** One job of a layer as the core will see it. */
export interface Job {
  readonly step: number;
  readonly tile: number;
  readonly kind: 'copyIn' | 'copyOut' | 'compute';
  readonly job: JobStep;
  readonly registers: ReadonlyMap<RegisterName, number>;
  /** The first instruction that a compute job fetches; undefined for a copy, and where it does not lie in the image. */
  readonly fields: Fields | undefined;
}

/** The digital core's jobs of one layer, with registers and instruction words as all steps before leave them. */
export function jobsOfLayer(program: Program, layer: number): Job[] {
  const { manifest } = program;
  const image = program.image.slice();
  const view = new DataView(image.buffer);
  const base = manifest.image.address;
  const inside = (at: number, bytes: number) => at >= 0 && at + bytes <= image.length;
  const registers = new Map<RegisterName, number>();
  const out: Job[] = [];
  manifest.steps.forEach((step, i) => {
    // The analog core's jobs have a port of their own (analog-jobs.ts).
    if (step.kind !== 'job' || step.core === 'analog') return;
    for (const [address, word] of step.stores)
      if (inside(address - base, WORD_BYTES)) view.setUint32(address - base, word, true);
    for (const [offset, v] of step.writes) {
      const name = registerName(offset);
      if (name !== undefined) registers.set(name, v);
    }
    if (step.layer !== layer) return;
    const op = registers.get('MEMCPY_OP') ?? 0;
    const kind = op === MEMCPY_OP.compute ? 'compute' : op === MEMCPY_OP.l1ToL2 ? 'copyOut' : 'copyIn';
    const at = (registers.get('IM_ADDR') ?? 0) - base;
    const fields =
      kind === 'compute' && inside(at, INSTRUCTION_WORDS * WORD_BYTES)
        ? decode(
            Uint32Array.from({ length: INSTRUCTION_WORDS }, (_, w) =>
              view.getUint32(at + w * WORD_BYTES, true),
            ),
          )
        : undefined;
    out.push({ step: i, tile: step.tile, kind, job: step, registers: new Map(registers), fields });
  });
  return out;
}
