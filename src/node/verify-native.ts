import { compareTensor, NATIVE_TOLERANCE, type Tolerance } from '../../golden/index.js';
import { runProgram } from '../../sim/program/run.js';
import { type DType, isFloat } from '../base/dtype.js';
import type { Tensor } from '../base/tensor.js';
import type { Program } from '../program/types.js';
import { runNative } from './toolchain/native.js';
import { nativeCompiler } from './toolchain/tool.js';

const toleranceOf = (dtype: DType): Tolerance | undefined => (isFloat(dtype) ? NATIVE_TOLERANCE : undefined);

/** How the native C program of a model compared. */
export interface NativeVerdict {
  readonly ok: boolean;
  /** One line for people: what was compared, or the first difference. */
  readonly line: string;
}

/** The first difference of two tensors as text; undefined where they are equal. */
function difference(expected: Tensor, actual: Tensor): string | undefined {
  const { differing, first } = compareTensor(expected, actual, toleranceOf(expected.dtype));
  if (first === undefined) return undefined;
  return `${differing} of ${expected.data.length} elements; the first is [${first.coordinates.join(', ')}]: ${first.actual}, not ${first.expected}`;
}

/**
 * Builds the program's C for this machine, runs it and compares every kernel's result with the simulator's and, where the
 * reference holds the tensor, with the reference's. Throws a UserError for a program with jobs and a ToolError without compiler.
 *
 * @example
 * await verify(model, {
 *   target: 'c',
 *   onRun: ({ program, inputs, reference }) => void console.log(verifyNative(program, inputs, reference.tensors).line),
 * });
 */
export function verifyNative(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  reference: ReadonlyMap<string, Tensor>,
): NativeVerdict {
  const { model, layers } = program.manifest;
  const simulated = new Map<number, Tensor>();
  runProgram(program, inputs, { onTensor: ({ buffer, tensor }) => simulated.set(buffer.id, tensor) });
  const native = runNative(program, inputs);
  let compared = 0;
  for (const { buffer, layer, tensor } of native) {
    const others = [
      ['the simulator', simulated.get(buffer.id)],
      ['the reference', buffer.tensor === undefined ? undefined : reference.get(buffer.tensor)],
    ] as const;
    for (const [whose, expected] of others) {
      if (expected === undefined) continue;
      const differs = difference(expected, tensor);
      const where = `${model}: native C, kernel ${layers[layer]!.name}`;
      if (differs !== undefined) return { ok: false, line: `${where} differs from ${whose} in ${differs}` };
      if (whose === 'the reference') compared++;
    }
  }
  const floats = native.some(({ buffer }) => isFloat(buffer.dtype))
    ? `, floats within ${NATIVE_TOLERANCE.ulps} ulp`
    : '';
  return {
    ok: true,
    line:
      `${model}: native C (${nativeCompiler()}): the results of ${native.length} kernels equal the simulator's, ` +
      `${compared} the reference's too${floats}`,
  };
}
