import { hex } from '../../src/base/units.js';
import { decodeCells } from '../core/analog-array.js';
import type { AnalogSources } from '../core/observer.js';
import { COLUMN_GRANULE } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import type { PixelLines } from '../isa/analog/pixel-lines.js';
import { WORD_BYTES } from '../isa/geometry.js';
import type { CheckState } from './check-state.js';
import { derivedCause, inputCauses } from './input-causes.js';
import type { Reporter } from './reporter.js';
import { DEFINED } from './shadow.js';

/** Which outputs of an analog job are nobody's value ([pixel][channel], 1 for each), and why. */
export interface ReachedOutputs {
  readonly lanes: Uint8Array;
  readonly cause: number;
}

/** What was found first, in the order of the outputs. */
type Found = { readonly cause: number; readonly from: string } | undefined;

/** How undefined and stale bytes travel through the analog core: from an input through cells that are not 0, from cells and constants. */
export class AnalogTaint {
  readonly #s: CheckState;
  readonly #report: Reporter;
  readonly #ours: AnalogInferences;

  constructor(state: CheckState, report: Reporter, ours: AnalogInferences) {
    this.#s = state;
    this.#report = report;
    this.#ours = ours;
  }

  reached(
    o: AnalogOperation,
    input: PixelLines,
    output: PixelLines,
    sources: AnalogSources,
  ): ReachedOutputs | undefined {
    const lanes = new Uint8Array(output.pixels * o.outputs);
    const found =
      this.#byInput(o, input, sources, lanes) ??
      this.#byColumns(o, this.#cellColumns(o, sources), lanes) ??
      this.#byColumns(o, this.#normColumns(o, sources), lanes);
    return found === undefined ? undefined : { lanes, cause: derivedCause(this.#s, found.cause, found.from) };
  }

  /** Causes by input byte: [pixel][channel]. */
  #byInput(o: AnalogOperation, input: PixelLines, { cells }: AnalogSources, lanes: Uint8Array): Found {
    const { channels } = o;
    const at = (i: number): number => input.at(i % channels, Math.floor(i / channels));
    const causes = inputCauses(this.#s, input.pixels * channels, at);
    if (causes === undefined) return undefined;
    const taps = o.kernelHeight * o.kernelWidth;
    const bytes = this.#s.l2Memory.peek(cells.address, cells.bytes, 'cells');
    const { weights, rows } = decodeCells(bytes, channels * taps, o.outputs, this.#ours);
    let found: Found;
    for (let pixel = 0; pixel < lanes.length / o.outputs; pixel++) {
      const window = this.#causedRows(o, causes, pixel);
      for (let k = 0; window.length > 0 && k < o.outputs; k++) {
        const hit = window.find(({ row }) => weights[k * rows + row] !== 0);
        if (hit === undefined) continue;
        lanes[pixel * o.outputs + k] = 1;
        const [channel, where] = [hit.i % channels, Math.floor(hit.i / channels)];
        const place = `input channel ${channel}, row ${Math.floor(where / o.columns)}, column ${where % o.columns}`;
        found ??= { cause: causes[hit.i]!, from: `from L1 ${hex(at(hit.i))} (${place})` };
      }
    }
    return found;
  }

  /** The rows of the array that get a byte with a cause for one output pixel, and which byte. */
  #causedRows(o: AnalogOperation, causes: Int32Array, pixel: number): { row: number; i: number }[] {
    const [y, x] = [Math.floor(pixel / o.outputColumns), pixel % o.outputColumns];
    const taps = o.kernelHeight * o.kernelWidth;
    const out: { row: number; i: number }[] = [];
    for (let fy = 0; fy < o.kernelHeight; fy++)
      for (let fx = 0; fx < o.kernelWidth; fx++) {
        const [iy, ix] = [y * o.stride + fy - o.padding.top, x * o.stride + fx - o.padding.left];
        if (iy < 0 || iy >= o.rows || ix < 0 || ix >= o.columns) continue;
        for (let c = 0; c < o.channels; c++) {
          const i = (iy * o.columns + ix) * o.channels + c;
          if (causes[i] !== DEFINED) out.push({ row: c * taps + fy * o.kernelWidth + fx, i });
        }
      }
    return out;
  }

  /** Columns whose cells hold something undefined, each with the byte of L2 that it comes from. */
  *#cellColumns(
    o: AnalogOperation,
    { cells }: AnalogSources,
  ): Generator<{ k: number; at: number; what: string }> {
    if (this.#s.l2.firstCaused(cells.address, cells.bytes) === undefined) return;
    const stored = Math.ceil(o.outputs / COLUMN_GRANULE) * COLUMN_GRANULE;
    const lineBytes = stored / 8;
    const used = o.channels * o.kernelHeight * o.kernelWidth;
    const rows = (cells.bytes * 8) / (2 * stored);
    for (let i = 0; i < cells.bytes; i++) {
      if (this.#s.l2.cause[cells.address + i - this.#s.l2.base] === DEFINED) continue;
      const row = Math.floor(i / (2 * lineBytes));
      if ((this.#ours.rowsMirrored === 1 ? rows - 1 - row : row) >= used) continue;
      // Words are little-endian in memory, their first bit is the most significant one.
      const first = ((i % lineBytes) ^ 3) * 8;
      for (let k = first; k < Math.min(first + 8, o.outputs); k++)
        yield { k, at: cells.address + i, what: `with byte ${i} of its weights` };
    }
  }

  *#normColumns(
    o: AnalogOperation,
    { norm }: AnalogSources,
  ): Generator<{ k: number; at: number; what: string }> {
    for (let i = 0; i < norm.bytes; i++) {
      if (this.#s.l2.cause[norm.address + i - this.#s.l2.base] === DEFINED) continue;
      const k = Math.floor(i / WORD_BYTES) % o.outputs;
      yield { k, at: norm.address + i, what: `with the batch norm of output channel ${k}` };
    }
  }

  #byColumns(
    o: AnalogOperation,
    columns: Iterable<{ k: number; at: number; what: string }>,
    lanes: Uint8Array,
  ): Found {
    let found: Found;
    for (const { k, at, what } of columns) {
      found ??= {
        cause: this.#s.l2.cause[at - this.#s.l2.base]!,
        from: `${what} from ${this.#report.name(at)}`,
      };
      for (let i = k; i < lanes.length; i += o.outputs) lanes[i] = 1;
    }
    return found;
  }
}
