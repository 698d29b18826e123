import { WORD_BYTES } from '../../../sim/isa/geometry.js';
import { reverseWords } from '../../../sim/isa/layout.js';
import {
  CONV_BIAS_BYTES,
  convBlockBytes,
  DENSE_BIAS_BYTES,
  denseBlockBytes,
  depthwiseOffset,
  packConvWeights,
  packDenseWeights,
  packDepthwiseWeights,
} from '../../../sim/isa/weights.js';
import type { ConvLayer, DenseLayer } from '../../passes/digital-layer.js';
import type { Program, Tile } from '../../program/types.js';
import type { CauseKind } from '../../results/explanation.js';
import { setBytes, setRegister } from '../edit.js';
import type { Job } from '../jobs.js';
import { extentOf, type Recogniser, type Repair, type Suspect, type Suspicion, share } from '../suspect.js';

/** All weights of a layer as the core wants them. */
export function packedWeights(l: ConvLayer | DenseLayer): Uint8Array {
  const [k, c] = [l.output[1]!, l.input[1]!];
  if (l.kind === 'dense') return packDenseWeights(l.weights, l.bias, [k, c]);
  const taps = [l.kernelHeight, l.kernelWidth] as const;
  return l.depthwise
    ? packDepthwiseWeights(l.weights, l.bias, [c, ...taps])
    : packConvWeights(l.weights, l.bias, [k, c, ...taps]);
}

/** Where the weights of a tile (of one channel of it, for a depthwise conv) begin in the packed ones, and their bytes. */
export function weightOffset(
  l: ConvLayer | DenseLayer,
  tile: Tile,
  channel: number,
): { offset: number; bytes: number } {
  const blocks = Math.ceil((tile.k.hi - tile.k.lo) / 16);
  if (l.kind === 'dense') {
    const block = denseBlockBytes(l.input[1]!);
    return { offset: (tile.k.lo / 16) * block, bytes: blocks * block };
  }
  const taps = [l.kernelHeight, l.kernelWidth] as const;
  if (l.depthwise) return { offset: depthwiseOffset(channel, ...taps), bytes: convBlockBytes(1, ...taps) };
  const block = convBlockBytes(l.input[1]!, ...taps);
  return { offset: (tile.k.lo / 16) * block, bytes: blocks * block };
}

/** What one compute job should load. */
interface Load {
  readonly job: Job;
  readonly address: number;
  readonly words: number;
  /** Where the right bytes begin in the packed weights, and how many the job needs. */
  readonly offset: number;
  readonly bytes: number;
}

function loads(s: Suspect, l: ConvLayer | DenseLayer): Load[] {
  const [addressName, lengthName] =
    l.kind === 'dense' ? (['WT_FC_ADDR', 'WT_FC_N'] as const) : (['WT_CONV_ADDR', 'WT_CONV_N'] as const);
  const inTile = new Map<number, number>();
  return s.jobs.flatMap((job) => {
    const tile = s.layer.tiles[job.tile];
    if (job.kind !== 'compute' || tile === undefined) return [];
    const nth = inTile.get(job.tile) ?? 0;
    inTile.set(job.tile, nth + 1);
    const address = job.registers.get(addressName) ?? 0;
    const words = job.registers.get(lengthName) ?? 0;
    return [{ job, address, words, ...weightOffset(l, tile, tile.k.lo + nth) }];
  });
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}

/** Where `wanted` lies in the image on a whole word, nearest to `near`; undefined where it does not. */
export function findBytes(program: Program, wanted: Uint8Array, near: number): number | undefined {
  const { image } = program;
  const base = program.manifest.image.address;
  let best: number | undefined;
  for (let at = 0; at + wanted.length <= image.length; at += WORD_BYTES) {
    if (image[at] !== wanted[0] || image[at + 1] !== wanted[1] || image[at + 2] !== wanted[2]) continue;
    if (!equalBytes(image.subarray(at, at + wanted.length), wanted)) continue;
    const address = base + at;
    if (best === undefined || Math.abs(address - near) < Math.abs(best - near)) best = address;
  }
  return best;
}

interface WrongBytes {
  readonly address: number;
  readonly right: Uint8Array;
  readonly held: Uint8Array;
  readonly load: Load;
}

/** Bytes that lie behind the weights of a block: its bias. */
function isBias(l: ConvLayer | DenseLayer, offset: number): boolean {
  const block =
    l.kind === 'dense'
      ? denseBlockBytes(l.input[1]!)
      : convBlockBytes(l.depthwise ? 1 : l.input[1]!, l.kernelHeight, l.kernelWidth);
  const bias = l.kind === 'dense' ? DENSE_BIAS_BYTES : CONV_BIAS_BYTES;
  return offset % block >= block - bias;
}

/** How the bytes that lie there relate to those that should. */
function relation(held: Uint8Array, right: Uint8Array): string | undefined {
  const words = held.slice(0, held.length - (held.length % WORD_BYTES));
  reverseWords(words);
  if (words.length > 0 && equalBytes(words, right.subarray(0, words.length)))
    return 'they are the right ones with the bytes of each word reversed';
  if (held.every((v) => v === 0)) return 'all of them are 0';
  if (held.every((v, i) => v === ((256 - right[i]!) & 255)))
    return 'each is the right one with its sign changed';
  const a = [...held].sort((x, y) => x - y);
  const b = [...right].sort((x, y) => x - y);
  if (a.every((v, i) => v === b[i])) return 'they are the right ones in another order';
  return undefined;
}

