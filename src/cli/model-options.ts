import type { Options } from 'yargs';
import { UserError } from '../base/errors.js';
import type { FileLoadOptions } from '../node/model-file.js';

/** Options of every command that reads a model's file. */
export const fileOptions = {
  params: { type: 'string', describe: 'parameters of a Relay file (.params, .npz or a folder of .npy)' },
  dimensions: {
    type: 'string',
    array: true,
    describe: 'NAME=N ...: symbolic dimensions of an ONNX file (the first axis is 1 by default)',
  },
  'input-range': {
    type: 'string',
    describe: 'int8, uint8 or LOW,HIGH: integers that the inputs of an integer ONNX network hold',
  },
} as const satisfies Record<string, Options>;

/** Options of every command that takes a model by name or file. */
export const modelOptions = {
  seed: { type: 'string', default: '0', describe: 'seed of the built-in weights and inputs' },
  ...fileOptions,
} as const satisfies Record<string, Options>;

export interface ModelArguments {
  readonly seed: string;
  readonly params?: string | undefined;
  readonly dimensions?: readonly string[] | undefined;
  readonly 'input-range'?: string | undefined;
}

/** The loader's options from the command line. Throws a UserError for a dimension or range that cannot be read. */
export function loadOptionsOf(args: Omit<ModelArguments, 'seed'>): FileLoadOptions {
  const { params, dimensions, 'input-range': range } = args;
  return {
    ...(params === undefined ? {} : { params }),
    ...(dimensions === undefined ? {} : { dimensions: parseDimensions(dimensions) }),
    ...(range === undefined ? {} : { inputRange: parseRange(range) }),
  };
}

function parseDimensions(words: readonly string[]): Record<string, number> {
  const entries = words.map((word): [string, number] => {
    // A name may hold "=", as PyTorch's derived dimensions do.
    const [, name, extent] = /^(.+)=(\d+)$/.exec(word) ?? [];
    if (name === undefined || Number(extent) < 1)
      throw new UserError(`--dimensions is "${word}"; must be NAME=N with a whole number N of at least 1.`);
    return [name, Number(extent)];
  });
  const twice = entries.find(([name], i) => entries.findIndex((e) => e[0] === name) !== i);
  if (twice !== undefined) throw new UserError(`--dimensions gives ${twice[0]} twice; give it once.`);
  return Object.fromEntries(entries);
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = { int8: [-128, 127], uint8: [0, 255] };

function parseRange(text: string): readonly [number, number] {
  const named = RANGES[text];
  if (named !== undefined) return named;
  const [, low, high] = /^(-?\d+),(-?\d+)$/.exec(text) ?? [];
  const range = [Number(low), Number(high)] as const;
  const limit = 2 ** 31;
  if (low === undefined || range[0] > range[1] || range[0] < -limit || range[1] >= limit)
    throw new UserError(
      `--input-range is "${text}"; must be int8, uint8 or LOW,HIGH: two 32-bit integers, the lower one first (--input-range=-8,7).`,
    );
  return range;
}
