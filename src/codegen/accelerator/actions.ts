import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { FIELDS, type FieldName } from '../../../sim/isa/instruction.js';
import {
  CONFIGURATION_WORDS,
  INSTRUCTION_MEMORY_WORDS,
  MEMCPY_OP,
  REGISTERS,
  type RegisterName,
  registerName,
} from '../../../sim/isa/registers.js';
import { UserError } from '../../base/errors.js';
import type { Buffer, JobStep, Program, Step, TileStep } from '../../program/types.js';
import { analogAction, varyingFields } from './analog-actions.js';
import { BufferFinder } from './buffer-finder.js';
import type { Action } from './calls.js';

const expectRegisters = (job: JobStep, wanted: readonly RegisterName[]): void => {
  const names = job.writes.map(([offset]) => registerName(offset) ?? String(offset));
  if (names.join() !== wanted.join())
    throw new UserError(
      `job "${job.note}" writes ${names.join(' ')}; the runtime library writes ${wanted.join(' ')}.`,
    );
};

const COPY_REGISTERS: readonly RegisterName[] = ['MEMCPY_OP', 'MEMCPY_ADDR', 'MEMCPY_N', 'L1ADDR', 'TRIGGER'];
const computeRegisters = (weights: readonly RegisterName[]): readonly RegisterName[] => [
  'MEMCPY_OP',
  'CONF_ADDR',
  'CONF_N',
  'IM_ADDR',
  'IM_N',
  'ACT_ADDR',
  'ACT_N',
  ...weights,
  'TRIGGER',
];

const register = (job: JobStep, name: RegisterName): number | undefined =>
  job.writes.find(([offset]) => offset === REGISTERS[name])?.[1];

function copyAction(job: JobStep, step: number, finder: BufferFinder): Action {
  expectRegisters(job, COPY_REGISTERS);
  const address = register(job, 'MEMCPY_ADDR')!;
  const buffer = finder.find(address, step);
  const kind = register(job, 'MEMCPY_OP') === MEMCPY_OP.l2ToL1 ? 'copyIn' : 'copyOut';
  return {
    shape: `${kind} ${buffer.id}`,
    call: { kind, buffer: buffer.id },
    params: [
      address - buffer.address,
      register(job, 'L1ADDR')! * LINE_BYTES,
      register(job, 'MEMCPY_N')! * WORD_BYTES,
    ],
    note: job.note,
  };
}

/** The fields that a job stores, which must lie in the first instruction of the buffer that it runs. */
function storedFields(job: JobStep, instruction: Buffer): { fields: FieldName[]; values: number[] } {
  const fields = job.stores.map(([address]) => {
    const field = FIELDS[(address - instruction.address) / WORD_BYTES];
    if (field === undefined) throw new UserError(`job "${job.note}" stores outside its instruction.`);
    return field.name;
  });
  return { fields, values: job.stores.map(([, value]) => value) };
}

function computeAction(job: JobStep, step: number, finder: BufferFinder): Action {
  const conv = register(job, 'WT_CONV_ADDR');
  const fc = register(job, 'WT_FC_ADDR');
  const operation = conv !== undefined ? 'conv' : fc !== undefined ? 'fc' : 'sum';
  const names = { conv: ['WT_CONV_ADDR', 'WT_CONV_N'], fc: ['WT_FC_ADDR', 'WT_FC_N'], sum: [] } as const;
  expectRegisters(job, computeRegisters(names[operation]));
  const fixed =
    register(job, 'CONF_N') === CONFIGURATION_WORDS &&
    register(job, 'IM_N') === INSTRUCTION_MEMORY_WORDS &&
    register(job, 'ACT_ADDR') === 0 &&
    register(job, 'ACT_N') === 0;
  if (!fixed) throw new UserError(`job "${job.note}" does not use the drivers' fixed lengths.`);
  const instruction = finder.find(register(job, 'IM_ADDR')!, step);
  const configuration = finder.find(register(job, 'CONF_ADDR')!, step);
  const { fields, values } = storedFields(job, instruction);
  const params = [...values];
  let weights: number | null = null;
  if (operation !== 'sum') {
    const at = conv ?? fc!;
    const buffer = finder.find(at, step);
    weights = buffer.id;
    params.push(at - buffer.address, register(job, names[operation][1])! * WORD_BYTES);
  }
  return {
    shape: ['compute', operation, instruction.id, configuration.id, weights, ...fields].join(' '),
    call: {
      kind: 'compute',
      operation,
      fields,
      instruction: instruction.id,
      configuration: configuration.id,
      weights,
    },
    params,
    note: job.note,
  };
}

function tileAction(step: TileStep, program: Program): Action {
  const tile = program.manifest.layers[step.layer]!.tiles[step.tile]!;
  return {
    shape: 'tile',
    call: { kind: 'tile' },
    params: [tile.k.lo, tile.k.hi, tile.y.lo, tile.y.hi, tile.x.lo, tile.x.hi],
    note: '',
  };
}

/** The channel whose depthwise weights of `bytes` begin at `offset`; undefined where none do (sim/isa/weights.ts). */
function depthwiseChannel(offset: number, bytes: number): number | undefined {
  const lane = (offset % bytes) / WORD_BYTES;
  return Number.isInteger(lane) && lane < LANES ? Math.floor(offset / bytes) * LANES + lane : undefined;
}
/** Depthwise channels that share a block of weights. */
const LANES = 4;

/** Gives depthwise jobs their channel instead of the weights' offset, if all jobs of the layer are such. */
function nameChannels(actions: readonly Action[]): Action[] {
  const channelOf = (a: Action) => depthwiseChannel(a.params.at(-2)!, a.params.at(-1)!);
  const convs = actions.filter((a) => a.call.kind === 'compute' && a.call.operation === 'conv');
  const isDepthwise =
    convs.some((a) => channelOf(a)! % LANES !== 0) && convs.every((a) => channelOf(a) !== undefined);
  if (!isDepthwise) return [...actions];
  return actions.map((a) =>
    a.call.kind !== 'compute'
      ? a
      : {
          ...a,
          shape: `depthwise ${a.shape}`,
          call: { ...a.call, operation: 'depthwise' },
          params: a.params.with(-2, channelOf(a)!),
        },
  );
}

/**
 * The steps of one accelerator layer as calls of the runtime library. Throws a UserError for a job that the library's calls do
 * not make: another order of registers, lengths or places.
 */
export function layerActions(program: Program, steps: readonly (readonly [number, Step])[]): Action[] {
  const finder = new BufferFinder(program);
  const varying = varyingFields(program, steps, finder);
  const actions = steps.map(([index, step]) => {
    if (step.kind === 'host') throw new Error('a host step inside an accelerator layer');
    if (step.kind === 'tile') return tileAction(step, program);
    if (step.core === 'analog') return analogAction(step, index, finder, varying);
    return register(step, 'MEMCPY_OP') === MEMCPY_OP.compute
      ? computeAction(step, index, finder)
      : copyAction(step, index, finder);
  });
  return nameChannels(actions);
}
