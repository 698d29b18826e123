import { copyBytes, LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { encode, INSTRUCTION_WORDS } from '../../../sim/isa/instruction.js';
import { type Operation, toFields } from '../../../sim/isa/operation.js';
import {
  CONFIGURATION,
  CONFIGURATION_WORDS,
  INSTRUCTION_MEMORY_WORDS,
  MEMCPY_OP,
  REGISTERS as R,
} from '../../../sim/isa/registers.js';
import type { Tile } from '../../program/types.js';
import {
  type Draft,
  type DraftBuffer,
  type DraftInstruction,
  type DraftJob,
  instructionWord,
  type Place,
} from '../draft.js';
import type { LineRun } from '../tiling/line-runs.js';
import { type BankCopyOp, bankCopy } from './bank-copy.js';

/** Bytes of configuration and instruction words that every compute job fetches. */
export const FIXED_BYTES = (CONFIGURATION_WORDS + INSTRUCTION_MEMORY_WORDS) * WORD_BYTES;

/** Little-endian bytes of 32-bit words. */
export function wordBytes(words: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(words.length * WORD_BYTES);
  const view = new DataView(out.buffer);
  for (let i = 0; i < words.length; i++) view.setUint32(i * WORD_BYTES, words[i]! >>> 0, true);
  return out;
}

/** The buffers of configuration words, one for each distinct content, shared by all layers. */
export class Configurations {
  readonly #draft: Draft;
  readonly #byContent = new Map<string, DraftBuffer>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  for(kind: Operation['kind']): DraftBuffer {
    return this.ofWords(
      { conv: CONFIGURATION.conv, dense: CONFIGURATION.fullyConnected, sum: CONFIGURATION.sum }[kind],
    );
  }

  /** The buffer of 16 words that begin with these; the others are 0. */
  ofWords(words: readonly number[]): DraftBuffer {
    const key = words.join();
    const known = this.#byContent.get(key);
    if (known !== undefined) return known;
    const all = Array.from({ length: CONFIGURATION_WORDS }, (_, i) => words[i] ?? 0);
    const buffer: DraftBuffer = {
      name: `configuration_${this.#byContent.size}`,
      role: 'configuration',
      memory: 'L2',
      bytes: CONFIGURATION_WORDS * WORD_BYTES,
      shape: [CONFIGURATION_WORDS],
      dtype: 'int32',
      layout: 'dense',
      content: wordBytes(all),
    };
    this.#byContent.set(key, buffer);
    this.#draft.buffers.push(buffer);
    return buffer;
  }
}

/** Where one layer's weights for a job lie in L2. */
export interface JobWeights extends Place {
  readonly bytes: number;
}

/** One job of several that differ in these alone. */
export interface SweepJob {
  readonly weights: JobWeights;
  readonly input: number;
  readonly output: number;
  readonly note: string;
}

/** Register writes that are the same in every job: made once, as there may be a job a channel. */
const COMPUTE = [R.MEMCPY_OP, MEMCPY_OP.compute] as const;
const CONFIGURATION_LENGTH = [R.CONF_N, CONFIGURATION_WORDS] as const;
const INSTRUCTION_LENGTH = [R.IM_N, INSTRUCTION_MEMORY_WORDS] as const;
const NO_ACTIVATIONS = [
  [R.ACT_ADDR, 0],
  [R.ACT_N, 0],
] as const;
const TRIGGER = [R.TRIGGER, 1] as const;
const COPY = {
  [MEMCPY_OP.l2ToL1]: [R.MEMCPY_OP, MEMCPY_OP.l2ToL1],
  [MEMCPY_OP.l1ToL2]: [R.MEMCPY_OP, MEMCPY_OP.l1ToL2],
} as const;

/** Nothing is complete after a job but the last of a layer. */
const NOTHING: readonly DraftBuffer[] = [];

/** Emits the steps of one accelerator layer. L1 buffers named in `touches` live through these steps. */
export class LayerEmitter {
  readonly #draft: Draft;
  readonly #layer: number;
  readonly #touches: readonly DraftBuffer[];
  readonly #instruction: DraftBuffer;
  readonly #configurations: Configurations;
  readonly tiles: Tile[] = [];
  #first = true;
  /** The register writes with which every compute job of the layer begins. */
  #setUp: DraftJob['writes'][number][] = [];
  /** The last write of a length of weights. */
  #length: readonly [offset: number, words: number] = [R.WT_CONV_N, 0];

