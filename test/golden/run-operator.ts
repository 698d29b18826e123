import { openBackend } from '../../golden/backend.js';
import type { BackendName } from '../../golden/platform.js';
import { evaluate } from '../../golden/reference.js';
import type { Attrs } from '../../src/base/attr-value.js';
import type { Tensor } from '../../src/base/tensor.js';
import { call, constant, variable } from '../../src/ir/build.js';
import type { Expr } from '../../src/ir/expr.js';
import { labelTensors } from '../../src/ir/label.js';
import { tensorType } from '../../src/ir/types.js';

export interface OperatorRun {
  readonly output: Tensor;
  readonly values: number[];
  readonly wrapped: number;
  readonly tfjsDistance: number | undefined;
}

/** Evaluates a graph over the inputs x, y, ... that `build` makes of their variables. */
export async function runGraph(
  inputs: readonly Tensor[],
  build: (...x: Expr[]) => Expr,
  backend: BackendName = 'wasm',
): Promise<OperatorRun> {
  const vars = inputs.map((t, i) => variable(['x', 'y', 'z'][i]!, tensorType(t.shape, t.dtype)));
  const main = labelTensors({ name: 'main', params: vars, body: build(...vars), attrs: {} });
  const values = new Map(vars.map((v, i) => [v.name, inputs[i]!]));
  const result = evaluate(main, values, new Map(), await openBackend(backend));
  const output = result.tensors.get('output')!;
  return {
    output,
    values: [...output.data],
    wrapped: result.wrapped.get('output') ?? 0,
    tfjsDistance: result.tfjsDistance.get('output'),
  };
}

/** One operator: its first argument is an input, the others are constants. */
export const runOperator = (
  op: string,
  args: readonly [Tensor, ...Tensor[]],
  attrs: Attrs = {},
  backend: BackendName = 'wasm',
): Promise<OperatorRun> =>
  runGraph([args[0]], (x) => call(op, [x, ...args.slice(1).map((t) => constant(t))], attrs), backend);
