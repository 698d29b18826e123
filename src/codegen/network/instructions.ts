import {
  ANALOG_FIELDS,
  ANALOG_INSTRUCTION_WORDS,
  decodeAnalog,
} from '../../../sim/isa/analog/instruction.js';
import { ANALOG_REGISTERS } from '../../../sim/isa/analog/registers.js';
import { decode, FIELDS, INSTRUCTION_WORDS } from '../../../sim/isa/instruction.js';
import type { Buffer, Program } from '../../program/types.js';

/** A core, as the calls that run its jobs are named. */
export type Core = 'compute' | 'analog';

/** The C types of the cores' instructions. */
export const INSTRUCTION_TYPES: Readonly<Record<Core, string>> = {
  compute: 'diana_instruction',
  analog: 'diana_analog_instruction',
};

/** Which core's instruction a buffer holds: the analog core's where its jobs fetch it. */
export function instructionCores(program: Program): (buffer: Buffer) => Core {
  const fetched = new Set<number>();
  for (const step of program.manifest.steps)
    if (step.kind === 'job' && step.core === 'analog')
      for (const [offset, value] of step.writes) if (offset === ANALOG_REGISTERS.IM_ADDR) fetched.add(value);
  return ({ address }) => (fetched.has(address) ? 'analog' : 'compute');
}

/** Fields that are groups of bits. */
const IN_HEXADECIMAL: Readonly<Record<Core, readonly string[]>> = {
  compute: ['zero_padding'],
  analog: ['skips', 'pool_fy_fx', 'padding', 'complicated_register', 'use_blk_col', 'reg21', 'stop', 'reg24'],
};

/** Designated initialisers of the fields that are not 0; one at least, as C asks for. */
function initialisers(names: readonly string[], fields: Readonly<Record<string, number>>, core: Core) {
  const set = names.filter((name) => fields[name] !== 0);
  return (set.length === 0 ? [names[0]!] : set).map((name) => {
    const value = fields[name]!;
    return `.${name} = ${IN_HEXADECIMAL[core].includes(name) ? `0x${value.toString(16)}` : value}`;
  });
}

/** The initialisers of both instructions of an instruction memory. */
export function instructionInitialisers(words: Uint32Array, core: Core): readonly (readonly string[])[] {
  const [fields, length] =
    core === 'analog'
      ? ([ANALOG_FIELDS, ANALOG_INSTRUCTION_WORDS] as const)
      : ([FIELDS, INSTRUCTION_WORDS] as const);
  const names = fields.map(({ name }) => name);
  return [0, 1].map((i) => {
    const own = words.subarray(i * length, (i + 1) * length);
    return initialisers(names, core === 'analog' ? decodeAnalog(own) : decode(own), core);
  });
}
