import {
  ADC_MAX,
  ADC_MIN,
  CELL_COLUMNS,
  CELL_ROWS,
  CHANNEL_BLOCK,
  COPY_LINES,
} from '../../sim/isa/analog/geometry.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';

const { l1Bytes, weightMemoryBytes } = DEFAULT_PARAMETERS.chip;

/** What a layer must be for either core; what breaks a limit stays on the host with a warning that names it. */
export const CORE_LIMITS: readonly (readonly [limit: string, digital: string, analog: string])[] = [
  [
    'layers',
    'conv2d, depthwise conv2d, dense, element-wise sum [htvm]',
    'conv2d [htvm]; a dense layer as a 1x1 conv2d over one position',
  ],
  [
    'operator',
    '`qnn.conv2d` or `nn.conv2d`, `nn.dense`, `add`',
    '`nn.conv2d` [htvm]; `qnn.conv2d`, too [ours]',
  ],
  ['input', 'int8, batch 1 [ours]', 'int8, batch 1 [ours]'],
  ['weights', 'int8 constants [htvm]', 'int8 constants in [-1, 1] [htvm]'],
  ['kernel sides', 'each 1, 3, 5 or 7 [htvm]', 'each 1, 3, 5 or 7 [htvm]'],
  ['padding', 'SAME, equal on opposite sides [htvm]', 'SAME, equal on opposite sides [htvm]'],
  ['strides', '(1, 1) or (2, 2) [htvm]', '(1, 1) or (2, 2) [htvm]'],
  ['dilation', '1 [htvm]', '1 [htvm]'],
  ['groups', '1, or one a channel [htvm]', '1 [htvm]'],
  [
    'element counts of input and output',
    'multiples of 4 [htvm]',
    `multiples of 4 [htvm]; in L2 channels padded to ${CHANNEL_BLOCK} a pixel [ours]`,
  ],
  [
    'behind the sums',
    'an int32 bias a channel, one right shift 0..31, clip [-128, 127] or [0, 127] [htvm]',
    `gain: one float32 other than 0; converter: clip exactly [${ADC_MIN}, ${ADC_MAX}]; an int16 factor and an int16 addend a channel or for all [ours]; right shift 0..31; clip [-128, 127] or [0, 127] [htvm]`,
  ],
  [
    'array and weights',
    `16 output channels of weights within the weight memory, ${weightMemoryBytes} bytes [match]`,
    `input channels x kernel at most ${CELL_ROWS} rows [dory]; output channels in tiles of ${CELL_COLUMNS} columns`,
  ],
  [
    'L1',
    `a smallest tile within ${l1Bytes} bytes`,
    `one output row and its input within a bank, ${l1Bytes / 4} bytes; copies of at most ${COPY_LINES} lines a bank [dory]`,
  ],
];
