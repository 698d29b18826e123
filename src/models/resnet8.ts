import type { Expr } from '../ir/expr.js';
import type { Network, RandomNetwork } from './random-network.js';

const KERNEL = [3, 3] as const;

/** MLPerf Tiny's image classification in HTVM's shapes: three stacks, 12 instead of 10 classes. [htvm] */
export const RESNET8: Network = {
  name: 'resnet8',
  description: 'MLPerf Tiny image classification, 32x32, residual',
  body: (net) => {
    const x = net.conv(net.input([1, 3, 32, 32]), 'conv1', { channels: 16, kernel: KERNEL, relu: true });
    const first = net.conv(x, 'conv2', { channels: 16, kernel: KERNEL, relu: true });
    const one = net.add(x, net.conv(first, 'conv3', { channels: 16, kernel: KERNEL }), 'add_1');
    const two = stack(net, one, 32, ['conv4', 'conv5', 'conv6', 'add_2']);
    const three = stack(net, two, 64, ['conv7', 'conv8', 'conv9', 'add_3']);
    return net.classifier(three, 12);
  },
};

/** Two 3x3 convs, the first of stride 2, beside a 1x1 shortcut of stride 2. */
function stack(
  net: RandomNetwork,
  x: Expr,
  channels: number,
  names: readonly [string, string, string, string],
) {
  const [a, b, shortcut, sum] = names;
  const y = net.conv(x, a, { channels, kernel: KERNEL, strides: [2, 2], relu: true });
  const z = net.conv(y, b, { channels, kernel: KERNEL });
  return net.add(net.conv(x, shortcut, { channels, kernel: [1, 1], strides: [2, 2] }), z, sum);
}
