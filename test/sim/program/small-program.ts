import { encode, type Fields } from '../../../sim/isa/instruction.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import { describeImage } from '../../../src/program/files.js';
import {
  type Buffer,
  type JobStep,
  PROGRAM_FORMAT,
  PROGRAM_VERSION,
  type Program,
  type Step,
} from '../../../src/program/types.js';

export const IMAGE = 0x1c01_0000;
const CONFIGURATION = IMAGE + 256;
export const A = IMAGE + 0x200;
const B = IMAGE + 0x220;
export const SUM = IMAGE + 0x240;
const OUT = IMAGE + 0x280;

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A sum of line 0 and line 2 of L1 into line 4; how many lines it takes is stored before the job. */
const SUM_FIELDS: Partial<Fields> = {
  mode: 3,
  input_memory_pointer: 0,
  weight_memory_pointer: 32,
  output_memory_pointer: 64,
};

const job = (note: string, writes: JobStep['writes'], more: Partial<JobStep> = {}): JobStep => ({
  kind: 'job',
  layer: 0,
  tile: 0,
  stores: [],
  writes,
  note,
  completes: [],
  ...more,
});

/** Registers of a copy of 32 bytes (offsets from hardware.md section 2). `op` 2: L2 to L1, 1: back. */
const copy = (op: number, l2: number, line: number): JobStep['writes'] => [
  [0xa0, op],
  [0xa4, l2],
  [0xa8, 8],
  [0xac, line],
  [0x00, 1],
];

/** The steps: enter the tile, copy in A and B, add, copy out, cast the sum to int32 on the host. */
export const STEPS: readonly Step[] = [
  { kind: 'tile', layer: 0, tile: 0 },
  job('copy in a', copy(2, A, 0)),
  job('copy in b', copy(2, B, 2)),
  job(
    'add',
    [
      [0xa0, 0],
      [0x60, CONFIGURATION],
      [0x64, 16],
      [0x50, IMAGE],
      [0x54, 64],
      [0x00, 1],
    ],
    { stores: [[IMAGE + 16, 1]] },
  ),
  job('copy out', copy(1, SUM, 4), { completes: [2] }),
  {
    kind: 'host',
    layer: 1,
    ops: [
      {
        op: 'cast',
        attrs: { dtype: 'int32' },
        args: [{ buffer: 2 }],
        results: [{ shape: [1, 16], dtype: 'int32' }],
      },
    ],
    stores: [{ from: { result: 0 }, buffer: 3 }],
    completes: [3],
  },
];

const buffer = (id: number, name: string, more: Partial<Buffer>): Buffer => ({
  id,
  name,
  role: 'input',
  memory: 'L2',
  address: 0,
  bytes: 32,
  shape: [1, 16],
  dtype: 'int8',
  layout: 'core',
  firstStep: 0,
  lastStep: 5,
  ...more,
});

/** c = a + b on the core, out = int32(c) on the host: 16 elements, everything in one tile. The host takes 9 cycles for each element it stores. */
export function smallProgram(steps: readonly Step[] = STEPS): Program {
  const image = new Uint8Array(320);
  image.set(words(...encode(SUM_FIELDS), ...encode({ stop: 1 })));
  const layer = {
    inputs: [[1, 16]],
    output: [1, 16],
    detail: '',
    operators: ['add'],
    outputDtype: 'int8',
    usefulMacs: 0,
  } as const;
  return {
    image,
    manifest: {
      format: PROGRAM_FORMAT,
      version: PROGRAM_VERSION,
      generator: 'a test',
      model: 'small',
      target: 'soma_dory, c',
      hardware: { ...DEFAULT_PARAMETERS, host: { ...DEFAULT_PARAMETERS.host, call: 0, element: 0, move: 9 } },
      image: describeImage(IMAGE, image),
      buffers: [
        buffer(0, 'a', { address: A, tensor: 'a', firstStep: 0, lastStep: 1 }),
        buffer(1, 'b', { address: B, firstStep: 0, lastStep: 2 }),
        buffer(2, 'c', { address: SUM, role: 'activation', tensor: '%0', firstStep: 4, lastStep: 5 }),
        buffer(3, 'out', {
          address: OUT,
          role: 'output',
          tensor: 'output',
          bytes: 64,
          dtype: 'int32',
          layout: 'dense',
          firstStep: 5,
          lastStep: 5,
        }),
      ],
      layers: [
        {
          ...layer,
          id: 0,
          name: 'main_0',
          layer: 'add1',
          target: 'digital',
          usefulMacs: 0,
          tiles: [{ k: { lo: 0, hi: 1 }, y: { lo: 0, hi: 1 }, x: { lo: 0, hi: 16 } }],
          tensor: '%0',
        },
        {
          ...layer,
          id: 1,
          name: 'main_1',
          target: 'host',
          operators: ['cast'],
          outputDtype: 'int32',
          usefulMacs: 7,
          tiles: [],
        },
      ],
      steps,
      warnings: [],
      memory: { l2: 1000, l2Constants: 320, l1: 96, weightMemory: 48 },
    },
  };
}
