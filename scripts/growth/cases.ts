import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { runProgram } from '../../sim/program/run.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput, type Expr, type Model, ModelBuilder, random, randomInts } from '../../src/index.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';

/** One point of a series: what is compiled and run. */
export interface GrowthCase {
  readonly model: Model;
  readonly options: CompileOptions;
}

/** A series: one size grows and all else stays. */
export interface Series {
  readonly title: string;
  /** What the sizes are. */
  readonly size: string;
  readonly sizes: readonly number[];
  readonly make: (size: number) => GrowthCase;
}

const MIB = 2 ** 20;

const options = (memories: { readonly l1?: number; readonly l2?: number }): CompileOptions => ({
  ...DEFAULT_OPTIONS,
  hardware: overrideMemories(DEFAULT_PARAMETERS, memories),
});

interface Convs {
  readonly layers: number;
  readonly channels: number;
  readonly kernel: number;
  readonly pixels: number;
}

/** A chain of equal convolutions on square images. */
function convs({ layers, channels, kernel, pixels }: Convs): Model {
  const shape = [channels, channels, kernel, kernel];
  const weights = randomInts(random('growth', 'weights'), shape, -128, 127, 'int8');
  const bias = randomInts(random('growth', 'bias'), [channels], -4096, 4096, 'int32');
  const m = new ModelBuilder('convs');
  const pad = kernel >> 1;
  let x: Expr = m.input('input', [1, channels, pixels, pixels], 'int8');
  for (let i = 0; i < layers; i++)
    x = m.conv2d(x, `conv${i}`, weights, bias, { shift: 8, padding: [pad, pad, pad, pad] });
  return m.build(x);
}

export const SERIES: Readonly<Record<string, Series>> = {
  layers: {
    title: 'a chain of 1x1 convs, 16 channels, 16x16',
    size: 'layers',
    sizes: [10, 100, 1000, 5000],
    make: (layers) => ({
      model: convs({ layers, channels: 16, kernel: 1, pixels: 16 }),
      options: options({ l2: 64 * MIB }),
    }),
  },
  pixels: {
    title: 'conv 64-64 3x3 on square images',
    size: 'pixels a side',
    sizes: [16, 32, 64, 128],
    make: (pixels) => ({
      model: convs({ layers: 1, channels: 64, kernel: 3, pixels }),
      options: options({ l2: 64 * MIB }),
    }),
  },
  tiles: {
    title: 'conv 16-16 1x1, 32 columns, an L1 that holds two rows',
    size: 'tiles',
    sizes: [10, 100, 1000, 10_000],
    make: (tiles) => {
      const weights = randomInts(random('growth', 'tiles'), [16, 16, 1, 1], -128, 127, 'int8');
      const bias = randomInts(random('growth', 'bias'), [16], -4096, 4096, 'int32');
      const m = new ModelBuilder('tiles');
      const x = m.input('input', [1, 16, 2 * tiles, 32], 'int8');
      return {
        model: m.build(m.conv2d(x, 'conv', weights, bias, { shift: 8 })),
        options: options({ l1: 2208, l2: 64 * MIB }),
      };
    },
  },
  l2: {
    title: 'conv 64-64 3x3 32x32, whatever L2',
    size: 'MiB of L2',
    sizes: [1, 16, 256],
    make: (mebibytes) => ({
      model: convs({ layers: 1, channels: 64, kernel: 3, pixels: 32 }),
      options: options({ l2: mebibytes * MIB }),
    }),
  },
};

/** Compiles a case. */
export const compileCase = ({ model, options: how }: GrowthCase): Program => compile(model, how);

/** Runs a compiled case. */
export const simulateCase = (program: Program, { model }: GrowthCase): void =>
  void runProgram(program, builtinInput(model));
