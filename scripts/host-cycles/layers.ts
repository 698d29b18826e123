import { runProgram } from '../../sim/program/run.js';
import type { Shape } from '../../src/base/tensor.js';
import type { ConvLayerOptions } from '../../src/builder/layers.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';
import { runOnSoc } from '../../src/node/toolchain/soc.js';
import { convolutionOf, filledTensor } from '../calibrate/programs.js';

/** A row of the table: what runs, and what it took with the first C that this project generated. */
interface Row {
  readonly name: string;
  readonly first?: string;
  readonly model: () => Model;
}

export const NETWORKS: readonly Row[] = [
  { name: 'resnet8, all layers', first: '18.1', model: () => buildModel('resnet8') },
  { name: 'mobilenet-v1, all layers', first: '11.4', model: () => buildModel('mobilenet-v1') },
];

/** A convolution layer on planes of `size` x `size`; `channels` null for a depthwise one. */
function layer(
  name: string,
  inputs: number,
  channels: number | null,
  size: number,
  options: ConvLayerOptions & { readonly kernel?: number } = {},
): Row {
  const { kernel = 3, ...rest } = options;
  const strided =
    rest.strides === 2
      ? `, stride 2, ${size}x${size} to ${Math.ceil(size / 2)}x${Math.ceil(size / 2)}`
      : `, ${size}x${size}`;
  const shape: Shape = [1, inputs, size, size];
  return {
    name: `${name}${strided}`,
    model: () => {
      const m = new ModelBuilder(name);
      return m.build(
        convolutionOf(channels, kernel, { relu: true, ...rest })(m.input('input', shape, 'int8'), m),
      );
    },
  };
}

const full = (
  inputs: number,
  channels: number,
  size: number,
  options: ConvLayerOptions & { readonly kernel?: number } = {},
): Row =>
  layer(
    `${options.kernel ?? 3}x${options.kernel ?? 3}, ${inputs} to ${channels} channels`,
    inputs,
    channels,
    size,
    options,
  );
const depthwise = (channels: number, size: number, options: ConvLayerOptions = {}): Row =>
  layer('depthwise 3x3', channels, null, size, options);

function dense(inputs: number, units: number): Row {
  return {
    name: `dense, ${inputs} to ${units}`,
    model: () => {
      const m = new ModelBuilder('dense');
      const [weights, bias] = [filledTensor([units, inputs], 'int8'), filledTensor([units], 'int32')];
      return m.build(m.dense(m.input('input', [1, inputs], 'int8'), 'dense', weights, bias, { shift: 6 }));
    },
  };
}

export const LAYERS: readonly Row[] = [
  full(3, 16, 32),
  full(3, 32, 32, { strides: 2 }),
  full(3, 8, 96, { strides: 2 }),
  full(3, 4, 16),
  full(3, 6, 16),
  full(1, 8, 28),
  full(8, 8, 16),
  full(16, 16, 32),
  full(64, 64, 8),
  full(64, 64, 3),
  full(64, 64, 12, { kernel: 1 }),
  full(16, 32, 24, { kernel: 1 }),
  depthwise(8, 48),
  depthwise(16, 24),
  depthwise(32, 12),
  depthwise(64, 6),
  depthwise(64, 4),
  depthwise(64, 3),
  depthwise(8, 48, { strides: 2 }),
  depthwise(16, 24, { strides: 2 }),
  depthwise(32, 12, { strides: 2 }),
  depthwise(64, 8, { strides: 2 }),
  depthwise(64, 6, { strides: 2 }),
  dense(640, 128),
];

/** Cycles of a row's whole model on the host a multiply-accumulate, in RV32IMC and with Xpulp. Throws an Error where its check fails. */
export function cyclesAMac({ model: build }: Row): [plain: number, xpulp: number] {
  const model = build();
  const program = compile(model, { ...DEFAULT_OPTIONS, target: 'c' });
  const inputs = builtinInput(model);
  const { outputs } = runProgram(program, inputs);
  const macs = program.manifest.layers.reduce((sum, l) => sum + l.usefulMacs, 0);
  const run = (xpulp: boolean): number => {
    const { result, network } = runOnSoc(program, { inputs, outputs }, 'O2', { xpulp });
    if (result.exitStatus !== 0)
      throw new Error(`${model.name} ended with ${result.exitStatus}: ${result.stdout}`);
    return network.cycles / macs;
  };
  return [run(false), run(true)];
}
