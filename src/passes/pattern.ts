import { type Call, type Constant, type Expr, tensorTypeOf } from '../ir/expr.js';

/** How the matcher looks around in `main`. */
export interface Graph {
  readonly users: ReadonlyMap<Expr, readonly Expr[]>;
  /** How many arguments refer to the expression (the function's result counts as one). */
  readonly uses: ReadonlyMap<Expr, number>;
}

/** Why an operator cannot go to the core. */
export interface Refusal {
  readonly attribute: string;
  readonly value: string;
  readonly supported: string;
}

/** The operators behind an accumulation, from the bias to the last clip. */
export interface Tail {
  readonly calls: readonly Call[];
  readonly bias?: Constant;
  readonly shift: number;
  readonly relu: boolean;
}

export const isCall = (e: Expr | undefined, op: string): e is Call => e?.kind === 'call' && e.op === op;

/** The call that alone uses `e`, if there is exactly one use and it is a call. */
export function onlyUser(e: Expr, graph: Graph): Call | undefined {
  if (graph.uses.get(e) !== 1) return undefined;
  const user = graph.users.get(e)?.[0];
  return user?.kind === 'call' ? user : undefined;
}

const BIAS = 'nn.bias_add or add of an int32 constant';
const REQUANT = 'right_shift, clip, cast to int8';
const RANGES = '[-128, 127] or [0, 127]';

const refuse = (attribute: string, value: string, supported: string): Refusal => ({
  attribute,
  value,
  supported,
});

export const isRefusal = (x: object): x is Refusal => 'supported' in x;

/** What stands where an operator of the pattern should, for the warning. */
function found(user: Call | undefined, after: Expr, graph: Graph): string {
  if (user !== undefined) return user.op;
  const uses = graph.uses.get(after) ?? 0;
  return uses === 1 ? 'the end of the function' : `${uses} uses of the intermediate result`;
}

/** A constant that adds one int32 to each channel (axis 1), as `nn.bias_add` or a broadcast `add`. */
function biasOf(call: Call, data: Expr): Constant | Refusal {
  const [lhs, rhs] = call.args;
  const bias = call.op === 'add' && lhs !== data ? lhs : rhs;
  if (bias?.kind !== 'constant')
    return refuse('bias', 'computed at run time', 'a constant of int32, one a channel');
  if (bias.type.dtype !== 'int32') return refuse('bias dtype', bias.type.dtype, 'int32');
  const shape = tensorTypeOf(data).shape;
  const channels = shape[1] ?? 1;
  if (call.op === 'nn.bias_add') {
    const axis = Number(call.attrs.axis);
    if ((axis + shape.length) % shape.length !== 1) return refuse('bias axis', String(axis), '1');
    return bias;
  }
  // Right-aligned broadcasting: the channel axis is followed by one axis for each further axis of the data.
  const trailing = bias.type.shape.slice(bias.type.shape.length - (shape.length - 2));
  const leading = bias.type.shape.slice(0, bias.type.shape.length - (shape.length - 2));
  const fits =
    trailing.length === shape.length - 2 &&
    trailing.every((d) => d === 1) &&
    leading.at(-1) === channels &&
    leading.slice(0, -1).every((d) => d === 1);
  return fits
    ? bias
    : refuse('bias shape', `(${bias.type.shape.join(', ')})`, `one value for each of ${channels} channels`);
}

function shiftOf(call: Call): number | Refusal {
  const amount = call.args[1];
  if (amount?.kind !== 'constant') return refuse('shift', 'computed at run time', 'a constant 0..31');
  if (amount.value.data.length !== 1)
    return refuse('shift', `${amount.value.data.length} values`, 'one constant 0..31 for the whole layer');
  const value = amount.value.data[0]!;
  return value >= 0 && value <= 31 ? value : refuse('shift', String(value), '0..31');
}

const clipRange = (call: Call): readonly [number, number] => [
  Number(call.attrs.a_min),
  Number(call.attrs.a_max),
];

/**
 * Follows the tail of a pattern forward from the accumulation `start`: (bias,) right_shift, clip, cast to int8 and, where
 * allowed, a further clip to [0, 127]. Every step must be the only use of the one before.
 */
export function matchTail(
  start: Call,
  graph: Graph,
  options: { bias: boolean; relu: boolean },
): Tail | Refusal {
  if (!options.bias) return requantOf(start, graph, options);
  const add = onlyUser(start, graph);
  if (add === undefined || !['nn.bias_add', 'add'].includes(add.op))
    return refuse('pattern', `followed by ${found(add, start, graph)}`, `${BIAS}, then ${REQUANT}`);
  const bias = biasOf(add, start);
  if (isRefusal(bias)) return bias;
  const tail = requantOf(add, graph, { ...options, before: `${BIAS}, then ` });
  return isRefusal(tail) ? tail : { ...tail, calls: [add, ...tail.calls], bias };
}

/** Follows right_shift, clip, cast to int8 and, with `relu`, a further clip to [0, 127] behind `start`; `before` is what the pattern has before. */
export function requantOf(
  start: Call,
  graph: Graph,
  options: { readonly relu: boolean; readonly before?: string } = { relu: true },
): Tail | Refusal {
  const calls: Call[] = [];
  let at = start;
  const next = (...ops: string[]): Call | Refusal => {
    const user = onlyUser(at, graph);
    if (user === undefined || !ops.includes(user.op))
      return refuse('pattern', `followed by ${found(user, at, graph)}`, `${options.before ?? ''}${REQUANT}`);
    return user;
  };
  const take = (call: Call) => {
    calls.push(call);
    at = call;
  };
  const shiftCall = next('right_shift');
  if (isRefusal(shiftCall)) return shiftCall;
  if (shiftCall.args[0] !== at) return refuse('pattern', 'used as a shift amount', REQUANT);
  const shift = shiftOf(shiftCall);
  if (typeof shift !== 'number') return shift;
  take(shiftCall);
  const clipCall = next('clip');
  if (isRefusal(clipCall)) return clipCall;
  const [low, high] = clipRange(clipCall);
  if (high !== 127 || (low !== -128 && !(low === 0 && options.relu)))
    return refuse('clip range', `[${low}, ${high}]`, options.relu ? RANGES : '[-128, 127]');
  take(clipCall);
  const castCall = next('cast');
  if (isRefusal(castCall)) return castCall;
  if (castCall.attrs.dtype !== 'int8') return refuse('cast dtype', String(castCall.attrs.dtype), 'int8');
  take(castCall);
  const last = options.relu ? onlyUser(at, graph) : undefined;
  const reluClip = isCall(last, 'clip') && String(clipRange(last)) === '0,127' ? last : undefined;
  if (reluClip !== undefined) take(reluClip);
  return { calls, shift, relu: low === 0 || reluClip !== undefined };
}
