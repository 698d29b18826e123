import { reverseWords } from '../../../sim/isa/layout.js';
import { convBlockBytes, denseBlockBytes } from '../../../sim/isa/weights.js';
import { setBytes } from '../../../src/explain/edit.js';
import type { ConvLayer, DenseLayer } from '../../../src/passes/digital-layer.js';
import type { Program } from '../../../src/program/types.js';
import { type FaultKind, inRegister, jobsOf, type Site } from '../fault.js';

/** The weights of a layer in the image, and how they are divided; bytes in the order of elements (words put right). */
interface Weights {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes of a block with its bias. */
  readonly block: number;
  /** Bytes of the bias of a block. */
  readonly bias: number;
  readonly asked: ConvLayer | DenseLayer;
}

function weightsOf({ program, layer, asked }: Site): Weights | undefined {
  if (asked === undefined || asked.kind === 'sum') return undefined;
  const buffer = program.manifest.buffers.find((b) => b.name === `${layer.name}_weights`);
  if (buffer === undefined) return undefined;
  const at = buffer.address - program.manifest.image.address;
  const bytes = program.image.slice(at, at + buffer.bytes);
  reverseWords(bytes);
  const conv = asked.kind === 'conv';
  const block = conv
    ? convBlockBytes(asked.depthwise ? 1 : asked.input[1]!, asked.kernelHeight, asked.kernelWidth)
    : denseBlockBytes(asked.input[1]!);
  return { address: buffer.address, bytes, block, bias: conv ? 64 : 256, asked };
}

const change =
  (how: (w: Weights, s: Site) => boolean) =>
  (s: Site): Program | undefined => {
    const w = weightsOf(s);
    if (w === undefined || !how(w, s)) return undefined;
    reverseWords(w.bytes);
    return setBytes(s.program, w.address, w.bytes);
  };

/** Calls `each` with the start of the bias of every whole block. */
function biases({ bytes, block, bias }: Weights, each: (at: number) => void): boolean {
  for (let at = block - bias; at + bias <= bytes.length; at += block) each(at);
  return true;
}

/** Calls `each` with the range of the weights of every whole block. */
function blocks({ bytes, block, bias }: Weights, each: (from: number, to: number) => void): boolean {
  for (let at = 0; at + block <= bytes.length; at += block) each(at, at + block - bias);
  return true;
}

const isConv = (w: Weights): w is Weights & { asked: ConvLayer } => w.asked.kind === 'conv';

/** Rearranges the taps of every input channel: `from` gives the tap that stands in place of another. */
const taps = (from: (y: number, x: number, l: ConvLayer) => number): FaultKind['plant'] =>
  change((w) => {
    if (!isConv(w)) return false;
    const { kernelHeight: h, kernelWidth: x0 } = w.asked;
    if (h * x0 === 1 || h !== x0) return false;
    return blocks(w, (start, end) => {
      for (let c = start; c < end; c += 16 * h * x0) {
        const old = w.bytes.slice(c, c + 16 * h * x0);
        for (let y = 0; y < h; y++)
          for (let x = 0; x < x0; x++) {
            const t = from(y, x, w.asked as ConvLayer);
            w.bytes.set(old.subarray(16 * t, 16 * t + 16), c + 16 * (y * x0 + x));
          }
      }
    });
  });

const bias: FaultKind['causes'] = ['bias'];
const weights: FaultKind['causes'] = ['weights'];

