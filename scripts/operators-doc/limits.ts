import { ADC_MAX, ADC_MIN, CELL_ROWS } from '../../sim/isa/analog/geometry.js';
import type { HostOperator } from '../../src/base/operators.js';

/** What an operator takes on the host, and its part in the patterns of the two cores (sources: hardware.md, section 6 [htvm]; analog.md). */
interface Limits {
  readonly host: string;
  readonly core?: string;
  readonly analog?: string;
}

const NUMBERS = 'any dtype but bool; int64 within +-(2^53 - 1)';
const BINARY = `${NUMBERS}; both of one dtype`;
const INTEGERS = 'integers of one dtype; shift 0..31 (int64: 0..63)';
const FLOAT = 'float32';
const ANY = 'any dtype';
const PRODUCT = 'all float32, or integers of at most 32 bits';

const CONV_CORE =
  'first of the conv pattern [htvm]: int8, kernel sides 1, 3, 5, 7, SAME padding, strides 1,1 or 2,2, dilation 1, ' +
  'groups 1 or depthwise; 16 output channels of weights within the weight memory';

const CONV_ANALOG =
  `first of the pattern [htvm]: int8 weights in [-1, 1], kernel sides 1, 3, 5, 7, SAME padding, strides 1,1 or 2,2, dilation 1, groups 1; ` +
  `input channels x kernel at most ${CELL_ROWS} rows [dory]`;

/** By Relay's name. */
export const LIMITS: Readonly<Record<HostOperator, Limits>> = {
  'nn.conv2d': { host: `${PRODUCT}; NCHW, OIHW`, core: CONV_CORE, analog: CONV_ANALOG },
  'qnn.conv2d': {
    host: `${PRODUCT}; NCHW, OIHW; zero points 0`,
    core: CONV_CORE,
    analog: `${CONV_ANALOG}; scales 1 [ours: HTVM has nn.conv2d]`,
  },
  'nn.dense': { host: PRODUCT, core: 'first of the dense pattern [htvm]: int8; C at most 4080' },
  'nn.bias_add': { host: BINARY, core: 'in the conv and dense patterns: int32 constant' },
  add: {
    host: BINARY,
    core: 'in the conv and dense patterns: int32 constant; in the sum pattern: two int8 tensors cast to int32',
    analog: 'batch norm: an int16 constant, one a channel or one for all',
  },
  subtract: { host: BINARY },
  multiply: { host: BINARY, analog: 'batch norm: an int16 constant, one a channel or one for all' },
  divide: {
    host: `${BINARY}; no integer divisor of 0`,
    analog: 'gain: one finite float32 constant other than 0',
  },
  maximum: { host: BINARY },
  minimum: { host: BINARY },
  right_shift: {
    host: INTEGERS,
    core: 'in all patterns: by a constant 0..31',
    analog: 'by a constant 0..31',
  },
  left_shift: { host: INTEGERS },
  clip: {
    host: `${NUMBERS}; finite a_min <= a_max`,
    core: 'in all patterns: [-128, 127] or [0, 127]',
    analog: `converter: exactly [${ADC_MIN}, ${ADC_MAX}] [htvm]; at the end [-128, 127] or [0, 127]`,
  },
  cast: {
    host: ANY,
    core: 'in all patterns: to int8; in the sum pattern: its operands to int32',
    analog: 'before divide to float32, behind the converter to int16, at the end to int8',
  },
  negative: { host: NUMBERS },
  abs: { host: NUMBERS },
  floor: { host: NUMBERS, analog: 'behind divide' },
  round: { host: NUMBERS },
  'onnx.round': { host: FLOAT },
  exp: { host: FLOAT },
  sqrt: { host: FLOAT },
  log: { host: FLOAT },
  tanh: { host: FLOAT },
  sigmoid: { host: FLOAT },
  'nn.relu': { host: NUMBERS },
  'nn.leaky_relu': { host: FLOAT },
  'nn.avg_pool2d': { host: `${NUMBERS}; NCHW` },
  'nn.max_pool2d': { host: `${NUMBERS}; NCHW` },
  'nn.global_avg_pool2d': { host: `${NUMBERS}; NCHW` },
  'nn.global_max_pool2d': { host: `${NUMBERS}; NCHW` },
  'nn.adaptive_avg_pool2d': { host: `${NUMBERS}; NCHW` },
  'nn.softmax': { host: FLOAT },
  sum: { host: NUMBERS },
  mean: { host: NUMBERS },
  max: { host: NUMBERS },
  min: { host: NUMBERS },
  argmax: { host: NUMBERS },
  reshape: { host: ANY },
  'nn.batch_flatten': { host: ANY },
  squeeze: { host: ANY },
  expand_dims: { host: ANY },
  transpose: { host: ANY },
  reverse: { host: ANY },
  concatenate: { host: `${ANY}, all the same` },
  split: { host: `${ANY}; no empty part` },
  strided_slice: { host: `${ANY}; no empty result` },
  'nn.pad': { host: `${ANY}; pad_mode "constant"` },
  take: { host: `${ANY}; indices int32` },
  where: { host: `${ANY}; the condition bool` },
  'tflite.requantize': {
    host: 'int32 to int8 or int32; multiplier and shift int32, scalars or one an element of `axis`',
  },
  'tflite.avg_pool2d': { host: 'int8; NCHW' },
  'tflite.softmax': { host: 'int8; last axis' },
  'tflite.lookup': { host: 'int8 or uint8; a table of 256 int8 or uint8' },
  layout_transform: { host: 'int8; made by the compiler where host and core meet' },
};
