import { DAE } from './dae.js';
import { DS_CNN } from './ds-cnn.js';
import { MOBILENET_V1 } from './mobilenet-v1.js';
import type { LayerRange, Network } from './random-network.js';
import { rangesOf } from './ranges.js';
import { RESNET8 } from './resnet8.js';

/** A network with layers for the analog core, and the ranges of those that stay digital. */
export interface AnalogNetwork {
  readonly network: Network;
  readonly rangeOf: (layer: string) => LayerRange;
}

/** Layers that HTVM's mixed variants keep digital beside the depthwise ones: the first, the last, and for ResNet the last shortcut. [htvm] */
const DIGITAL: Readonly<Record<string, readonly string[]>> = {
  resnet8: ['conv1', 'conv9', 'dense'],
  'ds-cnn': ['conv1', 'dense'],
  'mobilenet-v1': ['conv1', 'dense'],
  dae: ['dense1', 'dense10'],
};

/** What the analog core does not take, so that it is an int8 layer in both: 490 inputs are no multiple of 4. [htvm] */
const NEVER_ANALOG: Readonly<Record<string, readonly string[]>> = { 'ds-cnn': ['conv1'] };

/** A layer whose digital neighbour saw other values keeps the shift that its own table gives. */
function variant(base: Network, kind: 'ternary' | 'mixed'): AnalogNetwork {
  const digital = kind === 'mixed' ? DIGITAL[base.name]! : (NEVER_ANALOG[base.name] ?? []);
  return {
    network: {
      ...base,
      name: `${base.name}-${kind}`,
      description: `${base.description}, ${
        kind === 'mixed'
          ? 'ternary but for the first and last layers'
          : 'ternary wherever the analog core takes it'
      }`,
      isAnalog: (layer) => !digital.includes(layer),
    },
    rangeOf: rangesOf(base.name),
  };
}

/** HTVM's ternary and mixed variants of the four MLPerf Tiny networks. [htvm] Depthwise convs and sums are digital in both. */
export const ANALOG_NETWORKS: readonly AnalogNetwork[] = [RESNET8, DS_CNN, MOBILENET_V1, DAE].flatMap(
  (base) => [variant(base, 'ternary'), variant(base, 'mixed')],
);

const KERNELS = [
  [7, 7],
  [5, 5],
  [3, 3],
  [1, 1],
  [7, 5],
] as const;

/** The single convs of HTVM's suite with ternary weights: kernels, strides, ReLU; 16 channels where 32 exceed the array's rows. */
export const ANALOG_SUITE: readonly AnalogNetwork[] = KERNELS.flatMap((kernel) =>
  [1, 2].flatMap((stride) =>
    [false, true].map((relu): AnalogNetwork => {
      const channels = 32 * kernel[0] * kernel[1] <= 1152 ? 32 : 16;
      return {
        network: {
          name: `htvm-aconv-${kernel.join('x')}-s${stride}${relu ? '-relu' : ''}`,
          description: "HTVM's conv test with ternary weights, for the analog core",
          isAnalog: () => true,
          body: (net) =>
            net.conv(net.input([1, channels, 32, 32]), 'conv1', {
              channels: 32,
              kernel,
              strides: [stride, stride],
              relu,
            }),
        },
        rangeOf: () => ({ shift: 0 }),
      };
    }),
  ),
);