  constructor(
    draft: Draft,
    layer: number,
    name: string,
    configurations: Configurations,
    touches: readonly DraftBuffer[],
  ) {
    this.#draft = draft;
    this.#layer = layer;
    this.#configurations = configurations;
    this.#touches = touches;
    this.#instruction = {
      name: `${name}_instruction`,
      role: 'instructions',
      memory: 'L2',
      bytes: INSTRUCTION_MEMORY_WORDS * WORD_BYTES,
      shape: [INSTRUCTION_MEMORY_WORDS],
      dtype: 'int32',
      layout: 'dense',
      content: new Uint8Array(INSTRUCTION_MEMORY_WORDS * WORD_BYTES),
    };
    draft.buffers.push(this.#instruction);
  }

  /** Enters the next tile. */
  tile(tile: Tile): void {
    this.tiles.push(tile);
    this.#draft.steps.push({ kind: 'tile', layer: this.#layer, tile: this.tiles.length - 1 });
  }

  copyIn(from: Place, l1Address: number, bytes: number, note: string): void {
    this.#copy(MEMCPY_OP.l2ToL1, from, l1Address, bytes, `copy in ${note}`);
  }

  copyOut(l1Address: number, to: Place, bytes: number, note: string): void {
    this.#copy(MEMCPY_OP.l1ToL2, to, l1Address, bytes, `copy out ${note}`);
  }

  #copy(op: keyof typeof COPY, l2: Place, l1Address: number, bytes: number, note: string): void {
    this.#job({
      writes: [
        COPY[op],
        [R.MEMCPY_ADDR, l2],
        [R.MEMCPY_N, copyBytes(bytes) / WORD_BYTES],
        [R.L1ADDR, l1Address / LINE_BYTES],
        TRIGGER,
      ],
      note,
    });
  }

  /** A copy of lines of all banks, as the analog driver makes it. */
  copyBanks(op: BankCopyOp, buffer: DraftBuffer, base: number, run: LineRun, note: string): void {
    this.#job({ core: 'analog', ...bankCopy(op, buffer, base, run, note) });
  }

  compute(operation: Operation, weights: JobWeights | null, note: string): void {
    this.#compute(encode(toFields(operation)), operation.kind, weights, note);
  }

  /** A job for each of `jobs`, all with the same instruction but for where input and output lie. */
  computeSweep(operation: Extract<Operation, { kind: 'conv' }>, jobs: Iterable<SweepJob>): void {
    const shared = encode(toFields(operation));
    for (const { weights, input, output, note } of jobs)
      this.#compute(shared, operation.kind, weights, note, { input, output });
  }

  #compute(
    words: Uint32Array,
    kind: Operation['kind'],
    weights: JobWeights | null,
    note: string,
    moved?: NonNullable<DraftInstruction['moved']>,
  ): void {
    const buffer = this.#instruction;
    const instruction = moved === undefined ? { words, buffer } : { words, buffer, moved };
    if (this.#first) {
      // The image holds the layer's first instruction and behind it one that only stops.
      this.#instruction.content!.set(wordBytes(words.map((_, i) => instructionWord(instruction, i))));
      this.#instruction.content!.set(wordBytes(encode({ stop: 1 })), INSTRUCTION_WORDS * WORD_BYTES);
      this.#first = false;
      this.#setUp = [
        COMPUTE,
        [R.CONF_ADDR, { buffer: this.#configurations.for(kind), offset: 0 }],
        CONFIGURATION_LENGTH,
        [R.IM_ADDR, { buffer: this.#instruction, offset: 0 }],
        INSTRUCTION_LENGTH,
        ...NO_ACTIVATIONS,
      ];
    }
    const last: DraftJob['writes'][number][] = [TRIGGER];
    if (weights !== null) {
      const [address, length] = kind === 'dense' ? [R.WT_FC_ADDR, R.WT_FC_N] : [R.WT_CONV_ADDR, R.WT_CONV_N];
      const words = weights.bytes / WORD_BYTES;
      if (this.#length[0] !== length || this.#length[1] !== words) this.#length = [length, words];
      last.unshift([address, weights], this.#length);
    }
    const writes = this.#setUp.concat(last);
    this.#job({ writes, instruction, note: `compute ${note}` });
  }

  #job(job: Pick<DraftJob, 'writes' | 'note' | 'instruction' | 'core'>): void {
    this.#draft.steps.push({
      kind: 'job',
      ...(job.core === undefined ? {} : { core: job.core }),
      layer: this.#layer,
      tile: this.tiles.length - 1,
      touches: this.#touches,
      completes: NOTHING,
      writes: job.writes,
      note: job.note,
      ...(job.instruction === undefined ? {} : { instruction: job.instruction }),
    });
  }

  /** The layer's last step completes these buffers. */
  complete(buffers: readonly DraftBuffer[]): void {
    const last = this.#draft.steps.at(-1);
    if (last?.kind === 'job') last.completes = buffers;
  }
}
