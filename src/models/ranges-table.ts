import type { Ranges } from './random-network.js';

/** Written by `npm run tune` (scripts/models/tune.ts). Shifts in bits, biases in units of the accumulator. */
export const RANGES: Readonly<Record<string, Ranges>> = {
  resnet8: {
    conv1: { shift: 9, bias: 2048 },
    conv2: { shift: 9, bias: 2048 },
    conv3: { shift: 10, bias: 4096 },
    add_1: { shift: 0 },
    conv6: { shift: 8, bias: 1024 },
    conv4: { shift: 10, bias: 4096 },
    conv5: { shift: 9, bias: 2048 },
    add_2: { shift: 1 },
    conv9: { shift: 8, bias: 1024 },
    conv7: { shift: 10, bias: 4096 },
    conv8: { shift: 10, bias: 4096 },
    add_3: { shift: 1 },
    dense: { shift: 7, bias: 512 },
  },
};
