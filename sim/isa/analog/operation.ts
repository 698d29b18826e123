import { LimitError } from '../../../src/base/errors.js';
import { ceilDiv, hex, roundUp } from '../../../src/base/units.js';
import { LINE_BYTES } from '../geometry.js';
import { CELL_COLUMNS, CELL_ROWS, COLUMN_BLOCK, linesOfPixel } from './geometry.js';
import { POST_PROCESSING_FIELDS as POST } from './inferred.js';
import type { AnalogFieldName, AnalogFields } from './instruction.js';
import { NO_STOP, STOP } from './instruction.js';

/** A conv on the analog core. Addresses in bytes within each bank of L1. */
export interface AnalogOperation {
  readonly kind: 'analog';
  readonly input: number;
  readonly output: number;
  readonly channels: number;
  readonly outputs: number;
  readonly columns: number;
  readonly rows: number;
  readonly kernelWidth: number;
  readonly kernelHeight: number;
  readonly outputColumns: number;
  readonly outputRows: number;
  readonly unroll: number;
  readonly stride: 1 | 2;
  readonly padding: AnalogPadding;
  /** Undefined where the instruction gives none. */
  readonly gain: number | undefined;
  readonly shift: number;
  readonly relu: boolean;
}

/** Zero rows and columns around the input, 0 to 3 each. */
export interface AnalogPadding {
  readonly bottom: number;
  readonly top: number;
  readonly right: number;
  readonly left: number;
}

const SIDES = ['bottom', 'top', 'right', 'left'] as const;

/** Packs the four pairs of bits. Throws a LimitError for a side beyond 3. */
export function encodeAnalogPadding(padding: AnalogPadding): number {
  return SIDES.reduce((word, side, i) => {
    if (!Number.isInteger(padding[side]) || padding[side] < 0 || padding[side] > 3)
      throw new LimitError({
        subject: `padding ${side} of the analog core`,
        value: padding[side],
        rule: '0..3',
      });
    return word | (padding[side] << (2 * i));
  }, 0);
}

const decodePadding = (word: number): AnalogPadding => {
  const side = (i: number): number => (word >>> (2 * i)) & 3;
  return { bottom: side(0), top: side(1), right: side(2), left: side(3) };
};

const floatBits = new DataView(new ArrayBuffer(4));

const columnMask = (outputs: number): number => (0xffff << (16 - ceilDiv(outputs, COLUMN_BLOCK))) & 0xffff;
const rowBits = (o: Pick<AnalogOperation, 'channels' | 'kernelWidth' | 'kernelHeight'>): number =>
  roundUp(2 * o.channels * o.kernelWidth * o.kernelHeight, 32);

/** The raw fields of an operation, as the drivers set them [hal], with gain, shift and ReLU where we put them [ours]. */
export function toAnalogFields(o: AnalogOperation): Partial<AnalogFields> {
  floatBits.setFloat32(0, o.gain ?? 0, true);
  return {
    skips: 0x3f,
    input_memory_pointer: o.input / LINE_BYTES,
    output_memory_pointer: o.output / LINE_BYTES,
    c: o.channels,
    k: o.outputs,
    cx: o.columns,
    cy: o.rows,
    precision: 7,
    pool_fy_fx: o.kernelWidth + (o.kernelHeight << 4),
    ox: o.outputColumns / o.unroll,
    oy: o.outputRows,
    ox_unroll: o.unroll,
    stride: o.stride,
    padding: encodeAnalogPadding(o.padding),
    processing_blocks: linesOfPixel(o.channels),
    complicated_register: 0x2005,
    use_blk_col: columnMask(o.outputs),
    reg21: 0x0100,
    stop: NO_STOP,
    reg24: 0x84,
    reg25: rowBits(o),
    [POST.gainLow]: floatBits.getUint16(0, true),
    [POST.gainHigh]: floatBits.getUint16(2, true),
    [POST.shift]: o.shift,
    [POST.relu]: o.relu ? 1 : 0,
  };
}

/** Columns that an operation's input, kernel, padding and stride give. */
export const columnsOf = ({ columns, padding, kernelWidth, stride }: AnalogOperation): number =>
  Math.floor((columns + padding.left + padding.right - kernelWidth) / stride) + 1;

/** The instruction that ends a job, as the drivers set it. [hal] */
export const STOP_FIELDS: Partial<AnalogFields> = {
  skips: 0x3f,
  precision: 7,
  ox_unroll: 1,
  processing_blocks: 1,
  complicated_register: 5,
  use_blk_col: 1,
  reg21: 0x010a,
  stop: STOP,
  reg24: 0x84,
};

const NOT_KNOWN = 'what the chip does otherwise is not known';

