import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { bytesPerElement, type DType } from '../../base/dtype.js';
import { elementCount } from '../../base/tensor.js';
import { roundUp } from '../../base/units.js';
import type { Buffer, Program } from '../../program/types.js';
import { identifiers } from '../c/names.js';
import { C_TYPES, literal } from '../c/types.js';
import { type CWriter, hex32, wrapItems } from '../c/writer.js';
import { type Core, INSTRUCTION_TYPES, instructionCores, instructionInitialisers } from './instructions.js';

/** The one C object that holds every constant of the program at the plan's distances. */
export const CONSTANTS = 'tvmgen_default_constants';
export const WORKSPACE = 'tvmgen_default_workspace';

/** A member of the struct of constants. */
export interface Member {
  readonly buffer: Buffer;
  readonly name: string;
  /** Whose jobs fetch it, of an instruction. */
  readonly core: Core;
}

/** Constants of a program in the order of their addresses, and where the activations begin. */
export interface DataPlan {
  readonly members: readonly Member[];
  /** Byte addresses in L2 and sizes in bytes. */
  readonly constants: { readonly address: number; readonly bytes: number };
  readonly workspace: { readonly address: number; readonly bytes: number };
  /** Member by buffer. */
  readonly byBuffer: ReadonlyMap<number, Member>;
}

const CONSTANT_ROLES = new Set<Buffer['role']>(['constant', 'weights', 'instructions', 'configuration']);

/** Where the generated program keeps its data: as in the compiler's L2 plan. */
export function planData(program: Program): DataPlan {
  const { manifest } = program;
  const constants = manifest.buffers
    .filter((b) => CONSTANT_ROLES.has(b.role))
    .sort((a, b) => a.address - b.address);
  const names = identifiers(constants.map((b) => b.name));
  const cores = instructionCores(program);
  const members = constants.map((buffer, i) => ({
    buffer,
    name: names[i]!,
    core: cores(buffer),
  }));
  const activations = manifest.buffers.filter((b) => b.memory === 'L2' && !CONSTANT_ROLES.has(b.role));
  const start = manifest.image.address + manifest.image.bytes;
  const end = Math.max(start, ...activations.map((b) => b.address + b.bytes));
  let at = manifest.image.address;
  for (const { buffer } of members) {
    if (buffer.address !== at)
      throw new Error(
        `constant ${buffer.name} is at ${hex32(buffer.address)}; the struct has it at ${hex32(at)}`,
      );
    at = roundUp(at + buffer.bytes, LINE_BYTES);
  }
  return {
    members,
    constants: { address: manifest.image.address, bytes: manifest.image.bytes },
    workspace: { address: start, bytes: roundUp(end - start, LINE_BYTES) },
    byBuffer: new Map(members.map((m) => [m.buffer.id, m])),
  };
}

/** The values of a dense little-endian tensor. */
export function denseValues(bytes: Uint8Array, { shape, dtype }: Pick<Buffer, 'shape' | 'dtype'>): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytesPerElement(dtype);
  return Array.from({ length: elementCount(shape) }, (_, i) => readElement(view, i * size, dtype));
}

/** The values of a dense constant, from the image. */
export function constantValues(program: Program, b: Buffer): number[] {
  const at = b.address - program.manifest.image.address;
  return denseValues(program.image.subarray(at, at + b.bytes), b);
}

function readElement(view: DataView, at: number, dtype: DType): number {
  switch (dtype) {
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
    case 'bool':
      return view.getUint8(at);
    case 'int16':
      return view.getInt16(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'int64':
      return Number(view.getBigInt64(at, true));
    case 'float32':
      return view.getFloat32(at, true);
  }
}

/** Elements of the C array of a constant: at least one, and at least the reserved bytes. */
const arrayLength = (b: Buffer): number => Math.max(1, Math.floor(b.bytes / bytesPerElement(b.dtype)));

const describe = (b: Buffer): string => {
  const shape =
    b.role === 'weights' ? `${b.bytes} bytes in the core's layout` : `(${b.shape.join(', ')}) ${b.dtype}`;
  return `${hex32(b.address)}: ${shape}`;
};

/** Declares the struct of constants and the workspace. */
export function declareData(w: CWriter, plan: DataPlan): void {
  if (plan.members.length > 0) {
    w.comment(
      'Constants in the order of the L2 plan, each on its own 16-byte line. The instructions are data too: the host sets ' +
        'the fields that differ between the jobs of a layer.',
    );
    w.block(
      `struct ${CONSTANTS}`,
      () => {
        for (const { buffer, name, core } of plan.members)
          if (buffer.role === 'instructions')
            w.line(`${INSTRUCTION_TYPES[core]} ${name}[2] DIANA_LINE; /* ${describe(buffer)} */`);
          else {
            const type =
              buffer.role === 'weights'
                ? 'int8_t'
                : buffer.role === 'configuration'
                  ? 'uint32_t'
                  : C_TYPES[buffer.dtype];
            w.line(`${type} ${name}[${arrayLength(buffer)}] DIANA_LINE; /* ${describe(buffer)} */`);
          }
      },
      ';',
    );
    w.line(`extern struct ${CONSTANTS} ${CONSTANTS};`).line();
  }
  w.comment('Activations, at the offsets of the L2 plan; tensors of different life share bytes.');
  w.line(`#define TVMGEN_DEFAULT_WORKSPACE_BYTES ${plan.workspace.bytes}`);
  w.line(`extern uint8_t ${WORKSPACE}[TVMGEN_DEFAULT_WORKSPACE_BYTES];`);
}

function initialiser(program: Program, { buffer, name, core }: Member): string[] {
  const at = buffer.address - program.manifest.image.address;
  const bytes = program.image.subarray(at, at + buffer.bytes);
  if (buffer.role === 'instructions') {
    const words = new Uint32Array(bytes.slice().buffer);
    const lines = instructionInitialisers(words, core).flatMap((fields) => [
      '    {',
      ...wrapItems([...fields], 6),
      '    },',
    ]);
    return [`  .${name} = {`, ...lines, '  },'];
  }
  const items =
    buffer.role === 'weights'
      ? Array.from(new Int8Array(bytes.slice().buffer), String)
      : buffer.role === 'configuration'
        ? [...new Uint32Array(bytes.slice(0, buffer.bytes - (buffer.bytes % WORD_BYTES)).buffer)].map(
            (v) => `0x${v.toString(16)}u`,
          )
        : constantValues(program, buffer).map((v) => literal(v, buffer.dtype));
  return [`  .${name} = {`, ...wrapItems(items.length === 0 ? ['0'] : items, 4), '  },'];
}

/** Defines the constants with their values, and the workspace. */
export function defineData(w: CWriter, program: Program, plan: DataPlan): void {
  if (plan.members.length > 0) {
    w.line(`DIANA_SECTION(".diana.constants") struct ${CONSTANTS} ${CONSTANTS} = {`);
    for (const member of plan.members) for (const line of initialiser(program, member)) w.line(line);
    w.line('};').line();
  }
  w.line(
    `DIANA_SECTION(".diana.workspace") uint8_t ${WORKSPACE}[TVMGEN_DEFAULT_WORKSPACE_BYTES] DIANA_LINE;`,
  );
}
