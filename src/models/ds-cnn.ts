import type { Network } from './random-network.js';

/** MLPerf Tiny's keyword spotting in HTVM's shapes: the spectrogram lies on its side, 10 rows of 49 columns. [htvm] */
export const DS_CNN: Network = {
  name: 'ds-cnn',
  description: 'MLPerf Tiny keyword spotting, 10x49, depthwise separable',
  body: (net) => {
    const stem = { channels: 64, kernel: [5, 7], strides: [2, 2], relu: true } as const;
    let x = net.conv(net.input([1, 1, 10, 49]), 'conv1', stem);
    for (let layer = 2; layer <= 8; layer += 2) {
      x = net.depthwise(x, `conv${layer}`, { kernel: [3, 3], relu: true });
      x = net.conv(x, `conv${layer + 1}`, { channels: 64, kernel: [1, 1], relu: true });
    }
    return net.classifier(x, 12);
  },
};
