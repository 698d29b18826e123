import { LimitError } from '../../src/base/errors.js';
import { ARRAY_COLUMNS, LINE_BYTES } from './geometry.js';
import {
  decodeZeroPadding,
  encodeZeroPadding,
  type FieldName,
  type Fields,
  type ZeroPadding,
} from './instruction.js';
import type { NoteOddity } from './oddity.js';

/** A conv, or one channel of a depthwise conv (channels 1, blocks 1). Sizes in elements; addresses in bytes. */
export interface ConvOperation {
  readonly kind: 'conv';
  readonly weights: number;
  readonly input: number;
  readonly output: number;
  readonly channels: number;
  /** Blocks of 16 output channels. */
  readonly blocks: number;
  readonly pitch: number;
  readonly rows: number;
  readonly kernelWidth: number;
  readonly kernelHeight: number;
  /** Groups of 16 output columns. */
  readonly columnGroups: number;
  readonly outputRows: number;
  readonly stride: 1 | 2;
  readonly padding: ZeroPadding;
  readonly shift: number;
  readonly relu: boolean;
  /** Its output are pixels of channels in the banks of L1, for the analog core; `output` counts from the start of each bank. [ours] */
  readonly pixels?: true;
}

/** A fully connected layer: 16 * inputLines inputs, 16 * blocks outputs. */
export interface DenseOperation {
  readonly kind: 'dense';
  readonly weights: number;
  readonly input: number;
  readonly output: number;
  readonly inputLines: number;
  readonly blocks: number;
  readonly shift: number;
  readonly relu: boolean;
}

/** out = sat8((A + B) >> shift) over 16 * lines elements. */
export interface SumOperation {
  readonly kind: 'sum';
  readonly inputA: number;
  readonly inputB: number;
  readonly output: number;
  readonly lines: number;
  readonly shift: number;
}

export type Operation = ConvOperation | DenseOperation | SumOperation;

const MODE = { dense: 0, conv: 1, sum: 3 } as const;
/** Values of write_l2_l1. [hal] */
const PLANAR = 2;
const PIXELS = 1;

/** The raw fields of an operation, as the drivers set them. */
export function toFields(op: Operation): Partial<Fields> {
  switch (op.kind) {
    case 'conv':
      return {
        mode: MODE.conv,
        weight_memory_pointer: op.weights,
        input_memory_pointer: op.input,
        output_memory_pointer: op.output,
        c: op.channels,
        k: op.blocks,
        cx: op.pitch,
        cy: op.rows,
        padded_cx: op.pitch,
        size_channel: op.pitch * op.rows,
        fx: op.kernelWidth,
        fy: op.kernelHeight,
        ox: op.columnGroups,
        oy: op.outputRows,
        activation_function: op.relu ? 1 : 0,
        write_l2_l1: op.pixels === true ? PIXELS : PLANAR,
        output_channel_size: ARRAY_COLUMNS * op.columnGroups * op.outputRows,
        dilation: 1,
        shift_fixed_point: op.shift,
        zero_padding: encodeZeroPadding(op.padding),
        conv_strided: op.stride - 1,
      };
    case 'dense':
      return {
        mode: MODE.dense,
        weight_memory_pointer: op.weights,
        input_memory_pointer: op.input,
        output_memory_pointer: op.output,
        c: op.inputLines,
        k: op.blocks,
        activation_function: op.relu ? 1 : 0,
        write_l2_l1: PLANAR,
        dilation: 1,
        shift_fixed_point: op.shift,
      };
    case 'sum':
      return {
        mode: MODE.sum,
        weight_memory_pointer: op.inputB,
        input_memory_pointer: op.inputA,
        output_memory_pointer: op.output,
        c: op.lines,
        shift_fixed_point: op.shift,
      };
  }
}

const refuse = (fields: Fields, name: FieldName, rule: string): never => {
  throw new LimitError({ subject: `field ${name}`, value: fields[name], rule });
};

function want(fields: Fields, name: FieldName, allowed: (v: number) => boolean, rule: string): number {
  const value = fields[name];
  return allowed(value) ? value : refuse(fields, name, rule);
}

/** Throws unless the field is `value`, with the rule, which may name the value. */
function equal(
  fields: Fields,
  name: FieldName,
  value: number,
  rule: string | ((value: number) => string),
): void {
  if (fields[name] !== value) refuse(fields, name, typeof rule === 'string' ? rule : rule(value));
}
const positive = (fields: Fields, name: FieldName) => want(fields, name, isPositive, 'at least 1');
const line = (fields: Fields, name: FieldName) => want(fields, name, onLine, LINE_RULE);
const shiftOf = (fields: Fields) => want(fields, 'shift_fixed_point', (v) => v <= 31, '0..31 bits');
const reluOf = (fields: Fields) => want(fields, 'activation_function', (v) => v <= 1, '0 or 1') === 1;

/** Fields that every driver known leaves 0; what the core does with other values is not known. */
const ALWAYS_ZERO: readonly FieldName[] = [
  'type_nonlinear_function',
  'weight_tile_size',
  'nb_weight_tile',
  'norm',
  'output_precision',
  'input_precision',
  'empty_0',
  'empty_1',
  'empty_2',
  'empty_3',
];
const CONV_ONLY: readonly FieldName[] = [
  'cx',
  'cy',
  'padded_cx',
  'size_channel',
  'fx',
  'fy',
  'ox',
  'oy',
  'output_channel_size',
  'zero_padding',
  'conv_strided',
];

const NOT_KNOWN = 'what the chip does otherwise is not known';

function zero(fields: Fields, names: readonly FieldName[]): void {
  for (const name of names) equal(fields, name, 0, `0; ${NOT_KNOWN}`);
}

