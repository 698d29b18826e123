import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { DEFAULT_OPTIONS, partitionModel } from '../compile.js';
import type { Model } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import type { DigitalLayer } from '../passes/digital-layer.js';

/** What the model asks of the core, by the tensor that each layer makes: independent of any tiling or placement. */
export interface ModelLayer {
  readonly asked: DigitalLayer;
  /** The tensors that it reads, in the core's order; undefined where one has no name. */
  readonly inputs: readonly (string | undefined)[];
}

/** The layers of a model that the core computes, by output tensor. */
export function modelLayers(model: Model, hardware: HardwareParameters): Map<string, ModelLayer> {
  const { laidOut, layers } = partitionModel(model, { ...DEFAULT_OPTIONS, hardware });
  const out = new Map<string, ModelLayer>();
  for (const e of postOrder(laidOut.main.body)) {
    if (e.kind !== 'function_call' || e.label.tensor === undefined) continue;
    const asked = layers.get(e.callee);
    // Recognisers know the digital core's layers.
    if (asked === undefined || asked.kind === 'analog') continue;
    const names = e.args.map((a) =>
      a.kind === 'var' ? a.name : a.kind === 'constant' || a.kind === 'tuple' ? undefined : a.label.tensor,
    );
    out.set(e.label.tensor, {
      asked,
      inputs: asked.kind === 'sum' && names.length === 1 ? [names[0], names[0]] : names,
    });
  }
  return out;
}
