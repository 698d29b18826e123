import {
  ANALOG_INSTRUCTION_WORDS,
  type AnalogFields,
  decodeAnalog,
} from '../../sim/isa/analog/instruction.js';
import { ANALOG_REGISTERS as R } from '../../sim/isa/analog/registers.js';
import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { MEMCPY_OP } from '../../sim/isa/registers.js';
import type { JobStep, Program } from '../program/types.js';

/** One job of a layer of the analog core, as the core will see it. */
export interface AnalogJob {
  readonly step: number;
  readonly kind: 'copyIn' | 'copyOut' | 'compute';
  readonly job: JobStep;
  /** Byte offsets and what they hold. */
  readonly registers: ReadonlyMap<number, number>;
  /** The half-words of the instruction that computes; undefined for a copy, and where it does not lie in the image. */
  readonly fields: AnalogFields | undefined;
}

/** The analog core's jobs of one layer, with registers and instruction words as all steps before leave them. */
export function analogJobsOf({ manifest, image }: Program, layer: number): AnalogJob[] {
  const bytes = image.slice();
  const view = new DataView(bytes.buffer);
  const base = manifest.image.address;
  const inside = (at: number, n: number) => at >= 0 && at + n <= bytes.length;
  const registers = new Map<number, number>();
  const out: AnalogJob[] = [];
  manifest.steps.forEach((step, i) => {
    if (step.kind !== 'job' || step.core !== 'analog') return;
    for (const [address, word] of step.stores)
      if (inside(address - base, WORD_BYTES)) view.setUint32(address - base, word, true);
    for (const [offset, v] of step.writes) registers.set(offset, v);
    if (step.layer !== layer) return;
    const op = registers.get(R.MEMCPY_OP) ?? 0;
    const kind = op === MEMCPY_OP.compute ? 'compute' : op === MEMCPY_OP.banksL1ToL2 ? 'copyOut' : 'copyIn';
    const at = (registers.get(R.IM_ADDR) ?? 0) - base;
    const words = ANALOG_INSTRUCTION_WORDS;
    const fields =
      kind === 'compute' && inside(at, words * WORD_BYTES)
        ? decodeAnalog(
            Uint32Array.from({ length: words }, (_, w) => view.getUint32(at + w * WORD_BYTES, true)),
          )
        : undefined;
    out.push({ step: i, kind, job: step, registers: new Map(registers), fields });
  });
  return out;
}