/** Words that a mode does not use: left over from an earlier job, they change nothing. */
function unused(fields: Fields, names: readonly FieldName[], mode: string, note: NoteOddity): void {
  for (const name of names)
    if (fields[name] !== 0)
      note({
        subject: `field ${name}`,
        value: String(fields[name]),
        usual: `drivers leave it 0, as ${mode} does not use it`,
      });
}

// Made into text only where a field is refused: this runs for every instruction.
const AS_CX = (pitch: number) => `cx (${pitch}); ${NOT_KNOWN}`;
const AS_CX_BY_CY = (elements: number) => `cx * cy (${elements}); ${NOT_KNOWN}`;
const AS_OUTPUT = (elements: number) => `16 * ox * oy (${elements}); ${NOT_KNOWN}`;
const ORDER_RULE = `2 (planar) or 1 (pixels of channels for the analog core); ${NOT_KNOWN}`;
const isOrder = (v: number) => v === PLANAR || v === PIXELS;
const ON_LINES = `a positive multiple of ${LINE_BYTES} columns; ${NOT_KNOWN}`;
const LINE_RULE = `a multiple of ${LINE_BYTES} bytes`;
const onLine = (v: number) => v % LINE_BYTES === 0;
const isPositive = (v: number) => v >= 1;

function toConv(f: Fields, note: NoteOddity): ConvOperation {
  const pitch = want(f, 'cx', (v) => v >= 1 && onLine(v), ON_LINES);
  const rows = positive(f, 'cy');
  equal(f, 'padded_cx', pitch, AS_CX);
  equal(f, 'size_channel', pitch * rows, AS_CX_BY_CY);
  const columnGroups = positive(f, 'ox');
  const outputRows = positive(f, 'oy');
  const outputSize = ARRAY_COLUMNS * columnGroups * outputRows;
  equal(f, 'output_channel_size', outputSize, AS_OUTPUT);
  const order = want(f, 'write_l2_l1', isOrder, ORDER_RULE);
  equal(f, 'dilation', 1, `1; ${NOT_KNOWN}`);
  const padding = decodeZeroPadding(
    want(f, 'zero_padding', (v) => v <= 0xffff, 'four nibbles (at most 0xffff)'),
  );
  const stride = (want(f, 'conv_strided', (v) => v <= 1, '0 (stride 1) or 1 (stride 2)') + 1) as 1 | 2;
  const kernelHeight = positive(f, 'fy');
  const lastRow = (outputRows - 1) * stride + kernelHeight - padding.top;
  if (lastRow > rows + padding.bottom)
    note({
      subject: 'field oy',
      value: `${outputRows} rows`,
      usual: `the last window ends at row ${lastRow}, beyond cy + bottom padding (${rows} + ${padding.bottom}), and reads zeros there`,
    });
  const operation: ConvOperation = {
    kind: 'conv',
    weights: line(f, 'weight_memory_pointer'),
    input: line(f, 'input_memory_pointer'),
    output: line(f, 'output_memory_pointer'),
    channels: positive(f, 'c'),
    blocks: positive(f, 'k'),
    pitch,
    rows,
    kernelWidth: positive(f, 'fx'),
    kernelHeight,
    columnGroups,
    outputRows,
    stride,
    padding,
    shift: shiftOf(f),
    relu: reluOf(f),
  };
  return order === PIXELS ? { ...operation, pixels: true } : operation;
}

function toDense(f: Fields, note: NoteOddity): DenseOperation {
  unused(f, CONV_ONLY, 'an FC job', note);
  equal(f, 'write_l2_l1', PLANAR, `2 (planar); ${NOT_KNOWN}`);
  equal(f, 'dilation', 1, `1; ${NOT_KNOWN}`);
  return {
    kind: 'dense',
    weights: line(f, 'weight_memory_pointer'),
    input: line(f, 'input_memory_pointer'),
    output: line(f, 'output_memory_pointer'),
    inputLines: positive(f, 'c'),
    blocks: positive(f, 'k'),
    shift: shiftOf(f),
    relu: reluOf(f),
  };
}

function toSum(f: Fields, note: NoteOddity): SumOperation {
  unused(
    f,
    [...CONV_ONLY, 'k', 'activation_function', 'write_l2_l1', 'dilation'],
    'an element-wise sum',
    note,
  );
  return {
    kind: 'sum',
    inputA: line(f, 'input_memory_pointer'),
    inputB: line(f, 'weight_memory_pointer'),
    output: line(f, 'output_memory_pointer'),
    lines: positive(f, 'c'),
    shift: shiftOf(f),
  };
}

/**
 * The operation that an instruction asks for; null for one with stop = 1, which ends the job and computes nothing [ours:
 * drivers leave its other words 0]. `note` is told of what is odd but known to run: words that the mode does not use, output rows beyond the
 * declared bottom padding. Throws a LimitError that names the field where nobody knows what the chip would do; L1 and WMEM pointers and row
 * pitches must be on whole lines of 16 bytes [ours].
 */
export function toOperation(fields: Fields, note: NoteOddity = () => {}): Operation | null {
  if (want(fields, 'stop', (v) => v <= 1, '0 or 1') === 1) return null;
  zero(fields, ALWAYS_ZERO);
  switch (fields.mode) {
    case MODE.conv:
      return toConv(fields, note);
    case MODE.dense:
      return toDense(fields, note);
    case MODE.sum:
      return toSum(fields, note);
    default:
      throw new LimitError({
        subject: 'field mode',
        value: fields.mode,
        rule: '0 (FC), 1 (conv) or 3 (element-wise sum)',
      });
  }
}
