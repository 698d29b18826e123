import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { describeImage } from '../../src/program/files.js';
import { type Manifest, PROGRAM_FORMAT, PROGRAM_VERSION, type Program } from '../../src/program/types.js';

const L2 = 0x1c010000;
const life = { firstStep: 0, lastStep: 2 } as const;

/** A Program with one of everything that a manifest may hold; it computes nothing of sense. */
export function sampleProgram(): Program {
  const image = Uint8Array.from({ length: 64 }, (_, i) => i);
  const manifest: Manifest = {
    format: PROGRAM_FORMAT,
    version: PROGRAM_VERSION,
    generator: 'diana-sim 0.2.0',
    model: 'sample',
    target: 'soma_dory, c',
    hardware: DEFAULT_PARAMETERS,
    image: describeImage(L2, image),
    buffers: [
      {
        id: 0,
        name: 'input',
        role: 'input',
        memory: 'L2',
        address: L2 + 64,
        bytes: 96,
        shape: [1, 2, 3, 5],
        dtype: 'int8',
        layout: 'core',
        tensor: 'input',
        ...life,
      },
      {
        id: 1,
        name: 'tile',
        role: 'activation',
        memory: 'L1',
        address: 0,
        bytes: 96,
        shape: [1, 2, 3, 5],
        dtype: 'int8',
        layout: 'core',
        ...life,
      },
      {
        id: 2,
        name: 'output',
        role: 'output',
        memory: 'L2',
        address: L2 + 160,
        bytes: 120,
        shape: [1, 30],
        dtype: 'float32',
        layout: 'dense',
        tensor: 'output',
        ...life,
      },
    ],
    layers: [
      {
        id: 0,
        name: 'tvmgen_default_soma_dory_main_0',
        layer: 'conv1',
        operators: ['qnn.conv2d', 'nn.bias_add'],
        target: 'digital',
        inputs: [[1, 2, 3, 5]],
        output: [1, 2, 3, 5],
        outputDtype: 'int8',
        detail: '3x3',
        usefulMacs: 540,
        tiles: [{ k: { lo: 0, hi: 2 }, y: { lo: 0, hi: 3 }, x: { lo: 0, hi: 5 } }],
        tensor: '%4',
      },
    ],
    steps: [
      { kind: 'tile', layer: 0, tile: 0 },
      {
        kind: 'job',
        layer: 0,
        tile: 0,
        stores: [[L2 + 64, 7]],
        writes: [
          [0xa0, 2],
          [0xa4, L2 + 64],
          [0xa8, 24],
          [0xac, 0],
          [0x00, 1],
        ],
        note: 'input rows 0..3',
        completes: [1],
      },
      {
        kind: 'host',
        layer: 0,
        ops: [
          {
            op: 'nn.pad',
            attrs: { pad_width: [[0, 0]], pad_value: 0, mode: 'constant', out: null, flag: true, axes: [1] },
            args: [{ buffer: 0 }],
            results: [{ shape: [1, 30], dtype: 'int8' }],
          },
          {
            op: 'cast',
            attrs: { dtype: 'float32' },
            args: [{ result: 0, field: 0 }],
            results: [{ shape: [1, 30], dtype: 'float32' }],
          },
        ],
        stores: [{ from: { result: 1 }, buffer: 2 }],
        completes: [2],
      },
    ],
    warnings: [
      {
        operator: 'qnn.conv2d',
        layer: 'conv2',
        tensor: '%9',
        attribute: 'strides',
        value: '[1, 2]',
        supported: '[1, 1] or [2, 2]',
      },
    ],
    memory: { l2: 344, l2Constants: 64, l1: 96, weightMemory: 0 },
  };
  return { manifest, image };
}
