import type { DType } from '../base/dtype.js';
import type { Tensor } from '../base/tensor.js';
import { variable } from '../ir/build.js';
import type { Expr, Model, Var } from '../ir/expr.js';
import { labelTensors } from '../ir/label.js';
import { postOrder, rewriteGraph } from '../ir/visit.js';
import type { Names } from './names.js';

/** A model read from a file, with the file's own names of its tensors. */
export interface LoadedModel extends Model {
  /** The file's name of a tensor to this project's ("106" to "%14"), for those tensors that the graph holds as they are. */
  readonly sourceNames: ReadonlyMap<string, string>;
  /** Lines on what is not computed as the file means it, such as integers that become float32; for the user. */
  readonly warnings: readonly string[];
  /** What was read and how it was rewritten, a line each; for the user. */
  readonly summary?: readonly string[];
  /**
   * Of a quantized network that was read as the float32 network it approximates: the integers that its file takes as input; real value =
   * (integer - zero point) * scale.
   */
  readonly quantizedInput?: QuantizedInput;
}

export interface QuantizedInput {
  readonly dtype: DType;
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * Makes a model of an imported graph: constants of one axis and more become parameters, as TVM's importers have it, and
 * intermediate tensors get their numbers. `tensors`: the file's names of expressions.
 */
export function finishModel(
  name: string,
  inputs: readonly Var[],
  body: Expr,
  tensors: ReadonlyMap<string, Expr>,
  names: Names,
): LoadedModel {
  const params = new Map<string, Tensor>();
  const vars: Var[] = [];
  const replaced = new Map<Expr, Expr>();
  const lifted = rewriteGraph(body, (e, original) => {
    let out = e;
    if (e.kind === 'constant' && e.value.shape.length > 0) {
      const v = variable(names.unique(e.name ?? '', 'p'), e.type);
      params.set(v.name, e.value);
      vars.push(v);
      out = v;
    }
    replaced.set(original, out);
    return out;
  });
  const main = labelTensors({ name: 'main', params: [...inputs, ...vars], body: lifted, attrs: {} });
  return { name, main, params, sourceNames: sourceNames(lifted, main.body, tensors, replaced), warnings: [] };
}

/** Labelling keeps the order of the graph, so the n-th expression before is the n-th after. */
function sourceNames(
  before: Expr,
  after: Expr,
  tensors: ReadonlyMap<string, Expr>,
  replaced: ReadonlyMap<Expr, Expr>,
): Map<string, string> {
  const labels = new Map<Expr, string>();
  const labelled = postOrder(after);
  postOrder(before).forEach((e, i) => {
    const l = labelled[i]!;
    if (l.kind === 'var') labels.set(e, l.name);
    else if ('label' in l && l.label.tensor !== undefined) labels.set(e, l.label.tensor);
  });
  const out = new Map<string, string>();
  for (const [name, e] of tensors) {
    const label = labels.get(replaced.get(e) ?? e);
    if (label !== undefined) out.set(name, label);
  }
  return out;
}
