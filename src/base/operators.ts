/**
 * The operators of a model's graph, by Relay's name: the one list of them. What each side knows of an operator stands in a record over
 * these names (type rule: src/ir/registry.ts; host kernel: sim/host/execute.ts; cost: sim/host/cost.ts; reference: golden/operators.ts;
 * C: src/codegen/host/operators.ts; its limits in words: scripts/operators-doc/limits.ts), so that a name that one of them lacks is an
 * error of the type checker.
 */
export const OPERATORS = [
  'qnn.conv2d',
  'nn.conv2d',
  'nn.dense',
  'nn.bias_add',
  'add',
  'subtract',
  'multiply',
  'divide',
  'maximum',
  'minimum',
  'right_shift',
  'left_shift',
  'clip',
  'cast',
  'negative',
  'abs',
  'floor',
  'round',
  'exp',
  'sqrt',
  'log',
  'tanh',
  'sigmoid',
  'nn.relu',
  'nn.leaky_relu',
  'nn.avg_pool2d',
  'nn.max_pool2d',
  'nn.global_avg_pool2d',
  'nn.global_max_pool2d',
  'nn.adaptive_avg_pool2d',
  'nn.softmax',
  'sum',
  'mean',
  'max',
  'min',
  'argmax',
  'reshape',
  'nn.batch_flatten',
  'squeeze',
  'expand_dims',
  'transpose',
  'reverse',
  'concatenate',
  'split',
  'strided_slice',
  'nn.pad',
  'take',
  'where',
  'tflite.requantize',
  'tflite.avg_pool2d',
  'tflite.softmax',
  'tflite.lookup',
  'onnx.round',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What the host runs: the graph's operators, and the change between a tensor's dense and its core layout. */
export const HOST_OPERATORS = [...OPERATORS, 'layout_transform'] as const;
export type HostOperator = (typeof HOST_OPERATORS)[number];

/** The entry of `name` in a record over names; undefined for another name, also for what every object has ("toString"). */
export const entryOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
