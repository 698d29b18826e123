import type { FindingBytes } from '../../src/results/finding.js';

/** `cause` of bytes whose value is what somebody meant. */
export const DEFINED = 0;
/** `writer` of bytes that nobody wrote, and of those that were there before the run. Jobs are 1 + their number, the host's pc is below -1. */
export const NOBODY = 0;
export const LOADED = -1;

/** What the sanitizer remembers of every byte of a memory, beside its value. */
export class Shadow {
  readonly name: FindingBytes['memory'];
  readonly base: number;
  readonly size: number;
  /** Why the byte's value is nobody's: an index into the table of causes; DEFINED otherwise. */
  readonly cause: Int32Array;
  /** Who wrote it last. */
  readonly writer: Int32Array;
  /** 1 + the compute job that made the value, wherever copies took it since; 0 where the host or the program's file did. */
  readonly maker: Int32Array;
  /** The value's place in its maker's output, in bytes. */
  readonly place: Int32Array;

  constructor(name: FindingBytes['memory'], base: number, size: number, cause: number) {
    this.name = name;
    this.base = base;
    this.size = size;
    this.cause = new Int32Array(size).fill(cause);
    this.writer = new Int32Array(size);
    this.maker = new Int32Array(size);
    this.place = new Int32Array(size);
  }

  /** Copies everything that is known of `n` bytes from another memory, but who wrote them: that is `writer`. */
  take(source: Shadow, from: number, to: number, n: number, writer: number): void {
    const a = from - source.base;
    const b = to - this.base;
    this.cause.set(source.cause.subarray(a, a + n), b);
    this.maker.set(source.maker.subarray(a, a + n), b);
    this.place.set(source.place.subarray(a, a + n), b);
    this.writer.fill(writer, b, b + n);
  }

  /** Notes that [at, at + n) was written with values that are meant, by somebody who is no job. */
  define(at: number, n: number, writer: number): void {
    const start = at - this.base;
    this.cause.fill(DEFINED, start, start + n);
    this.maker.fill(0, start, start + n);
    this.writer.fill(writer, start, start + n);
  }

  /** The first byte of [at, at + n) with a cause, or undefined. */
  firstCaused(at: number, n: number): number | undefined {
    const start = at - this.base;
    for (let i = start; i < start + n; i++) if (this.cause[i] !== DEFINED) return this.base + i;
    return undefined;
  }
}
