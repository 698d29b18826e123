import type { LayerRange, Network } from './random-network.js';

/**
 * HTVM's matrix of single layers [htvm]: conv and depthwise conv on 32 channels of 32x32, a dense layer, a sum. `-full` has
 * HTVM's values, biases of any int32 and a shift of 4, which saturate nearly every output; without it, small biases and a
 * shift under which they do not. Then the open question of the chip's users: 3 to 16 channels with zero biases.
 */
const KERNELS: readonly (readonly [number, number])[] = [
  [7, 7],
  [5, 5],
  [3, 3],
  [1, 1],
  [7, 5],
];
const FULL: LayerRange = { shift: 4, bias: 'full' };

/** A case of the suite: its table of ranges gives the layer's range unless `range` does. */
export interface SuiteCase {
  readonly network: Network;
  readonly range?: LayerRange;
}

/** Both variants of one layer. */
const variants = (name: string, description: string, body: Network['body']): SuiteCase[] => [
  { network: { name, description, body } },
  { network: { name: `${name}-full`, description: `${description}, HTVM's values`, body }, range: FULL },
];

function conv(kind: 'conv' | 'dwconv', kernel: readonly [number, number], stride: number, relu: boolean) {
  const name = `htvm-${kind}-${kernel.join('x')}-s${stride}${relu ? '-relu' : ''}`;
  const options = { kernel, strides: [stride, stride], relu } as const;
  return variants(name, `HTVM's ${kind} test`, (net) => {
    const x = net.input([1, 32, 32, 32]);
    return kind === 'conv'
      ? net.conv(x, 'conv1', { ...options, channels: 32 })
      : net.depthwise(x, 'conv1', options);
  });
}

const dense = (relu: boolean) =>
  variants(`htvm-dense${relu ? '-relu' : ''}`, "HTVM's dense test", (net) =>
    net.dense(net.input([1, 16]), 'dense1', 128, relu),
  );

const sum = () =>
  variants('htvm-add', "HTVM's add test", (net) => {
    const shape = [1, 16, 32, 32];
    return net.add(net.input(shape, 'input_0'), net.input(shape, 'input_1'), 'add_1');
  });

const openQuestion = (side: number): SuiteCase => ({
  network: {
    name: `htvm-zero-bias-${side}x${side}`,
    description: 'conv of 3 to 16 channels with zero biases',
    zeroBias: true,
    body: (net) => net.conv(net.input([1, 3, 32, 32]), 'conv1', { channels: 16, kernel: [side, side] }),
  },
});

export const HTVM_SUITE: readonly SuiteCase[] = [
  ...(['conv', 'dwconv'] as const).flatMap((kind) =>
    KERNELS.flatMap((kernel) =>
      [1, 2].flatMap((stride) => [false, true].flatMap((relu) => conv(kind, kernel, stride, relu))),
    ),
  ),
  ...[false, true].flatMap(dense),
  ...sum(),
  ...[1, 3, 5].map(openQuestion),
];
