import { DTYPES, isDType } from '../base/dtype.js';
import { elementCount } from '../base/tensor.js';
import { type TensorType, type TupleType, type Type, tensorType } from '../ir/types.js';
import type { Token } from './lexer.js';
import type { TokenStream } from './token-stream.js';

/** A tensor of more elements is refused, so that a short text cannot ask for unbounded memory: 64 Mi, 128 times L2. [ours] */
export const MAX_ELEMENTS = 2 ** 26;

/** Axes of a tensor; TVM's operators on this chip's networks have up to 6. [ours] */
const MAX_AXES = 16;

/** Why `type` is not a type to compute with; undefined when it is. */
export function typeFault(type: Type): string | undefined {
  if (type.kind === 'tuple') return type.fields.map(typeFault).find((f) => f !== undefined);
  if (type.shape.length > MAX_AXES) return `${type.shape.length} axes are more than ${MAX_AXES}`;
  if (!type.shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    return `(${type.shape.join(', ')}) is no shape`;
  const elements = elementCount(type.shape);
  return elements <= MAX_ELEMENTS ? undefined : `${elements} elements are more than ${MAX_ELEMENTS}`;
}

/** "Tensor[(1, 3, 32, 32), int8]", "int8", "(Tensor[...], int8)". */
export function parseType(tokens: TokenStream): Type {
  const start = tokens.peek();
  const open = tokens.accept('mark', '(');
  if (open === undefined) return parseTensorType(tokens);
  const fields = tokens.nested(() => tokens.list(')', () => parseTensorType(tokens)));
  const tuple: TupleType = { kind: 'tuple', fields };
  return checked(tokens, tuple, start);
}

export function parseTensorType(tokens: TokenStream): TensorType {
  const start = tokens.peek();
  if (start.kind === 'name' && start.value !== 'Tensor' && start.value !== 'fn')
    return tensorType([], parseDType(tokens));
  tokens.expect('name', 'a type such as Tensor[(1, 3, 32, 32), int8]', 'Tensor');
  tokens.mark('[');
  tokens.mark('(');
  const shape = tokens.list(')', () => parseExtent(tokens));
  tokens.mark(',');
  const dtype = parseDType(tokens);
  tokens.mark(']');
  return checked(tokens, tensorType(shape, dtype), start);
}

function checked<T extends Type>(tokens: TokenStream, type: T, start: Token): T {
  const fault = typeFault(type);
  return fault === undefined ? type : tokens.fail(`the type does not do: ${fault}.`, start);
}

function parseExtent(tokens: TokenStream): number {
  if (tokens.is('mark', '?'))
    tokens.fail('extents known only at run time ("?") are not supported; give the number.');
  const token = tokens.expect('number', 'an extent');
  return /^\d+(i(32|64))?$/.test(token.value)
    ? Number.parseInt(token.value, 10)
    : tokens.fail(`${token.value} is no extent of a tensor.`, token);
}

function parseDType(tokens: TokenStream) {
  const token = tokens.expect('name', 'a dtype');
  return isDType(token.value)
    ? token.value
    : tokens.fail(`dtype ${token.value} is not supported; supported: ${DTYPES.join(', ')}.`, token);
}

/** The type that a comment "ty=Tensor[(5), int32]" gives; undefined when it gives none. */
export function commentType(token: Token): TensorType | undefined {
  const found = /^\s*ty=(?:Tensor\[\(([\d, ]*)\), (\w+)\]|(\w+))/.exec(token.comment?.text ?? '');
  const dtype = found?.[2] ?? found?.[3];
  if (found === null || !isDType(dtype)) return undefined;
  const type = tensorType(
    (found[1] ?? '')
      .split(',')
      .filter((d) => d.trim() !== '')
      .map(Number),
    dtype,
  );
  return typeFault(type) === undefined ? type : undefined;
}

/**
 * The layer in a comment "ty=... span=conv1:0:0". TVM's importers name the layer and give no line; a span with a line is a
 * place in some text and names none.
 */
export const commentSpan = (token: Token): string | undefined =>
  /\bspan=(\S+):0:0\s*$/.exec(token.comment?.text ?? '')?.[1];
