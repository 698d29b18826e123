import { LimitError } from '../../../src/base/errors.js';

/** The instruction of the analog core: 32 half-words of 16 bits, in this order. [hal] */
export const ANALOG_FIELDS = [
  {
    name: 'skips',
    doc: 'bits 0-5 pool, quantization, activation, residual, batch norm, partial sums; drivers: 0x3f',
  },
  { name: 'reg1', doc: '0' },
  { name: 'input_memory_pointer', doc: 'input: line of 16 bytes in each bank of L1' },
  { name: 'output_memory_pointer', doc: 'output: line in each bank of L1' },
  { name: 'partial_sum_pointer', doc: '0' },
  { name: 'residual_sum_pointer', doc: '0' },
  { name: 'bn_pointer', doc: '0' },
  { name: 'c', doc: 'input channels' },
  { name: 'k', doc: 'output channels' },
  { name: 'cx', doc: 'input columns' },
  { name: 'cy', doc: 'input rows' },
  { name: 'precision', doc: 'bits of activations: 7' },
  { name: 'pool_fy_fx', doc: 'kernel width, kernel height << 4' },
  { name: 'ox', doc: 'output columns / ox_unroll' },
  { name: 'oy', doc: 'output rows' },
  { name: 'ox_unroll', doc: 'output columns side by side: 1, 2 or 4' },
  { name: 'stride', doc: '1 or 2' },
  { name: 'padding', doc: 'two bits each: bottom, top, right, left' },
  { name: 'processing_blocks', doc: 'ceil(c / 64)' },
  { name: 'complicated_register', doc: '0x2005' },
  { name: 'use_blk_col', doc: 'ceil(k / 32) ones from the top' },
  { name: 'reg21', doc: '0x0100' },
  { name: 'stop', doc: '0xf000; the last instruction 0xf001' },
  { name: 'reg23', doc: '0' },
  { name: 'reg24', doc: '0x84' },
  { name: 'reg25', doc: '2 * c * fx * fy rounded up to 32' },
  { name: 'reg26', doc: '0' },
  { name: 'reg27', doc: '0' },
  { name: 'reg28', doc: 'gain, low half of its float32; 0 from drivers [ours]' },
  { name: 'reg29', doc: 'gain, high half [ours]' },
  { name: 'reg30', doc: 'right shift after the batch norm, 0..31 [ours]' },
  { name: 'reg31', doc: '1: ReLU [ours]' },
] as const;

export type AnalogFieldName = (typeof ANALOG_FIELDS)[number]['name'];
/** Raw values of the half-words. */
export type AnalogFields = Readonly<Record<AnalogFieldName, number>>;

export const ANALOG_INSTRUCTION_HALFWORDS = ANALOG_FIELDS.length;
export const ANALOG_INSTRUCTION_WORDS = ANALOG_INSTRUCTION_HALFWORDS / 2;

/** What ends an instruction memory: the field `stop` of its last instruction. */
export const STOP = 0xf001;
export const NO_STOP = 0xf000;

/** All fields; those not given are 0. Throws a LimitError for what is no unsigned 16-bit integer. */
export function completeAnalogFields(values: Partial<AnalogFields>): AnalogFields {
  const out = {} as Record<AnalogFieldName, number>;
  for (const { name } of ANALOG_FIELDS) {
    const value = values[name] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff)
      throw new LimitError({
        subject: `field ${name} of the analog core`,
        value,
        rule: 'an unsigned 16-bit integer',
      });
    out[name] = value;
  }
  return out;
}

/** The 16 words of an instruction: two half-words each, the first one low. */
export function encodeAnalog(fields: AnalogFields): Uint32Array {
  return Uint32Array.from(
    { length: ANALOG_INSTRUCTION_WORDS },
    (_, i) => (fields[ANALOG_FIELDS[2 * i]!.name] | (fields[ANALOG_FIELDS[2 * i + 1]!.name] << 16)) >>> 0,
  );
}

/** The fields of 16 words. */
export function decodeAnalog(words: ArrayLike<number>): AnalogFields {
  const out = {} as Record<AnalogFieldName, number>;
  ANALOG_FIELDS.forEach(({ name }, i) => {
    out[name] = ((words[i >> 1] ?? 0) >>> (16 * (i & 1))) & 0xffff;
  });
  return out;
}

/** The fields that are not 0, "name=value" each. */
export const showAnalogFields = (fields: AnalogFields): string =>
  ANALOG_FIELDS.filter(({ name }) => fields[name] !== 0)
    .map(({ name }) => `${name}=${fields[name]}`)
    .join(' ');

/** The table of fields as Markdown, for docs/analog.md. */
export const analogFieldsAsMarkdown = (): string =>
  ['| half-word | field | meaning |', '| --- | --- | --- |']
    .concat(ANALOG_FIELDS.map((f, i) => `| ${i} | \`${f.name}\` | ${f.doc} |`))
    .join('\n');