function want(f: AnalogFields, name: AnalogFieldName, allowed: (v: number) => boolean, rule: string): number {
  if (!allowed(f[name]))
    throw new LimitError({ subject: `field ${name} of the analog core`, value: f[name], rule });
  return f[name];
}

/** Fields that the drivers always give one value. [hal] */
const FIXED: Readonly<Partial<Record<AnalogFieldName, number>>> = {
  skips: 0x3f,
  reg1: 0,
  partial_sum_pointer: 0,
  residual_sum_pointer: 0,
  bn_pointer: 0,
  precision: 7,
  complicated_register: 0x2005,
  reg21: 0x0100,
  stop: NO_STOP,
  reg23: 0,
  reg24: 0x84,
  reg26: 0,
  reg27: 0,
};

/** The gain that two half-words hold; undefined where both are 0. */
function gainOf(f: AnalogFields): number | undefined {
  if (f[POST.gainLow] === 0 && f[POST.gainHigh] === 0) return undefined;
  floatBits.setUint16(0, f[POST.gainLow], true);
  floatBits.setUint16(2, f[POST.gainHigh], true);
  const gain = floatBits.getFloat32(0, true);
  if (!Number.isFinite(gain) || gain === 0)
    throw new LimitError({
      subject: 'gain of the analog core',
      value: gain,
      rule: 'a finite float32 other than 0',
    });
  return gain;
}

/**
 * The operation that an instruction asks for; null for one whose `stop` ends the job. Throws a LimitError that names the field, its value
 * and the limit where nobody knows what the chip would do.
 */
export function toAnalogOperation(f: AnalogFields): AnalogOperation | null {
  if (f.stop === STOP) return null;
  for (const [name, value] of Object.entries(FIXED) as [AnalogFieldName, number][])
    want(f, name, (v) => v === value, `${hex(value)}, as drivers set it; ${NOT_KNOWN}`);
  const positive = (name: AnalogFieldName) => want(f, name, (v) => v >= 1, 'at least 1');
  const channels = positive('c');
  const outputs = want(f, 'k', (v) => v >= 1 && v <= CELL_COLUMNS, `1..${CELL_COLUMNS} columns of the array`);
  const kernelWidth = f.pool_fy_fx & 15;
  const kernelHeight = (f.pool_fy_fx >> 4) & 15;
  want(
    f,
    'pool_fy_fx',
    (v) => v <= 0xff && kernelWidth >= 1 && kernelHeight >= 1,
    'kernel width and height of 1..15, no pool',
  );
  const used = channels * kernelWidth * kernelHeight;
  if (used > CELL_ROWS)
    throw new LimitError({
      subject: 'fields c, pool_fy_fx of the analog core',
      value: used,
      unit: 'rows',
      rule: `at most ${CELL_ROWS} rows of the array`,
    });
  const unroll = want(f, 'ox_unroll', (v) => v === 1 || v === 2 || v === 4, '1, 2 or 4');
  if (
    unroll > 1 &&
    (unroll * outputs > CELL_COLUMNS || channels * kernelHeight * (kernelWidth + unroll - 1) > CELL_ROWS)
  )
    throw new LimitError({
      subject: 'field ox_unroll of the analog core',
      value: unroll,
      rule: `such that the copies of the weights fit ${CELL_ROWS} x ${CELL_COLUMNS} cells`,
    });
  const exactly = (name: AnalogFieldName, value: number, what: string) =>
    want(f, name, (v) => v === value, `${what} (${value}); ${NOT_KNOWN}`);
  exactly('processing_blocks', linesOfPixel(channels), 'ceil(c / 64)');
  exactly('use_blk_col', columnMask(outputs), 'ceil(k / 32) ones from the top');
  exactly('reg25', rowBits({ channels, kernelWidth, kernelHeight }), '2 * c * fx * fy rounded up to 32');
  return {
    kind: 'analog',
    input: f.input_memory_pointer * LINE_BYTES,
    output: f.output_memory_pointer * LINE_BYTES,
    channels,
    outputs,
    columns: positive('cx'),
    rows: positive('cy'),
    kernelWidth,
    kernelHeight,
    outputColumns:
      want(
        f,
        'ox',
        (v) => v >= 1,
        'at least 1: drivers divide the width by ox_unroll; what the chip does with a narrower one is not known',
      ) * unroll,
    outputRows: positive('oy'),
    unroll,
    stride: want(f, 'stride', (v) => v === 1 || v === 2, '1 or 2') as 1 | 2,
    padding: decodePadding(want(f, 'padding', (v) => v <= 0xff, 'four pairs of bits (at most 0xff)')),
    gain: gainOf(f),
    shift: want(f, POST.shift, (v) => v <= 31, '0..31 bits'),
    relu: want(f, POST.relu, (v) => v <= 1, '0 or 1') === 1,
  };
}
