import { type Backend, openBackend } from '../../golden/index.js';
import { allocate, isFloat } from '../../src/base/dtype.js';
import type { Tensor } from '../../src/base/tensor.js';
import { type LoadedModel, loadModel } from '../../src/frontends/load.js';
import { postOrder } from '../../src/ir/visit.js';
import { randomInputs } from './onnx-file.js';
import { bindInputs, refusal, runOurs } from './ours.js';
import type { Case } from './tflite-cases.js';
import { LiteRt } from './tflite-runtime.js';
import { encodeTflite } from './tflite-writer.js';
import { type Allowed, compareOutputs, type Expected, type Verdict } from './verdict.js';

/** The file of one operator. */
export function caseFile({ code, inputs, outputs, options }: Case): Uint8Array {
  const tensors = [
    ...inputs.map((t, i) => ({ ...t, name: `in${i}` })),
    ...outputs.map((t, i) => ({ ...t, name: `out${i}` })),
  ];
  const numbers = inputs.map((_, i) => i);
  const made = outputs.map((_, i) => inputs.length + i);
  return encodeTflite({
    tensors,
    inputs: numbers.filter((i) => tensors[i]!.data === undefined),
    outputs: made,
    operators: [{ code, inputs: numbers, outputs: made, ...(options === undefined ? {} : { options }) }],
  });
}

const bytesOf = (t: Tensor): Uint8Array =>
  new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength).slice();

/** LiteRT's bytes as values of our output's type and shape, which it does not tell. */
function expectedOf(bytes: Uint8Array, { shape, dtype }: Tensor, name: string): Expected {
  const data = allocate(dtype, bytes.length / allocate(dtype, 1).BYTES_PER_ELEMENT);
  new Uint8Array(data.buffer).set(bytes);
  return { name, type: dtype, shape, data };
}

async function run(
  runtime: LiteRt,
  bytes: Uint8Array,
  backend: Backend,
  seed: string | number,
  allowed: (model: LoadedModel) => Allowed,
): Promise<Verdict> {
  let model: LoadedModel;
  let values: Tensor[];
  let ours: readonly Tensor[];
  try {
    model = loadModel({ name: 'net.tflite', bytes });
    // Floats to +-4, where activations bend.
    values = randomInputs(model, seed).map((t) =>
      isFloat(t.dtype) ? { ...t, data: t.data.map((v) => 4 * v) } : t,
    );
    ours = runOurs(model, bindInputs(model, values), backend);
  } catch (error) {
    return { kind: 'refused', reason: refusal(error) };
  }
  const theirs = await runtime.run(bytes, values.map(bytesOf));
  const expected = theirs.map((b, i) => expectedOf(b, ours[i]!, `${i}`));
  return compareOutputs(ours, expected, allowed(model));
}

/** One operator through import, reference and host kernels, and through LiteRT; `within` is the case's. */
export async function runTfliteCase(
  runtime: LiteRt,
  c: Case,
  within: number,
  seed: string,
): Promise<Verdict> {
  const backend = await openBackend('cpu');
  return run(runtime, caseFile(c), backend, seed, () => ({ steps: within, part: within }));
}

/** Operators that round: a step of each may differ where XNNPACK's kernels round otherwise than TFLite's reference kernels. */
const ROUNDING = /^tflite\.|^nn\.avg_pool|^round$/;
/** Such a step grows on its way through the layers behind. [ours] */
const GROWTH = 2;
/** LiteRT quantizes the activations of hybrid layers (float32 with int8 weights) at run time, which is not done here. [ours] */
const HYBRID_PART = 2e-2;

/**
 * One TFLite file through import, reference and host kernels, and through LiteRT on random inputs. What each operator rounds otherwise adds
 * up: the limits are wide, and only tell a network that is read wrongly from one that is not.
 */
export async function runTfliteFile(
  _name: string,
  bytes: Uint8Array,
  backend: Backend,
  seed: number,
): Promise<Verdict> {
  return run(await LiteRt.load(), bytes, backend, seed, (model) => ({
    steps: GROWTH * postOrder(model.main.body).filter((e) => e.kind === 'call' && ROUNDING.test(e.op)).length,
    part: HYBRID_PART,
  }));
}
