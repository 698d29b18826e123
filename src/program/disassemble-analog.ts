import {
  ANALOG_INSTRUCTION_WORDS,
  decodeAnalog,
  NO_STOP,
  showAnalogFields,
} from '../../sim/isa/analog/instruction.js';
import { type AnalogRegister, analogRegisterName } from '../../sim/isa/analog/registers.js';
import { LINE_BYTES, WORD_BYTES } from '../../sim/isa/geometry.js';
import { MEMCPY_OP } from '../../sim/isa/registers.js';
import { hex } from '../base/units.js';
import type { JobStep } from './types.js';

/** The registers of the analog port as they stand when a job is triggered; they keep their values from job to job. */
export type AnalogRegisters = Map<AnalogRegister, number>;

/** What a job of the analog core does, below its head line. `read` gives words of the image, null where they do not lie in it. */
export function analogJobLines(
  step: JobStep,
  registers: AnalogRegisters,
  read: (address: number, words: number) => Uint32Array | null,
): string[] {
  for (const [offset, v] of step.writes) {
    const name = analogRegisterName(offset);
    if (name !== undefined) registers.set(name, v);
  }
  const value = (name: AnalogRegister): number => registers.get(name) ?? 0;
  const op = value('MEMCPY_OP');
  if (op !== MEMCPY_OP.compute) {
    const banks =
      op === MEMCPY_OP.banksL2ToL1 || op === MEMCPY_OP.banksL1ToL2 ? value('MEMCPY_BANK_LENGTH') : 0;
    const lines = value('MEMCPY_ROW_LENGTH');
    const l2 = `L2 ${hex(value('MEMCPY_ADDR'))}`;
    const l1 = `L1 ${value('L1ADDR') * LINE_BYTES}${banks === 0 ? '' : ` of ${banks} banks`}`;
    const bytes =
      banks === 0
        ? `${value('MEMCPY_N') * WORD_BYTES} bytes`
        : `${lines} lines a bank, ${banks * lines * LINE_BYTES} bytes`;
    const toL1 = op === MEMCPY_OP.banksL2ToL1 || op === MEMCPY_OP.l2ToL1;
    return [`    analog: copy ${toL1 ? `${l2} -> ${l1}` : `${l1} -> ${l2}`}, ${bytes}`];
  }
  const at = value('IM_ADDR');
  const lines = [
    `    analog: weights ${hex(value('WT_CONV_ADDR'))}, batch norm ${hex(value('WT_SIMD_ADDR'))}; instructions ${hex(at)}, configuration ${hex(value('CONF_ADDR'))}`,
  ];
  for (let i = 0; i + ANALOG_INSTRUCTION_WORDS <= value('IM_N'); i += ANALOG_INSTRUCTION_WORDS) {
    const words = read(at + i * WORD_BYTES, ANALOG_INSTRUCTION_WORDS);
    if (words === null) return [...lines, `    (instructions at ${hex(at)} do not lie in the image)`];
    const fields = decodeAnalog(words);
    lines.push(`    ${showAnalogFields(fields)}`);
    if (fields.stop !== NO_STOP) break;
  }
  return lines;
}
