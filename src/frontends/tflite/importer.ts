import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { call, tuple, variable } from '../../ir/build.js';
import { type Expr, tensorTypeOf, type Var } from '../../ir/expr.js';
import { tensorType } from '../../ir/types.js';
import { finishModel, type LoadedModel, type QuantizedInput } from '../model.js';
import { Names } from '../names.js';
import { OperatorContext, type TfliteValue } from './context.js';
import { dequantizedModel, startsAtZero } from './dequantize.js';
import { decodeTflite, type TfliteModel, type TfliteOperator, type TfliteTensor } from './schema.js';
import { operatorName, refusalOf, TFLITE_OPS } from './supported.js';

const MAX_OPERATORS = 100_000;

/**
 * Reads a TFLite file: int8 networks with TFLite's integer semantics (`dequantize`: as the float32 networks that they approximate),
 * float32 networks in float32. Inputs and outputs keep the file's order of axes (NHWC); between them images are NCHW.
 * Throws a UserError of one line for a file that is damaged or uses what is not supported.
 */
export function importTflite(bytes: Uint8Array, name: string, dequantize = false): LoadedModel {
  const file = decodeTflite(bytes);
  const model = dequantize ? dequantizedModel(file) : file;
  if (model.operators.length > MAX_OPERATORS)
    throw new UserError(
      `the file has ${model.operators.length} operators; at most ${MAX_OPERATORS} are supported.`,
    );
  const names = new Names();
  const values = new Map<number, TfliteValue>();
  const inputs = model.inputs.map((i): Var => {
    const t = model.tensors[i]!;
    const v = variable(names.unique(t.name, 'input'), tensorType(t.shape, t.dtype));
    values.set(i, { expr: v, planar: false });
    return v;
  });
  for (const operator of model.operators) {
    for (const [index, value] of readOperator(operator, model, values))
      values.set(index, dequantize ? rectified(value, file.tensors[index]!) : value);
  }
  const outputs = model.outputs.map((i) => outputOf(model, values.get(i), i));
  if (outputs.length === 0) throw new UserError('the file has no output.');
  const tensors = new Map<string, Expr>();
  for (const [i, v] of values) tensors.set(model.tensors[i]!.name, v.expr);
  const body = outputs.length === 1 ? outputs[0]! : tuple(outputs);
  const loaded = finishModel(name, inputs, body, tensors, names);
  const quantizedInput = dequantize ? inputOf(file) : undefined;
  return quantizedInput === undefined ? loaded : { ...loaded, quantizedInput };
}

/** The integers that a quantized network with one input takes. */
function inputOf(file: TfliteModel): QuantizedInput | undefined {
  const t = file.tensors[file.inputs[0] ?? -1];
  const q = t?.quantization;
  if (file.inputs.length !== 1 || t === undefined || q?.scales.length !== 1 || t.dtype === 'float32')
    return undefined;
  return { dtype: t.dtype, scale: q.scales[0]!, zeroPoint: q.zeroPoints[0]! };
}

/** Saturation at 0 of a quantized network, where no ReLU says so already. */
function rectified(value: TfliteValue, file: TfliteTensor): TfliteValue {
  const { expr } = value;
  if (!startsAtZero(file) || expr.kind !== 'call' || !SUMS.has(expr.op)) return value;
  return { ...value, expr: call('nn.relu', [expr], {}, expr.label) };
}

/** What a float layer, sum or difference ends in where it has no activation. */
const SUMS: ReadonlySet<string> = new Set([
  'nn.conv2d',
  'nn.dense',
  'nn.bias_add',
  'add',
  'subtract',
  'multiply',
]);

function readOperator(
  operator: TfliteOperator,
  model: TfliteModel,
  values: ReadonlyMap<number, TfliteValue>,
): [number, TfliteValue][] {
  const known = TFLITE_OPS[operator.code];
  const name = operatorName(operator);
  const fail = (why: string): never => {
    throw new UserError(`operator ${operator.index} (${name}): ${why}.`);
  };
  if (known === undefined) return fail(refusalOf(operator));
  const weights = model.tensors[operator.inputs[1] ?? -1];
  const layer =
    weights?.data !== undefined && /CONV|FULLY/.test(name)
      ? layerName(weights.name)
      : `${name.toLowerCase()}_${operator.index}`;
  try {
    for (const i of [...operator.inputs, ...operator.outputs]) {
      const refusal = model.tensors[i]?.refusal;
      if (refusal !== undefined) fail(refusal);
    }
    const made = known.run(new OperatorContext(operator, model, values, { layer }));
    const all = 'expr' in made ? [made] : made;
    if (all.length !== operator.outputs.length)
      fail(`it has ${operator.outputs.length} outputs; must have ${all.length}`);
    return operator.outputs.map((output, i) => {
      const value = all[i]!;
      if (values.has(output)) fail('its output is defined twice');
      checkDeclared(value, model.tensors[output]!, fail);
      return [output, value];
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith('operator ')) throw error;
    return fail(error.message.replace(/\.$/, ''));
  }
}

/** The file says what each tensor is; an operator that makes another is misread or damaged. */
function checkDeclared(value: TfliteValue, declared: TfliteTensor, fail: (why: string) => never): void {
  const { shape, dtype } = tensorTypeOf(value.expr);
  const [n, h, w, c] = declared.shape;
  const wanted = value.planar ? [n!, c!, h!, w!] : declared.shape;
  if (String(shape) !== String(wanted) || dtype !== declared.dtype)
    fail(`its output is ${showShape(shape)} ${dtype}; the file says ${showShape(wanted)} ${declared.dtype}`);
}

/**
 * "model/conv2d_1/Conv2D" to "conv2d_1". Converters chain the names of what they fused with ";": the one that ends like the
 * layer's own operator counts.
 */
function layerName(tensor: string): string {
  const parts = tensor.split(';');
  const own = parts.find((p) => /\/(Conv2D|MatMul|depthwise)\d*$/.test(p)) ?? parts[0]!;
  const path = own.split('/');
  return path.at(-2) ?? own;
}

/** An output in the file's order of axes. */
function outputOf(model: TfliteModel, v: TfliteValue | undefined, index: number): Expr {
  const t = model.tensors[index]!;
  if (v === undefined) throw new UserError(`the output ${t.name} is made by no operator.`);
  return v.planar ? call('transpose', [v.expr], { axes: [0, 2, 3, 1] }) : v.expr;
}
