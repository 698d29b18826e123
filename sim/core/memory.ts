import { LimitError } from '../../src/base/errors.js';
import { hex, roundUp } from '../../src/base/units.js';
import { WORD_BYTES } from '../isa/geometry.js';
import { KnownRanges } from './known-ranges.js';
import { giveBack, type MemoryStorage, takeStorage } from './memory-storage.js';
import { newLog, Writers } from './writers.js';

/** Fresh memory holds this, so that a read before a write never looks like a correct tensor of zeros. */
const POISON = 0xa5;
/** Bytes that are poisoned at a time. */
const POISON_STEP = 16384;
/** `writerOf` of a byte that nothing has written; the image and inputs count as writer `PRELOADED`. */
export const NEVER = -2;
export const PRELOADED = -1;

/** What a memory holds at one moment, without who wrote it: see `Memory.snapshot`. */
export interface MemorySnapshot {
  readonly bytes: Uint8Array;
  /** Beside each byte: 0 where nothing has written it. */
  readonly state: Uint8Array;
}

/** Half-open range of byte addresses. */
export interface AddressRange {
  readonly lo: number;
  readonly hi: number;
}

const WRITTEN = 1;
/** Four bytes that are all WRITTEN. */
const WRITTEN_WORD = 0x01010101;
/** Up to this many bytes a loop beats a native search, which costs a view of the range. */
const SHORT = 512;
/** Up to this many bytes a loop over words copies sooner than the engine makes a view of them. */
const SHORT_COPY = 512;
/** Ranges of fewer bytes are not looked up among the known ones. */
const KNOWN_FROM = 64;
/** Written, by an int32 accumulator that had wrapped. Copies hand it on. */
const WRAPPED = 2;

function copyWords(from: Int32Array, at: number, to: Int32Array, start: number, n: number): void {
  for (let i = 0; i < n; i++) to[start + i] = from[at + i]!;
}

/** What a memory held at one moment: `save` makes it, `restore` takes it. */
export interface MemoryState {
  readonly bytes: Uint8Array;
  readonly writer: Int32Array;
  readonly state: Uint8Array;
  readonly anyWrapped: boolean;
}

/**
 * A byte memory behind checked access. It knows for every byte whether anything has written it, and which step of the
 * program did. Addresses are the chip's; a violation throws a LimitError that names memory, address and limit.
 */
export class Memory {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  #storage: MemoryStorage;
  #bytes: Uint8Array;
  readonly #writers: Writers;
  /** NOT_WRITTEN, WRITTEN or WRAPPED: a search for 0 in it is a single native call. */
  #state: Uint8Array;
  /** Where it is known without a search. */
  readonly #known = new KnownRanges();
  /** #bytes and #state, four bytes at a time, least significant first as on all machines that run this. */
  #words: Int32Array;
  #stateWords: Int32Array;
  /** Nothing at or behind this offset was ever written. */
  #touched = 0;
  /** The same, `forget` and `rollBack` notwithstanding. */
  #used = 0;
  /** Bytes before this offset are poison where nothing has written them; those behind wait for the first access. */
  #poisoned: number;
  /** The bytes are this memory's alone. */
  readonly #own: boolean;
  #anyWrapped = false;
  #assumed = false;
  #released = false;

  /** `bytes`: where to keep the content, `size` zeros, when somebody else has to reach them too. */
  constructor(name: string, base: number, size: number, bytes?: Uint8Array) {
    this.name = name;
    this.base = base;
    this.size = size;
    this.#own = bytes === undefined;
    this.#storage =
      bytes === undefined
        ? takeStorage(size)
        : { bytes, state: new Uint8Array(size), poisoned: 0, log: newLog() };
    this.#writers = new Writers(size, NEVER, this.#storage.log);
    this.#bytes = this.#storage.bytes;
    this.#state = this.#storage.state;
    this.#words = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, size >> 2);
    this.#stateWords = new Int32Array(this.#state.buffer, 0, size >> 2);
    this.#poisoned = this.#storage.poisoned;
  }

