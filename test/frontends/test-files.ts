import { encodeTflite } from '../../scripts/oracle/tflite-writer.js';
import { tensor } from '../../src/base/tensor.js';
import { dianaNetwork, nemoNetwork, plainNetwork } from './onnx-models.js';
import { evaluateOnnx } from './onnx-oracle.js';
import { encodeOnnx } from './onnx-writer.js';
import { randomOf } from './random.js';
import { floatNetwork, int8Network } from './tflite-models.js';

/** The committed files of test/data/formats, by path inside it: small networks on the paths of the real ones. */
export function testFiles(): Map<string, Uint8Array> {
  return new Map([
    ['nemo/model.onnx', encodeOnnx(nemoNetwork())],
    ...recordedLayers(),
    ['diana.onnx', encodeOnnx(dianaNetwork())],
    ['plain.onnx', encodeOnnx(plainNetwork())],
    ['int8.tflite', encodeTflite(int8Network())],
    ['float32.tflite', encodeTflite(floatNetwork())],
  ]);
}

/** Tensors of the NEMO network that are recorded, as DORY's examples record theirs, with a name and in order. */
const RECORDED = [
  ['relu1', 'relu1'],
  ['pool', 'pool'],
  ['relu2', 'relu2'],
  ['add', 'block.add'],
  ['fc', 'fc'],
] as const;

/** input.txt and out_layerN.txt, computed by the literal evaluator. */
function recordedLayers(): [string, Uint8Array][] {
  const input = tensor([1, 1, 20, 20], 'uint8', randomOf('recorded input').integers(0, 255, 400));
  const values = evaluateOnnx(nemoNetwork(), { '0': input });
  const files: [string, Uint8Array][] = [['nemo/input.txt', recording('input', input.shape, input.data)]];
  RECORDED.forEach(([tensorName, layer], i) => {
    const { shape, data } = values.get(tensorName)!;
    files.push([`nemo/out_layer${i}.txt`, recording(layer, shape, data)]);
  });
  return files;
}

/** Values in height-width-channel order under a header line; each line ends with a comma and a backslash. */
function recording(name: string, shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const [, c, h, w] = shape;
  const image = shape.length === 4;
  const extents = image ? [h, w, c] : shape.slice(1);
  const plane = (h ?? 1) * (w ?? 1);
  const order = Array.from(data, (_, i) => (image ? data[(i % c!) * plane + Math.floor(i / c!)]! : data[i]!));
  const lines = [`# ${name} (shape [${extents.join(', ')}])`, ...order.map((v) => v.toFixed(3))];
  return new TextEncoder().encode(lines.map((line) => `${line},\\\n`).join(''));
}
