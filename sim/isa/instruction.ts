import { LimitError } from '../../src/base/errors.js';

/**
 * The instruction of the digital core: 32 words, one field a word, in this order. [hal] Encoder, decoder, disassembler and
 * the documentation derive from this table. `unit` is what one count of the raw word stands for.
 */
export const FIELDS = [
  { name: 'mode', unit: 'enum', doc: '0 fully connected, 1 conv and depthwise, 3 element-wise sum' },
  {
    name: 'weight_memory_pointer',
    unit: 'bytes',
    doc: 'weights in WMEM; operand B in L1 for an element-wise sum',
  },
  { name: 'input_memory_pointer', unit: 'bytes', doc: 'input (operand A) in L1' },
  { name: 'output_memory_pointer', unit: 'bytes', doc: 'output in L1' },
  { name: 'c', unit: 'channels', doc: 'input channels; FC: inputs / 16; sum: elements / 16' },
  { name: 'k', unit: '16 channels', doc: 'output channels / 16; sum: 0' },
  { name: 'cx', unit: 'columns', doc: 'input row pitch' },
  { name: 'cy', unit: 'rows', doc: 'input rows' },
  { name: 'padded_cx', unit: 'columns', doc: 'as cx' },
  { name: 'size_channel', unit: 'elements', doc: 'cx * cy' },
  { name: 'fx', unit: 'columns', doc: 'kernel width' },
  { name: 'fy', unit: 'rows', doc: 'kernel height' },
  { name: 'ox', unit: '16 columns', doc: 'output columns / 16' },
  { name: 'oy', unit: 'rows', doc: 'output rows' },
  { name: 'activation_function', unit: 'enum', doc: '1 ReLU' },
  { name: 'write_l2_l1', unit: 'enum', doc: '2 planar, 1 channel-minor for the analog core' },
  { name: 'output_channel_size', unit: 'elements', doc: '16 * ox * oy' },
  { name: 'dilation', unit: 'elements', doc: '1' },
  { name: 'stop', unit: 'flag', doc: '1 ends the job; the instruction computes nothing' },
  { name: 'shift_fixed_point', unit: 'bits', doc: 'arithmetic right shift before saturation, 0..31' },
  { name: 'zero_padding', unit: 'nibbles', doc: 'left and right, dead columns, top, bottom' },
  { name: 'type_nonlinear_function', unit: 'enum', doc: '0' },
  { name: 'weight_tile_size', unit: 'elements', doc: '0' },
  { name: 'nb_weight_tile', unit: 'tiles', doc: '0' },
  { name: 'conv_strided', unit: 'enum', doc: '0 stride 1, 1 stride 2 (both axes)' },
  { name: 'norm', unit: 'enum', doc: '0' },
  { name: 'output_precision', unit: 'enum', doc: '0' },
  { name: 'input_precision', unit: 'enum', doc: '0' },
  { name: 'empty_0', unit: '', doc: '0' },
  { name: 'empty_1', unit: '', doc: '0' },
  { name: 'empty_2', unit: '', doc: '0' },
  { name: 'empty_3', unit: '', doc: '0' },
] as const;

export type FieldName = (typeof FIELDS)[number]['name'];
/** Raw field values, as they stand in the words. */
export type Fields = Readonly<Record<FieldName, number>>;

export const INSTRUCTION_WORDS = FIELDS.length;

/** Copied for each instruction: one shape for all of them, which the engine makes at once. */
const NO_FIELDS = Object.fromEntries(FIELDS.map(({ name }) => [name, 0])) as Record<FieldName, number>;

/** All fields of an instruction; those not given are 0. Throws a LimitError for what is no unsigned 32-bit integer. */
export function completeFields(values: Partial<Fields>): Fields {
  const fields = { ...NO_FIELDS };
  for (let i = 0; i < FIELDS.length; i++) {
    const { name } = FIELDS[i]!;
    const value = values[name] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      throw new LimitError({ subject: `field ${name}`, value, rule: 'an unsigned 32-bit integer' });
    fields[name] = value;
  }
  return fields;
}

/** The 32 words of an instruction; fields not given are 0. Throws a LimitError for what is no unsigned 32-bit integer. */
export function encode(values: Partial<Fields>): Uint32Array {
  const fields = completeFields(values);
  return Uint32Array.from(FIELDS, ({ name }) => fields[name]);
}

/** The fields of 32 words. */
export function decode(words: ArrayLike<number>): Fields {
  const fields = { ...NO_FIELDS };
  for (let i = 0; i < FIELDS.length; i++) fields[FIELDS[i]!.name] = words[i] ?? 0;
  return fields;
}

/** The fields that are not 0, "name=value" each; zero_padding in hexadecimal. */
export function showFields(fields: Fields): string {
  return FIELDS.filter(({ name }) => fields[name] !== 0)
    .map(({ name }) => `${name}=${name === 'zero_padding' ? `0x${fields[name].toString(16)}` : fields[name]}`)
    .join(' ');
}

/** The zero_padding field: left = right zero columns, dead columns at each row's end, zero rows above and below. */
export interface ZeroPadding {
  readonly horizontal: number;
  readonly deadColumns: number;
  readonly top: number;
  readonly bottom: number;
}

const NIBBLES = ['horizontal', 'deadColumns', 'top', 'bottom'] as const;

/** Packs the four nibbles. Throws a LimitError for a value beyond 15. */
export function encodeZeroPadding(padding: ZeroPadding): number {
  return NIBBLES.reduce((word, name, i) => {
    const value = padding[name];
    if (!Number.isInteger(value) || value < 0 || value > 15)
      throw new LimitError({ subject: `zero_padding ${name}`, value, rule: '0..15' });
    return word | (value << (4 * i));
  }, 0);
}

export function decodeZeroPadding(word: number): ZeroPadding {
  const nibble = (i: number) => (word >>> (4 * i)) & 15;
  return { horizontal: nibble(0), deadColumns: nibble(1), top: nibble(2), bottom: nibble(3) };
}

/** The table of fields as Markdown, for docs/hardware-model.md. */
export const fieldsAsMarkdown = (): string =>
  ['| word | field | unit | meaning |', '| --- | --- | --- | --- |']
    .concat(FIELDS.map((f, i) => `| ${i} | \`${f.name}\` | ${f.unit} | ${f.doc} |`))
    .join('\n');
