import { UserError } from '../../../base/errors.js';
import type { NodeContext } from '../context.js';

/** Where a window slides, in Relay's order: padding is top, left, bottom, right. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
}

export const WINDOW_ATTRIBUTES = ['auto_pad', 'dilations', 'kernel_shape', 'pads', 'strides'];

function pair(
  node: NodeContext,
  name: string,
  fallback: readonly [number, number],
): readonly [number, number] {
  const v = node.ints(name);
  if (v === undefined) return fallback;
  if (v.length !== 2 || v.some((n) => n < 1))
    throw new UserError(
      `${name} is [${v.join(', ')}]; must be two numbers of at least 1 (only 2-D is supported)`,
    );
  return v as unknown as readonly [number, number];
}

/** Kernel, strides, dilation and padding of a conv or pool over `size` = [height, width]; auto_pad resolved. */
export function windowOf(
  node: NodeContext,
  size: readonly [number, number],
  weightKernel?: readonly [number, number],
): Window {
  const kernel = pair(node, 'kernel_shape', weightKernel ?? [0, 0]);
  if (kernel[0] < 1 || kernel[1] < 1) throw new UserError('kernel_shape is missing');
  if (weightKernel !== undefined && String(kernel) !== String(weightKernel))
    throw new UserError(`kernel_shape is ${kernel.join('x')}; the weights have ${weightKernel.join('x')}`);
  const strides = pair(node, 'strides', [1, 1]);
  const dilation = pair(node, 'dilations', [1, 1]);
  return { kernel, strides, dilation, padding: paddingOf(node, size, kernel, strides, dilation) };
}

function paddingOf(
  node: NodeContext,
  size: readonly [number, number],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilation: readonly [number, number],
): readonly [number, number, number, number] {
  const mode = node.string('auto_pad', 'NOTSET');
  const pads = node.ints('pads');
  if (mode === 'VALID' || (mode === 'NOTSET' && pads === undefined)) return [0, 0, 0, 0];
  if (mode === 'NOTSET') {
    if (pads!.length !== 4 || pads!.some((p) => p < 0))
      throw new UserError(`pads is [${pads!.join(', ')}]; must be four numbers of at least 0`);
    return pads as unknown as readonly [number, number, number, number];
  }
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER')
    throw new UserError(`auto_pad is ${mode}; supported are NOTSET, VALID, SAME_UPPER, SAME_LOWER`);
  const [begin, end] = [0, 1].map((axis) => {
    const out = Math.ceil(size[axis]! / strides[axis]!);
    const extent = (kernel[axis]! - 1) * dilation[axis]! + 1;
    const total = Math.max(0, (out - 1) * strides[axis]! + extent - size[axis]!);
    const small = Math.floor(total / 2);
    return mode === 'SAME_UPPER' ? [small, total - small] : [total - small, small];
  });
  return [begin![0]!, end![0]!, begin![1]!, end![1]!];
}
