import { BANKS } from '../../../sim/isa/analog/geometry.js';
import {
  ANALOG_FIELDS,
  ANALOG_INSTRUCTION_WORDS,
  type AnalogFieldName,
  decodeAnalog,
} from '../../../sim/isa/analog/instruction.js';
import {
  ANALOG_CONFIGURATION_WORDS,
  ANALOG_INSTRUCTION_MEMORY_WORDS,
  ANALOG_REGISTERS,
  type AnalogRegister,
  analogRegisterName,
} from '../../../sim/isa/analog/registers.js';
import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { MEMCPY_OP } from '../../../sim/isa/registers.js';
import { UserError } from '../../base/errors.js';
import type { Buffer, JobStep, Program, Step } from '../../program/types.js';
import type { BufferFinder } from './buffer-finder.js';
import type { Action } from './calls.js';

const COPY: readonly AnalogRegister[] = [
  'MEMCPY_OP',
  'MEMCPY_ADDR',
  'L1ADDR',
  'MEMCPY_BANK_LENGTH',
  'MEMCPY_ROW_LENGTH',
  'TRIGGER',
];
const COMPUTE: readonly AnalogRegister[] = [
  'MEMCPY_OP',
  'CONF_ADDR',
  'CONF_N',
  'IM_ADDR',
  'IM_N',
  'WT_CONV_ADDR',
  'WT_SIMD_ADDR',
  'ACT_N',
  'NB_TILE',
  'TRIGGER',
];

const register = (job: JobStep, name: AnalogRegister): number =>
  job.writes.find(([offset]) => offset === ANALOG_REGISTERS[name])![1];

function expectRegisters(job: JobStep, wanted: readonly AnalogRegister[]): void {
  const names = job.writes.map(([offset]) => analogRegisterName(offset) ?? String(offset));
  if (names.join() !== wanted.join())
    throw new UserError(
      `job "${job.note}" of the analog core writes ${names.join(' ')}; the runtime library writes ${wanted.join(' ')}.`,
    );
}

function copyAction(job: JobStep, step: number, finder: BufferFinder): Action {
  expectRegisters(job, COPY);
  const lines = register(job, 'MEMCPY_ROW_LENGTH');
  if (register(job, 'MEMCPY_BANK_LENGTH') !== BANKS)
    throw new UserError(`job "${job.note}" of the analog core does not copy all ${BANKS} banks.`);
  const address = register(job, 'MEMCPY_ADDR');
  const buffer = finder.find(address, step);
  const kind = register(job, 'MEMCPY_OP') === MEMCPY_OP.banksL2ToL1 ? 'bankCopyIn' : 'bankCopyOut';
  return {
    shape: `${kind} ${buffer.id}`,
    call: { kind, buffer: buffer.id },
    params: [address - buffer.address, register(job, 'L1ADDR') * LINE_BYTES, lines],
    note: job.note,
  };
}

type StoredField = readonly [name: AnalogFieldName, value: number];

/** The half-words that a job stores, which must lie in the first instruction of the buffer that it runs. */
function storedFields(job: JobStep, instruction: Buffer): StoredField[] {
  return job.stores.flatMap(([address, value]) => {
    const word = (address - instruction.address) / WORD_BYTES;
    if (!(word >= 0 && word < ANALOG_INSTRUCTION_WORDS))
      throw new UserError(`job "${job.note}" of the analog core stores outside its instruction.`);
    return [0, 1].map(
      (half): StoredField => [ANALOG_FIELDS[2 * word + half]!.name, (value >>> (16 * half)) & 0xffff],
    );
  });
}

/** The fields of an instruction as the image holds them. */
function imageFields(program: Program, { address }: Buffer) {
  const at = address - program.manifest.image.address;
  const bytes = program.image.slice(at, at + ANALOG_INSTRUCTION_WORDS * WORD_BYTES);
  return decodeAnalog(new Uint32Array(bytes.buffer));
}

const instructionOf = (job: JobStep, step: number, finder: BufferFinder): Buffer =>
  finder.find(register(job, 'IM_ADDR'), step);

const computes = (step: Step): step is JobStep =>
  step.kind === 'job' && step.core === 'analog' && register(step, 'MEMCPY_OP') === MEMCPY_OP.compute;

/** A Program's job stores whole words; of their half-words the C sets those that differ from job to job. */
export function varyingFields(
  program: Program,
  steps: readonly (readonly [number, Step])[],
  finder: BufferFinder,
): ReadonlySet<AnalogFieldName> {
  const varying = new Set<AnalogFieldName>();
  for (const [index, step] of steps) {
    if (!computes(step)) continue;
    const instruction = instructionOf(step, index, finder);
    const first = imageFields(program, instruction);
    for (const [name, value] of storedFields(step, instruction)) if (value !== first[name]) varying.add(name);
  }
  return varying;
}

function computeAction(
  job: JobStep,
  step: number,
  finder: BufferFinder,
  varying: ReadonlySet<AnalogFieldName>,
): Action {
  expectRegisters(job, COMPUTE);
  const fixed =
    register(job, 'CONF_N') === ANALOG_CONFIGURATION_WORDS &&
    register(job, 'IM_N') === ANALOG_INSTRUCTION_MEMORY_WORDS &&
    register(job, 'ACT_N') === 0 &&
    register(job, 'NB_TILE') === 0;
  if (!fixed)
    throw new UserError(`job "${job.note}" of the analog core does not use the drivers' fixed lengths.`);
  const instruction = instructionOf(job, step, finder);
  const configuration = finder.find(register(job, 'CONF_ADDR'), step);
  const weights = finder.find(register(job, 'WT_CONV_ADDR'), step);
  const norm = register(job, 'WT_SIMD_ADDR');
  if (finder.find(norm, step) !== weights)
    throw new UserError(`job "${job.note}" of the analog core has its batch norm apart from its weights.`);
  const stored = storedFields(job, instruction).filter(([name]) => varying.has(name));
  const fields = stored.map(([name]) => name);
  return {
    shape: ['analog', instruction.id, configuration.id, weights.id, ...fields].join(' '),
    call: {
      kind: 'analog',
      fields,
      instruction: instruction.id,
      configuration: configuration.id,
      weights: weights.id,
    },
    params: [
      ...stored.map(([, value]) => value),
      register(job, 'WT_CONV_ADDR') - weights.address,
      norm - weights.address,
    ],
    note: job.note,
  };
}

/** The call that makes a job of the analog core. Throws a UserError for one that the library's calls do not make. */
export const analogAction = (
  job: JobStep,
  step: number,
  finder: BufferFinder,
  varying: ReadonlySet<AnalogFieldName>,
): Action => (computes(job) ? computeAction(job, step, finder, varying) : copyAction(job, step, finder));
