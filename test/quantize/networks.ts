import { executeHostOp } from '../../sim/host/execute.js';
import type { Tensor } from '../../src/base/tensor.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import type { Model } from '../../src/ir/expr.js';
import { type Quantized, quantize } from '../../src/quantize/index.js';
import { encodeOnnx, floats, type ModelSpec } from '../frontends/onnx-writer.js';
import { randomOf } from '../frontends/random.js';

export const load = (spec: ModelSpec): Model =>
  importOnnx(encodeOnnx(spec), {
    name: 'net',
    external: () => {
      throw new Error('none');
    },
  });

export const random = (shape: readonly number[], seed: string, limit: number): Tensor =>
  floats(
    shape,
    randomOf(seed).reals(
      -limit,
      limit,
      shape.reduce((a, b) => a * b, 1),
    ),
  );

export const pads = (n: number) => ({ pads: { ints: [n, n, n, n] } });

/** Samples of a shape, the same for the same count. */
export const samplesFor = (shape: readonly number[], count: number, limit = 1): Tensor[] =>
  Array.from({ length: count }, (_, i) => random(shape, `sample ${i}`, limit));

/** A network quantized on the first half of its samples and tested on the second. */
export function quantized(model: Model, samples: readonly Tensor[]): Quantized {
  const half = samples.length / 2;
  return quantize(model, {
    calibration: samples.slice(0, half),
    test: samples.slice(half),
    evaluate: executeHostOp,
  });
}

/** What of a quantized network runs on the core: the kind of each layer, sorted. */
export function onCore(q: Quantized): string[] {
  return compile(q.model, DEFAULT_OPTIONS)
    .manifest.layers.filter((l) => l.target === 'digital')
    .map((l) => l.operators.find((o) => /conv|dense|add$/.test(o))!)
    .sort();
}