  /** Ends the memory's use: its storage goes to another one, and later reads and writes throw. */
  release(): void {
    this.#storage.poisoned = this.#poisoned;
    if (this.#own) giveBack(this.#storage, Math.max(this.#used, this.#touched), POISON);
    const nothing = new Uint8Array(0);
    this.#storage = { bytes: nothing, state: nothing, poisoned: 0, log: newLog() };
    this.#bytes = nothing;
    this.#state = nothing;
    this.#words = new Int32Array(0);
    this.#stateWords = new Int32Array(0);
    this.#released = true;
  }

  /** The bytes [at, at + n), for reading only, whether written or not. Throws when they do not lie inside. */
  peek(at: number, n: number, what: string): Uint8Array {
    const start = this.#offset(at, n, what);
    this.#poison(start + n);
    return this.#bytes.subarray(start, start + n);
  }

  /** The bytes [at, at + n), for reading only. Throws when they do not lie inside or one was never written. */
  read(at: number, n: number, what: string): Uint8Array {
    this.requireWritten(at, n, what);
    return this.peek(at, n, what);
  }

  /** The first byte of [at, at + n) that nothing has written; undefined where all are. */
  firstUnwritten(at: number, n: number, what: string): number | undefined {
    const start = this.#offset(at, n, what);
    if (this.#plainlyWritten(start, n)) return undefined;
    const gap = this.#state.subarray(start, start + n).indexOf(0);
    if (gap >= 0) return at + gap;
    this.#known.add(start, start + n);
    return undefined;
  }

  /** Throws unless every byte of [at, at + n) was written. */
  requireWritten(at: number, n: number, what: string): void {
    const gap = this.firstUnwritten(at, n, what);
    if (gap !== undefined)
      throw new LimitError({
        subject: `${what}: ${this.name} byte ${hex(gap)}`,
        value: 'never written',
        rule: 'written before it is read',
        fix: 'Look for a missing copy or a wrong address.',
      });
  }

  write(at: number, source: Uint8Array, writer: number, what: string): void {
    const start = this.#offset(at, source.length, what);
    this.#poison(start + source.length);
    this.#bytes.set(source, start);
    this.#note(start, source.length, writer);
    this.#mark(start, source.length);
  }

  /** Writes planes one behind the other; each has a writer of its own, counting up from `writer`. */
  writePlanes(at: number, source: Uint8Array, planeBytes: number, writer: number, what: string): void {
    const start = this.#offset(at, source.length, what);
    this.#poison(start + source.length);
    this.#bytes.set(source, start);
    for (let plane = 0; plane < source.length; plane += planeBytes)
      this.#note(start + plane, planeBytes, writer++);
    this.#mark(start, source.length);
  }

  /** Writes a 32-bit word, least significant byte first. */
  writeWord(at: number, value: number, writer: number, what: string): void {
    const start = this.#offset(at, WORD_BYTES, what);
    this.#poison(start + WORD_BYTES);
    if (start % WORD_BYTES === 0) {
      this.#words[start / WORD_BYTES] = value;
      this.#stateWords[start / WORD_BYTES] = WRITTEN_WORD;
    } else
      for (let i = 0; i < WORD_BYTES; i++) {
        this.#bytes[start + i] = value >>> (8 * i);
        this.#state[start + i] = WRITTEN;
      }
    this.#note(start, WORD_BYTES, writer);
  }

  /**
   * Puts the 32-bit words from `at` on (a multiple of 4) into `words`. Throws when they do not lie inside, and, where `mustBeWritten`, when a
   * byte was never written.
   */
  readWords(at: number, words: Uint32Array, mustBeWritten: boolean, what: string): void {
    const start = this.#offset(at, words.length * WORD_BYTES, what);
    if (start % WORD_BYTES !== 0) throw new Error(`${what}: ${hex(at)} is no address of a word`);
    this.#poison(start + words.length * WORD_BYTES);
    const from = this.#words;
    const state = this.#stateWords;
    let plain = true;
    for (let i = 0, at = start >> 2; i < words.length; i++, at++) {
      words[i] = from[at]!;
      if (state[at] !== WRITTEN_WORD) plain = false;
    }
    if (!plain && mustBeWritten) this.requireWritten(at, words.length * WORD_BYTES, what);
  }

  /** Notes that a byte just written came from an accumulator that had wrapped. */
  markWrapped(at: number): void {
    this.#state[this.#offset(at, 1, 'mark')] = WRAPPED;
    this.#anyWrapped = true;
  }

  /** Of `count` bytes at the addresses that `addressOf` gives, how many come from accumulators that had wrapped. */
  countWrapped(count: number, addressOf: (index: number) => number): number {
    let wrapped = 0;
    if (this.#anyWrapped)
      for (let i = 0; i < count; i++) if (this.#state[addressOf(i) - this.base] === WRAPPED) wrapped++;
    return wrapped;
  }

  /** Copies `n` bytes from a memory that is not this one; a byte never written there counts as never written here. */
  copyFrom(source: Memory, from: number, to: number, n: number, writer: number, what: string): void {
    const src = source.#offset(from, n, what);
    const dst = this.#offset(to, n, what);
    source.#poison(src + n);
    this.#poison(dst + n);
    if (n <= SHORT_COPY && ((src | dst | n) & (WORD_BYTES - 1)) === 0) {
      copyWords(source.#words, src >> 2, this.#words, dst >> 2, n >> 2);
      copyWords(source.#stateWords, src >> 2, this.#stateWords, dst >> 2, n >> 2);
    } else {
      this.#bytes.set(source.#bytes.subarray(src, src + n), dst);
      this.#state.set(source.#state.subarray(src, src + n), dst);
    }
    this.#note(dst, n, writer);
    this.#anyWrapped ||= source.#anyWrapped;
    if (n >= KNOWN_FROM && source.#known.covers(src, src + n)) this.#known.add(dst, dst + n);
    else if (this.#assumed) {
      for (let i = dst; i < dst + n; i++) if (this.#state[i] === 0) this.#state[i] = WRITTEN;
    } else this.#known.remove(dst, dst + n);
  }

  /**
   * The bytes themselves, for the SoC's host core, which cannot afford a call for each access. Who writes through them says
   * so with `markWritten`, or marks the whole memory once and does without the check.
   */
  raw(): Uint8Array {
    this.#poison(this.size);
    this.#used = this.size;
    return this.#bytes;
  }

  /** Notes that [at, at + n) was written through `raw`. */
  markWritten(at: number, n: number, writer: number): void {
    const start = this.#offset(at, n, 'write');
    this.#note(start, n, writer);
    this.#mark(start, n);
  }

  /**
   * Makes every byte count as written from now on, also behind copies of bytes that were not: for memory that somebody writes
   * through `raw` without a word, who may store over such bytes.
   */
  assumeWritten(writer: number): void {
    this.markWritten(this.base, this.size, writer);
    this.#assumed = true;
  }

  /** Whether every byte of [at, at + n) lies inside and was written. */
  isWritten(at: number, n: number): boolean {
    const start = at - this.base;
    this.#requireUse();
    if (start < 0 || start + n > this.size) return false;
    if (this.#plainlyWritten(start, n)) return true;
    // A native search pays from a few dozen bytes on; the host core asks for one word at a time.
    if (n > 32) {
      const written = this.#state.subarray(start, start + n).indexOf(0) < 0;
      if (written) this.#known.add(start, start + n);
      return written;
    }
    for (let i = start; i < start + n; i++) if (this.#state[i] === 0) return false;
    return true;
  }

  /** Makes every byte count as never written (its content stays). */
  forget(): void {
    this.#state.fill(0, 0, this.#touched);
    this.#known.clear();
    this.#used = Math.max(this.#used, this.#touched);
    this.#writers.clear();
    this.#touched = 0;
  }

  /** A copy of what the memory holds, up to the last byte that was ever written. Who wrote each byte is not in it. */
  snapshot(): MemorySnapshot {
    return { bytes: this.#bytes.slice(0, this.#touched), state: this.#state.slice(0, this.#touched) };
  }

  /** Brings back what `snapshot` copied; writers stay those of what was written last. */
  rollBack({ bytes, state }: MemorySnapshot): void {
    this.#known.clear();
    this.#used = Math.max(this.#used, this.#touched);
    this.#bytes.set(bytes);
    this.#state.set(state);
    this.#bytes.fill(POISON, bytes.length, Math.max(bytes.length, this.#touched));
    this.#state.fill(0, bytes.length, Math.max(bytes.length, this.#touched));
    this.#touched = bytes.length;
  }

  /** A copy of [lo, hi), for `paste`. */
  cut({ lo, hi }: AddressRange): MemorySnapshot {
    const start = this.#offset(lo, hi - lo, 'cut');
    this.#poison(start + hi - lo);
    const end = start + hi - lo;
    return { bytes: this.#bytes.slice(start, end), state: this.#state.slice(start, end) };
  }

  /** Puts what `cut` copied at `lo`, with what nothing has written. */
  paste(lo: number, { bytes, state }: MemorySnapshot): void {
    const start = this.#offset(lo, bytes.length, 'paste');
    this.#poison(start + bytes.length);
    this.#known.clear();
    this.#bytes.set(bytes, start);
    this.#state.set(state, start);
    this.#touched = Math.max(this.#touched, start + bytes.length);
  }

  /** Where the memory is not as it was when `saved` was made: other bytes, or bytes written in one of the two only. In ascending order. */
  differences(saved: MemorySnapshot): AddressRange[] {
    const ranges: { lo: number; hi: number }[] = [];
    const end = Math.max(this.#touched, saved.bytes.length);
    const words = Math.min(this.#touched, saved.bytes.length) >> 2;
    const view = ({ buffer, byteOffset }: Uint8Array) => new Int32Array(buffer, byteOffset, words);
    const [bytes, state] = [view(this.#bytes), view(this.#state)];
    const [savedBytes, savedState] = [view(saved.bytes), view(saved.state)];
    for (let i = 0; i < end; i++) {
      // Most of a memory is as it was: four bytes at a time.
      while (
        (i & 3) === 0 &&
        i >> 2 < words &&
        bytes[i >> 2] === savedBytes[i >> 2] &&
        state[i >> 2] === savedState[i >> 2]
      )
        i += 4;
      if (i >= end) break;
      const [now, then] = [this.#state[i] !== 0, (saved.state[i] ?? 0) !== 0];
      if (now === then && (!now || this.#bytes[i] === saved.bytes[i])) continue;
      const last = ranges.at(-1);
      if (last !== undefined && last.hi === this.base + i) last.hi++;
      else ranges.push({ lo: this.base + i, hi: this.base + i + 1 });
    }
    return ranges;
  }

  /** The step that last wrote a byte; PRELOADED or NEVER. */
  writerOf(at: number): number {
    return this.#writers.of(this.#offset(at, 1, 'writer'));
  }

  /** All that was ever written, with who wrote it. */
  save(): MemoryState {
    const n = this.#touched;
    this.#poison(n);
    return {
      bytes: this.#bytes.slice(0, n),
      writer: this.#writers.take(n),
      state: this.#state.slice(0, n),
      anyWrapped: this.#anyWrapped,
    };
  }

  /** Puts a saved content into a fresh memory of the same size. */
  restore({ bytes, writer, state, anyWrapped }: MemoryState): void {
    this.#poison(bytes.length);
    this.#known.clear();
    this.#bytes.set(bytes);
    this.#writers.put(writer);
    this.#state.set(state);
    this.#touched = bytes.length;
    this.#anyWrapped = anyWrapped;
  }

  /** Poisons what lies before `end` and was not accessed yet, some way ahead. */
  #poison(end: number): void {
    if (end <= this.#poisoned) return;
    const to = Math.min(this.size, roundUp(end, POISON_STEP));
    this.#bytes.fill(POISON, this.#poisoned, to);
    this.#poisoned = to;
  }

  /** Whether a range is known to be written, or is a short one of whole words without marks; false also where that takes a closer look. */
  #plainlyWritten(start: number, n: number): boolean {
    if (n >= KNOWN_FROM && this.#known.covers(start, start + n)) return true;
    if (n > SHORT || ((start | n) & 3) !== 0) return false;
    const end = (start + n) >> 2;
    for (let i = start >> 2; i < end; i++) if (this.#stateWords[i] !== WRITTEN_WORD) return false;
    return true;
  }

  #requireUse(): void {
    if (this.#released) throw new Error(`${this.name} of a run that is over`);
  }

  /** Marks [start, start + n) as written. */
  #mark(start: number, n: number): void {
    this.#state.fill(WRITTEN, start, start + n);
    if (n >= KNOWN_FROM) this.#known.add(start, start + n);
  }

  #note(start: number, n: number, writer: number): void {
    this.#writers.note(start, n, writer);
    if (start + n > this.#touched) this.#touched = start + n;
  }

  #offset(at: number, n: number, what: string): number {
    const start = at - this.base;
    this.#requireUse();
    if (start < 0 || n < 0 || start + n > this.size)
      throw new LimitError({
        subject: `${what}: access to ${this.name}`,
        value: `${hex(at)}..${hex(at + n)}`,
        rule: `inside ${hex(this.base)}..${hex(this.base + this.size)}`,
        fix: 'Look at the address and the tile plan of this layer.',
      });
    return start;
  }
}
