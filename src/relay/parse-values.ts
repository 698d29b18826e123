import { type DType, integerRange, isDType } from '../base/dtype.js';
import { type Tensor, tensor } from '../base/tensor.js';
import type { AstAttrValue } from './ast.js';
import type { Token } from './lexer.js';
import type { TokenStream } from './token-stream.js';

const SUFFIXES: Readonly<Record<string, DType>> = {
  f: 'float32',
  f32: 'float32',
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  u8: 'uint8',
};

/** The value and the dtype of a number token: 1 is int32, 1.5 and 1f are float32, 3i8 is int8. */
function number(tokens: TokenStream, token: Token): { value: number; dtype: DType } {
  const text = token.value;
  if (text.endsWith('inff')) return { value: text.startsWith('-') ? -Infinity : Infinity, dtype: 'float32' };
  if (text.endsWith('nanf')) return { value: Number.NaN, dtype: 'float32' };
  const [, digits, suffix] = /^(-?[\d.]+(?:e[+-]?\d+)?)(\w*)$/.exec(text)!;
  const value = Number(digits);
  const fraction = /[.e]/.test(digits!);
  const dtype = suffix === '' ? (fraction ? 'float32' : 'int32') : SUFFIXES[suffix!];
  if (dtype === undefined)
    return tokens.fail(
      `${text}: ${suffix} is not supported; supported: ${Object.keys(SUFFIXES).join(', ')}.`,
      token,
    );
  if (dtype === 'float32') return { value, dtype };
  const [least, most] = integerRange(dtype);
  if (fraction || value < least || value > most)
    return tokens.fail(`${text} is no ${dtype}: whole numbers from ${least} to ${most}.`, token);
  return { value, dtype };
}

/** A scalar constant: a number, True or False. */
export function parseScalar(tokens: TokenStream): Tensor {
  const token = tokens.take();
  if (token.kind === 'name') return tensor([], 'bool', [token.value === 'True' ? 1 : 0]);
  const { value, dtype } = number(tokens, token);
  return tensor([], dtype, [value]);
}

/** A number in an attribute. Integers there are 64 bits wide. */
function attrNumber(tokens: TokenStream, token: Token): number {
  if (/^-?\d+(i64)?$/.test(token.value)) {
    const value = Number.parseInt(token.value, 10);
    return Number.isSafeInteger(value) ? value : tokens.fail(`${token.value} is beyond 2^53.`, token);
  }
  return number(tokens, token).value;
}

/** The value of an attribute: a number, string, bool, None, dtype, or a list of these. */
export function parseAttrValue(tokens: TokenStream): AstAttrValue {
  const token = tokens.take();
  if (token.kind === 'number') return attrNumber(tokens, token);
  if (token.kind === 'string') return token.value;
  if (token.kind === 'mark' && (token.value === '[' || token.value === '('))
    return tokens.nested(() => tokens.list(token.value === '[' ? ']' : ')', () => parseAttrValue(tokens)));
  if (token.kind === 'name') {
    if (token.value === 'True' || token.value === 'False') return token.value === 'True';
    if (token.value === 'None') return null;
    if (isDType(token.value)) return token.value;
    if (token.value === 'meta')
      tokens.fail('attributes that lie in the metadata section are not supported.', token);
  }
  return tokens.fail('expected an attribute: a number, "text", True, False, None or a list.', token);
}
