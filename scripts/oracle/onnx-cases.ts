import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../../golden/index.js';
import type { Tensor } from '../../src/base/tensor.js';
import { loadModel } from '../../src/frontends/load.js';
import { decodeModel, decodeTensor } from '../../src/frontends/onnx/proto.js';
import { readTensor } from '../../src/frontends/onnx/tensors.js';
import { readBytes } from '../../src/node/files.js';
import { withInitializers } from './onnx-constants.js';
import { bindInputs, refusal, runOurs } from './ours.js';
import { compareOutputs, type Expected, type Verdict } from './verdict.js';

/** One official case of the ONNX package: a model of mostly one operator, its inputs and its outputs. */
export interface CaseResult {
  readonly name: string;
  /** The operators of the file, each once, in order. */
  readonly operators: readonly string[];
  readonly verdict: Verdict;
}

const noExternal = (): never => {
  throw new Error('an official case has no external data');
};

/** TensorProto.DataType by number, for messages and tolerances. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
};

/** `input_0.pb`, `input_1.pb`, ... of a case, in order, each a TensorProto. */
function tensorFiles(folder: string, kind: 'input' | 'output'): Uint8Array[] {
  const files = readdirSync(folder)
    .filter((f) => f.startsWith(`${kind}_`))
    .sort((a, b) => Number(/\d+/.exec(a)![0]) - Number(/\d+/.exec(b)![0]));
  return files.map((f) => readBytes(join(folder, f)));
}

/** The names of all cases in a folder that holds `NAME/model.onnx`. */
export const caseNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.onnx')))
    .sort();

/**
 * Our outputs. The cases give axes, limits and weights as inputs, which networks have as constants: where the file is refused for that,
 * all inputs but the first are made constants.
 */
function ours(bytes: Uint8Array, inputs: readonly Uint8Array[], backend: Backend): readonly Tensor[] {
  const run = (model: Uint8Array, given: readonly Uint8Array[]) => {
    const loaded = loadModel({ name: 'model.onnx', bytes: model });
    const values = given.map((t) => readTensor(decodeTensor(t), noExternal));
    return runOurs(loaded, bindInputs(loaded, values), backend);
  };
  try {
    return run(bytes, inputs);
  } catch (error) {
    if (!refusal(error).includes('is computed at run time')) throw error;
    const names = decodeModel(bytes).graph.inputs.map((i) => i.name);
    const constants = new Map(inputs.slice(1).map((t, i) => [names[i + 1]!, t]));
    return run(withInitializers(bytes, constants), inputs.slice(0, 1));
  }
}

function verdictOf(path: string, bytes: Uint8Array, backend: Backend): Verdict {
  const data = join(path, 'test_data_set_0');
  try {
    const made = ours(bytes, tensorFiles(data, 'input'), backend);
    const expected = tensorFiles(data, 'output').map((file): Expected => {
      const t = decodeTensor(file);
      const value = readTensor(t, noExternal);
      return { name: t.name, type: TYPE_NAMES[t.dataType]!, shape: value.shape, data: value.data };
    });
    return compareOutputs(made, expected);
  } catch (error) {
    return { kind: 'refused', reason: refusal(error).replace(/^model\.onnx: /, '') };
  }
}

/** Runs one official case through import, reference and host kernels, and compares with the recorded outputs. */
export function runCase(folder: string, name: string, backend: Backend): CaseResult {
  const path = join(folder, name);
  const bytes = readBytes(join(path, 'model.onnx'));
  const operators = [...new Set(decodeModel(bytes).graph.nodes.map((n) => n.op))];
  return { name, operators, verdict: verdictOf(path, bytes, backend) };
}
