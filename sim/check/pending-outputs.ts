/** An output in L1 that a compute job has made: planes of rows, or the lines of a bank. */
export interface PendingOutput {
  readonly job: number;
  readonly start: number;
  /** Output channels that hold something; those that fill a block up do not. */
  readonly live: readonly boolean[];
  readonly rowsPerPlane: number;
  readonly rowBytes: number;
  /** Whether leaving a part of it unread means something: not where nobody knows which part counts. */
  readonly wholeNeeded: boolean;
  /** Of the analog core: the bank; rows are its lines. */
  readonly bank?: number;
  /** Rows that only fill something up, and that nobody need read. */
  readonly spare?: (row: number) => boolean;
}

/** What became of an output whose place is taken by something else. */
export interface Leftover {
  readonly output: PendingOutput;
  /** All of it unread, or the first channel and row that nobody read. */
  readonly unread: 'all' | { readonly channel: number; readonly row: number; readonly rows: number };
}

const bytesOf = (o: PendingOutput): number => o.live.length * o.rowsPerPlane * o.rowBytes;

/** Outputs of compute jobs that lie in L1, and which of their bytes somebody has copied out or computed with. */
export class PendingOutputs {
  readonly #unread: Uint8Array;
  #outputs: PendingOutput[] = [];

  constructor(l1Bytes: number) {
    this.#unread = new Uint8Array(l1Bytes);
  }

  /** The newest output. */
  get last(): PendingOutput | undefined {
    return this.#outputs.at(-1);
  }

  /** Only the first channel of the newest output is one: the others were slack. */
  trimLast(): void {
    const last = this.#outputs.pop();
    if (last !== undefined) this.#outputs.push({ ...last, live: last.live.slice(0, 1) });
  }

  made(output: PendingOutput): void {
    this.#outputs.push(output);
    this.#unread.fill(1, output.start, output.start + bytesOf(output));
  }

  read(start: number, bytes: number): void {
    this.#unread.fill(0, start, start + bytes);
  }

  /** Something else is written to [start, start + bytes): what is lost of the outputs there. */
  overwritten(start: number, bytes: number): Leftover[] {
    const gone = this.#outputs.filter((o) => o.start < start + bytes && start < o.start + bytesOf(o));
    if (gone.length === 0) return [];
    this.#outputs = this.#outputs.filter((o) => !gone.includes(o));
    return gone.map((o) => this.#leftover(o)).filter((l) => l !== undefined);
  }

  /** What is left at the end of the run. What nobody wanted at all is no mistake then. */
  finish(): Leftover[] {
    const left = this.#outputs.map((o) => this.#leftover(o)).filter((l) => l !== undefined);
    this.#outputs = [];
    return left.filter((l) => l.unread !== 'all');
  }

  #leftover(output: PendingOutput): Leftover | undefined {
    const { start, live, rowsPerPlane, rowBytes } = output;
    let total = 0;
    let rows = 0;
    let first: { channel: number; row: number } | undefined;
    for (let channel = 0; channel < live.length; channel++) {
      if (live[channel] !== true) continue;
      for (let row = 0; row < rowsPerPlane; row++) {
        if (output.spare?.(row) === true) continue;
        total++;
        const e = (channel * rowsPerPlane + row) * rowBytes;
        const at = start + (rowBytes === 1 ? e ^ 3 : e);
        if (this.#unread.subarray(at, at + rowBytes).includes(0)) continue;
        rows++;
        first ??= { channel, row };
      }
    }
    if (first === undefined) return undefined;
    if (rows === total) return { output, unread: 'all' };
    return output.wholeNeeded ? { output, unread: { ...first, rows } } : undefined;
  }
}
