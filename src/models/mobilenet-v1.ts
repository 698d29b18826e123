import type { Network } from './random-network.js';

/** Stride of each depthwise conv and channels of the pointwise conv after it. */
const PAIRS: readonly (readonly [stride: number, channels: number])[] = [
  [1, 16],
  [2, 32],
  [1, 32],
  [2, 64],
  [1, 64],
  [2, 128],
  [1, 128],
  [1, 128],
  [1, 128],
  [1, 128],
  [1, 128],
  [2, 256],
  [1, 256],
];

/** MLPerf Tiny's visual wake words, MobileNetV1 x 0.25 in HTVM's shapes: 4 instead of 2 classes. [htvm] */
export const MOBILENET_V1: Network = {
  name: 'mobilenet-v1',
  description: 'MLPerf Tiny visual wake words, 96x96, MobileNetV1 x 0.25',
  body: (net) => {
    const stem = { channels: 8, kernel: [3, 3], strides: [2, 2], relu: true } as const;
    let x = net.conv(net.input([1, 3, 96, 96]), 'conv1', stem);
    PAIRS.forEach(([stride, channels], i) => {
      x = net.depthwise(x, `conv${2 * i + 2}`, { kernel: [3, 3], strides: [stride, stride], relu: true });
      x = net.conv(x, `conv${2 * i + 3}`, { channels, kernel: [1, 1], relu: true });
    });
    return net.classifier(x, 4);
  },
};
