import type { Expr } from '../ir/expr.js';
import type { Network, RandomNetwork } from './random-network.js';

const KERNEL = [3, 3] as const;

/**
 * ResNet-20 for CIFAR: three stages of three blocks. As in HTVM's ResNet-8, a 1x1 conv of stride 2 is the shortcut where the
 * shape changes, no ReLU follows a sum (the core's sum has none), and there are 12 instead of 10 classes. [ours, after htvm]
 */
export const RESNET20: Network = {
  name: 'resnet20',
  description: 'CIFAR ResNet-20, 32x32, residual',
  body: (net) => {
    let x = net.conv(net.input([1, 3, 32, 32]), 'conv1', { channels: 16, kernel: KERNEL, relu: true });
    [16, 32, 64].forEach((channels, stage) => {
      for (let i = 1; i <= 3; i++) x = block(net, x, channels, stage > 0 && i === 1, `s${stage + 1}b${i}`);
    });
    return net.classifier(x, 12);
  },
};

function block(net: RandomNetwork, x: Expr, channels: number, down: boolean, name: string): Expr {
  const strides = down ? ([2, 2] as const) : ([1, 1] as const);
  const inner = net.conv(x, `${name}_conv1`, { channels, kernel: KERNEL, strides, relu: true });
  const y = net.conv(inner, `${name}_conv2`, { channels, kernel: KERNEL });
  const shortcut = down ? net.conv(x, `${name}_shortcut`, { channels, kernel: [1, 1], strides }) : x;
  return net.add(shortcut, y, `${name}_add`);
}
