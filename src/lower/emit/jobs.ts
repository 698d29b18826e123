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
import type { Draft, DraftBuffer, DraftInstruction, DraftJob, DraftSweep, Place } from '../draft.js';
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

/** Jobs that differ in these alone. */
export interface SweepJobs extends Pick<DraftSweep, 'count' | 'input' | 'output' | 'note'> {
  /** Where the weights of all lie, and how many bytes each job loads. */
  readonly weights: { readonly buffer: DraftBuffer; readonly bytes: number };
  /** From the buffer's start, in bytes. */
  readonly weightsOffset: (job: number) => number;
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
    const writes = [
      COPY[op],
      [R.MEMCPY_ADDR, l2],
      [R.MEMCPY_N, copyBytes(bytes) / WORD_BYTES],
      [R.L1ADDR, l1Address / LINE_BYTES],
      TRIGGER,
    ] as const;
    this.#job(undefined, writes, note, undefined);
  }

  /** A copy of lines of all banks, as the analog driver makes it. */
  copyBanks(op: BankCopyOp, buffer: DraftBuffer, base: number, run: LineRun, note: string): void {
    const copy = bankCopy(op, buffer, base, run, note);
    this.#job('analog', copy.writes, copy.note, undefined);
  }

  compute(operation: Operation, weights: JobWeights | null, note: string): void {
    const instruction = this.#instructionOf(operation);
    const writes = this.#setUp.concat(
      weights === null
        ? [TRIGGER]
        : [
            [operation.kind === 'dense' ? R.WT_FC_ADDR : R.WT_CONV_ADDR, weights],
            [operation.kind === 'dense' ? R.WT_FC_N : R.WT_CONV_N, weights.bytes / WORD_BYTES],
            TRIGGER,
          ],
    );
    this.#job(undefined, writes, `compute ${note}`, instruction);
  }

  /** Jobs with the same instruction but for where input and output lie. */
  computeSweep(operation: Extract<Operation, { kind: 'conv' }>, jobs: SweepJobs): void {
    const { count, input, output, weights, weightsOffset, note } = jobs;
    this.#draft.steps.push({
      kind: 'sweep',
      layer: this.#layer,
      tile: this.tiles.length - 1,
      count,
      instruction: this.#instructionOf(operation),
      input,
      output,
      writes: {
        before: this.#setUp,
        weights: R.WT_CONV_ADDR,
        buffer: weights.buffer,
        offset: weightsOffset,
        after: [[R.WT_CONV_N, weights.bytes / WORD_BYTES], TRIGGER],
      },
      note: (job) => `compute ${note(job)}`,
      touches: this.#touches,
      completes: NOTHING,
    });
  }

  /** Encodes an operation. The layer's first one is what the image holds and brings what every job begins with. */
  #instructionOf(operation: Operation): DraftInstruction {
    const words = encode(toFields(operation));
    const instruction = { words, buffer: this.#instruction };
    if (!this.#first) return instruction;
    this.#first = false;
    // Behind the layer's first instruction stands one that only stops.
    this.#instruction.content!.set(wordBytes(words));
    this.#instruction.content!.set(wordBytes(encode({ stop: 1 })), INSTRUCTION_WORDS * WORD_BYTES);
    this.#setUp = [
      COMPUTE,
      [R.CONF_ADDR, { buffer: this.#configurations.for(operation.kind), offset: 0 }],
      CONFIGURATION_LENGTH,
      [R.IM_ADDR, { buffer: this.#instruction, offset: 0 }],
      INSTRUCTION_LENGTH,
      ...NO_ACTIVATIONS,
    ];
    return instruction;
  }

  #job(
    core: DraftJob['core'],
    writes: DraftJob['writes'],
    note: string,
    instruction: DraftInstruction | undefined,
  ): void {
    this.#draft.steps.push({
      kind: 'job',
      core,
      layer: this.#layer,
      tile: this.tiles.length - 1,
      writes,
      note,
      touches: this.#touches,
      completes: NOTHING,
      instruction,
    });
  }

  /** The layer's last step completes these buffers. */
  complete(buffers: readonly DraftBuffer[]): void {
    const last = this.#draft.steps.at(-1);
    if (last?.kind === 'job' || last?.kind === 'sweep') last.completes = buffers;
  }
}
