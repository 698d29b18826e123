import type { Expr } from '../ir/expr.js';
import type { Network, RandomNetwork } from './random-network.js';

interface Stage {
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
  readonly stride: number;
}

/** MobileNetV2's stages at a quarter of its width, rounded to multiples of 8; strides as usual for 32x32 pictures. */
const STAGES: readonly Stage[] = [
  { expansion: 1, channels: 8, blocks: 1, stride: 1 },
  { expansion: 6, channels: 8, blocks: 2, stride: 1 },
  { expansion: 6, channels: 8, blocks: 3, stride: 2 },
  { expansion: 6, channels: 16, blocks: 4, stride: 2 },
  { expansion: 6, channels: 24, blocks: 3, stride: 1 },
  { expansion: 6, channels: 40, blocks: 3, stride: 2 },
  { expansion: 6, channels: 80, blocks: 1, stride: 1 },
];
const HEAD = 320;

/** MobileNetV2 x 0.25 for CIFAR: inverted residuals; 12 instead of 10 classes. Fits 512 KiB of L2. [ours] */
export const MOBILENET_V2: Network = {
  name: 'mobilenet-v2',
  description: 'CIFAR MobileNetV2 x 0.25, 32x32, inverted residuals',
  body: (net) => {
    let x = net.conv(net.input([1, 3, 32, 32]), 'conv1', { channels: 8, kernel: [3, 3], relu: true });
    let inputs = 8;
    STAGES.forEach((stage, s) => {
      for (let i = 0; i < stage.blocks; i++) {
        const stride = i === 0 ? stage.stride : 1;
        x = invertedResidual(net, x, inputs, { ...stage, stride }, `s${s + 1}b${i + 1}`);
        inputs = stage.channels;
      }
    });
    return net.classifier(net.conv(x, 'head', { channels: HEAD, kernel: [1, 1], relu: true }), 12);
  },
};

/** Widened by a 1x1 conv, filtered channel by channel, narrowed without ReLU; summed with its input where shapes agree. */
function invertedResidual(net: RandomNetwork, x: Expr, inputs: number, stage: Stage, name: string): Expr {
  const { expansion, channels, stride } = stage;
  const wide =
    expansion === 1
      ? x
      : net.conv(x, `${name}_expand`, { channels: expansion * inputs, kernel: [1, 1], relu: true });
  const filter = { kernel: [3, 3], strides: [stride, stride], relu: true } as const;
  const filtered = net.depthwise(wide, `${name}_depthwise`, filter);
  const y = net.conv(filtered, `${name}_project`, { channels, kernel: [1, 1] });
  return stride === 1 && inputs === channels ? net.add(x, y, `${name}_add`) : y;
}