/** Faults in what the weight memory gets. */
export const WEIGHT_FAULTS: readonly FaultKind[] = [
  {
    name: 'weights of the block or channel behind',
    causes: ['weight-address'],
    plant: (s) => {
      const w = weightsOf(s);
      if (w === undefined || jobsOf(s, 'compute').length < 2) return undefined;
      const conv = isConv(w);
      const by = conv && w.asked.depthwise ? 4 : w.block;
      return inRegister(s, 'compute', conv ? 'WT_CONV_ADDR' : 'WT_FC_ADDR', (v) => v + by);
    },
  },
  {
    name: 'weights one line further on',
    causes: ['weight-address'],
    plant: (s) =>
      inRegister(s, 'compute', s.asked?.kind === 'dense' ? 'WT_FC_ADDR' : 'WT_CONV_ADDR', (v) =>
        s.asked?.kind === 'sum' ? undefined : v + 16,
      ),
  },
  {
    name: 'load of weights half as long',
    causes: ['copy-length'],
    plant: (s) =>
      inRegister(s, 'compute', s.asked?.kind === 'dense' ? 'WT_FC_N' : 'WT_CONV_N', (v) =>
        s.asked?.kind === 'sum' || v < 2 ? undefined : v >> 1,
      ),
  },
  {
    name: 'no bias',
    causes: bias,
    plant: change((w) => biases(w, (at) => w.bytes.fill(0, at, at + w.bias))),
  },
  {
    name: 'bias of one byte (upper planes 0)',
    causes: bias,
    plant: change((w) => isConv(w) && biases(w, (at) => w.bytes.fill(0, at + 16, at + 64))),
  },
  {
    name: 'bias planes in reversed order',
    causes: bias,
    plant: change(
      (w) =>
        isConv(w) &&
        biases(w, (at) => {
          const old = w.bytes.slice(at, at + 64);
          for (let p = 0; p < 4; p++) w.bytes.set(old.subarray(16 * p, 16 * p + 16), at + 16 * (3 - p));
        }),
    ),
  },
  {
    name: 'bias planes 0 and 1 swapped',
    causes: bias,
    plant: change(
      (w) =>
        isConv(w) &&
        biases(w, (at) => {
          const old = w.bytes.slice(at, at + 32);
          w.bytes.set(old.subarray(16), at);
          w.bytes.set(old.subarray(0, 16), at + 16);
        }),
    ),
  },
  {
    name: 'biases one channel further on',
    causes: bias,
    plant: change(
      (w) =>
        isConv(w) &&
        !w.asked.depthwise &&
        biases(w, (at) => {
          const old = w.bytes.slice(at, at + 64);
          for (let p = 0; p < 4; p++)
            for (let i = 0; i < 16; i++) w.bytes[at + 16 * p + i] = old[16 * p + ((i + 1) % 16)]!;
        }),
    ),
  },
  {
    name: 'bias twice as large',
    causes: bias,
    plant: change(
      (w) =>
        isConv(w) &&
        biases(w, (at) => {
          for (let i = 0; i < 16; i++) {
            let v = 0;
            for (let p = 3; p >= 0; p--) v = v * 256 + w.bytes[at + 16 * p + i]!;
            v = (v * 2) >>> 0;
            for (let p = 0; p < 4; p++) w.bytes[at + 16 * p + i] = (v >>> (8 * p)) & 255;
          }
        }),
    ),
  },
  {
    name: 'bytes of words not reversed',
    causes: weights,
    plant: change((w) => {
      reverseWords(w.bytes);
      return true;
    }),
  },
  {
    name: 'weights with their sign changed',
    causes: weights,
    plant: change((w) =>
      blocks(w, (from, to) => {
        for (let i = from; i < to; i++) w.bytes[i] = (256 - w.bytes[i]!) & 255;
      }),
    ),
  },
  {
    name: 'the top bit of one weight',
    causes: weights,
    plant: change((w, s) => {
      const places: number[] = [];
      blocks(w, (from, to) => {
        for (let i = from; i < to; i++) if (w.bytes[i] !== 0) places.push(i);
      });
      const at = places[s.random.int(0, Math.max(0, places.length - 1))];
      if (at === undefined) return false;
      w.bytes[at] = w.bytes[at]! ^ 0x80;
      return true;
    }),
  },
  { name: 'kernel transposed', causes: weights, plant: taps((y, x, l) => x * l.kernelWidth + y) },
  {
    name: 'kernel turned by 180 degrees',
    causes: weights,
    plant: taps((y, x, l) => l.kernelHeight * l.kernelWidth - 1 - (y * l.kernelWidth + x)),
  },
  {
    name: 'weights of one block twice',
    causes: weights,
    plant: change((w) => {
      if (w.bytes.length < 2 * w.block) return false;
      w.bytes.copyWithin(w.block, 0, w.block);
      return true;
    }),
  },
  {
    name: 'input channels in reversed order',
    causes: weights,
    plant: change((w) => {
      if (!isConv(w) || w.asked.depthwise || w.asked.input[1]! < 2) return false;
      const size = 16 * w.asked.kernelHeight * w.asked.kernelWidth;
      return blocks(w, (from, to) => {
        const old = w.bytes.slice(from, to);
        for (let c = 0; from + c < to; c += size)
          w.bytes.set(old.subarray(old.length - c - size, old.length - c), from + c);
      });
    }),
  },
  {
    name: 'one output channel of zeros',
    causes: weights,
    plant: change((w, s) => {
      const lane = s.random.int(0, Math.min(15, w.asked.output[1]! - 1));
      if (isConv(w) && w.asked.depthwise) return false;
      const [from, to] = [0, w.block - w.bias];
      for (let i = from; i < to; i++)
        if ((isConv(w) ? i % 16 : Math.floor(i / 16) % 16) === lane) w.bytes[i] = 0;
      return true;
    }),
  },
];
