import { call } from '../../ir/build.js';
import type { Expr } from '../../ir/expr.js';
import { rewriteGraph } from '../../ir/visit.js';

/** A padding of an image with zeros becomes the padding of the convolution that reads it. */
export function mergePadding(body: Expr): Expr {
  return rewriteGraph(body, (e) => {
    if (e.kind !== 'call' || e.op !== 'nn.conv2d') return e;
    const pad = e.args[0]!;
    if (pad.kind !== 'call' || pad.op !== 'nn.pad') return e;
    const value = pad.args[1];
    const width = pad.attrs.pad_width as readonly (readonly [number, number])[];
    if (value?.kind !== 'constant' || value.value.data[0] !== 0 || width.length !== 4) return e;
    if (width.slice(0, 2).some(([before, after]) => before !== 0 || after !== 0)) return e;
    const [y, x] = [width[2]!, width[3]!];
    const [top, left, bottom, right] = e.attrs.padding as readonly [number, number, number, number];
    const padding = [top + y[0], left + x[0], bottom + y[1], right + x[1]];
    return call('nn.conv2d', [pad.args[0]!, ...e.args.slice(1)], { ...e.attrs, padding }, e.label);
  });
}