function bytesSuspicion(s: Suspect, l: ConvLayer | DenseLayer, list: readonly WrongBytes[]): Suspicion[] {
  const out: Suspicion[] = [];
  let bias = 0;
  let weights = 0;
  let total = 0;
  let signs = 0;
  for (const { right, held, load } of list)
    for (let i = 0; i < right.length; i++) {
      total++;
      if (right[i] === held[i]) continue;
      if (isBias(l, load.offset + i)) bias++;
      else weights++;
      if (held[i] === ((256 - right[i]!) & 255)) signs++;
    }
  const kind: CauseKind = weights === 0 ? 'bias' : 'weights';
  const first = list[0]!;
  const cuts = list.map(({ right, held }) => {
    let from = right.findIndex((v, i) => v !== held[i]);
    from -= from % WORD_BYTES;
    let to = right.findLastIndex((v, i) => v !== held[i]) + 1;
    to = Math.ceil(to / WORD_BYTES) * WORD_BYTES;
    return { right: right.subarray(from, to), held: held.subarray(from, to) };
  });
  const how = relation(cuts[0]!.held, cuts[0]!.right);
  const what = kind === 'bias' ? 'bias' : weights === bias + weights ? 'weights' : 'weights and bias';
  const says = `the model's ${what} in ${list.length === 1 ? `the bytes that step ${first.load.job.step} loads` : `the bytes that ${list.length} jobs load`}`;
  out.push({
    kind,
    claim: `bytes of ${what} are not the model's${how === undefined ? '' : `: ${how}`}`,
    evidence: `${share(bias + weights, total)} bytes differ (${weights} of weights, ${bias} of biases${signs === bias + weights ? ', all with their sign changed' : ''}); ${extentOf(s)} wrong`,
    strength: 0.97,
    repairs: [
      {
        says,
        change: () => list.reduce((p, b) => setBytes(p, b.address, b.right), s.program),
      },
    ],
  });
  return out;
}

/** Weights and biases that are not the model's where a job loads them, or that a job loads from another place. */
export const weights: Recogniser = (s) => {
  const l = s.asked;
  if (l === undefined || l.kind === 'sum') return [];
  const right = packedWeights(l);
  const base = s.program.manifest.image.address;
  const [addressName, lengthName] =
    l.kind === 'dense' ? (['WT_FC_ADDR', 'WT_FC_N'] as const) : (['WT_CONV_ADDR', 'WT_CONV_N'] as const);
  const moved: { load: Load; to: number }[] = [];
  const changed: WrongBytes[] = [];
  const out: Suspicion[] = [];
  // A depthwise load ends in its neighbours' lanes: only lane 0 counts, every 16 bytes (word order: byte 3).
  const counts = (i: number): boolean => l.kind !== 'conv' || !l.depthwise || (i ^ 3) % 16 === 0;
  const all = loads(s, l);
  for (const load of all) {
    const wanted = right.slice(load.offset, load.offset + load.bytes);
    const at = load.address - base;
    const held = s.program.image.slice(Math.max(0, at), at + load.bytes);
    if (held.length === wanted.length && wanted.every((v, i) => !counts(i) || v === held[i])) continue;
    const to = findBytes(s.program, wanted, load.address);
    if (to !== undefined && to !== load.address) moved.push({ load, to });
    else if (held.length === wanted.length)
      changed.push({ address: load.address, right: wanted, held, load });
  }
  if (moved.length > 0) {
    const { load, to } = moved[0]!;
    const by = load.address - to;
    const repair: Repair = {
      says: `\`${addressName}\` ${to} instead of ${load.address} in ${moved.length === 1 ? `step ${load.job.step}` : `${moved.length} jobs`}`,
      change: () => moved.reduce((p, m) => setRegister(p, m.load.job.step, addressName, m.to), s.program),
    };
    out.push({
      kind: 'weight-address',
      claim: `weights are loaded from ${Math.abs(by)} bytes ${by > 0 ? 'behind' : 'before'} the place where the model's lie`,
      evidence: `step ${load.job.step} loads from ${load.address}; the model's weights for its channels lie at ${to}`,
      strength: 0.97,
      repairs: [repair],
    });
  }
  if (changed.length > 0) out.push(...bytesSuspicion(s, l, changed));
  const short = all.filter(
    (load) => load.words * WORD_BYTES < load.bytes || load.words * WORD_BYTES > 2 * load.bytes,
  );
  if (short.length > 0) {
    const { job, words, bytes } = short[0]!;
    out.push({
      kind: 'copy-length',
      claim: `a job loads ${words} words of weights and needs ${bytes / WORD_BYTES}`,
      evidence: `step ${job.step}: \`${lengthName}\` is ${words}`,
      strength: 0.95,
      repairs: [
        {
          says: `\`${lengthName}\` ${bytes / WORD_BYTES} instead of ${words} in ${short.length === 1 ? `step ${job.step}` : `${short.length} jobs`}`,
          change: () =>
            short.reduce((p, x) => setRegister(p, x.job.step, lengthName, x.bytes / WORD_BYTES), s.program),
        },
      ],
    });
  }
  return out;
};
