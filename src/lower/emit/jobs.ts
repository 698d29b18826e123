import { copyBytes, LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { completeFields, encode, INSTRUCTION_WORDS } from '../../../sim/isa/instruction.js';
import { type Operation, toFields } from '../../../sim/isa/operation.js';
import {
  CONFIGURATION,
  CONFIGURATION_WORDS,
  INSTRUCTION_MEMORY_WORDS,
  MEMCPY_OP,
  REGISTERS as R,
} from '../../../sim/isa/registers.js';
import type { Tile } from '../../program/types.js';
import type { Draft, DraftBuffer, DraftJob, Place } from '../draft.js';

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

/** Emits the steps of one accelerator layer. L1 buffers named in `touches` live through these steps. */
export class LayerEmitter {
  readonly #draft: Draft;
  readonly #layer: number;
  readonly #touches: readonly DraftBuffer[];
  readonly #instruction: DraftBuffer;
  readonly #configurations: Configurations;
  readonly tiles: Tile[] = [];
  #first = true;

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

  #copy(op: number, l2: Place, l1Address: number, bytes: number, note: string): void {
    this.#job({
      writes: [
        [R.MEMCPY_OP, op],
        [R.MEMCPY_ADDR, l2],
        [R.MEMCPY_N, copyBytes(bytes) / WORD_BYTES],
        [R.L1ADDR, l1Address / LINE_BYTES],
        [R.TRIGGER, 1],
      ],
      note,
    });
  }

  compute(operation: Operation, weights: JobWeights | null, note: string): void {
    const words = encode(completeFields(toFields(operation)));
    if (this.#first) {
      // The image holds the layer's first instruction and behind it one that only stops.
      this.#instruction.content!.set(wordBytes(words));
      this.#instruction.content!.set(wordBytes(encode({ stop: 1 })), INSTRUCTION_WORDS * WORD_BYTES);
      this.#first = false;
    }
    const [address, length] =
      operation.kind === 'dense' ? [R.WT_FC_ADDR, R.WT_FC_N] : [R.WT_CONV_ADDR, R.WT_CONV_N];
    this.#job({
      writes: [
        [R.MEMCPY_OP, MEMCPY_OP.compute],
        [R.CONF_ADDR, { buffer: this.#configurations.for(operation.kind), offset: 0 }],
        [R.CONF_N, CONFIGURATION_WORDS],
        [R.IM_ADDR, { buffer: this.#instruction, offset: 0 }],
        [R.IM_N, INSTRUCTION_MEMORY_WORDS],
        [R.ACT_ADDR, 0],
        [R.ACT_N, 0],
        ...(weights === null
          ? []
          : ([
              [address, weights],
              [length, weights.bytes / WORD_BYTES],
            ] as const)),
        [R.TRIGGER, 1],
      ],
      instruction: { words, buffer: this.#instruction },
      note: `compute ${note}`,
    });
  }

  #job(job: Pick<DraftJob, 'writes' | 'note' | 'instruction'>): void {
    this.#draft.steps.push({
      kind: 'job',
      layer: this.#layer,
      tile: this.tiles.length - 1,
      touches: this.#touches,
      completes: [],
      ...job,
    });
  }

  /** The layer's last step completes these buffers. */
  complete(buffers: readonly DraftBuffer[]): void {
    const last = this.#draft.steps.at(-1);
    if (last?.kind === 'job') last.completes = buffers;
  }
}
