import { UserError } from '../base/errors.js';
import { stem } from '../base/path-name.js';
import type { Model } from '../ir/expr.js';
import { printedNames } from './names.js';
import { boundParameters, type RelayParameters } from './parameters.js';
import { writeParams } from './params-file.js';
import { type ParseOptions, parseRelay } from './parse.js';
import { printModule } from './print.js';

export type { RelayParameters } from './parameters.js';

/** A text of more bytes is refused; JavaScript cannot hold much longer strings. */
const MAX_TEXT_BYTES = 2 ** 28;

/**
 * The network that a Relay text describes; named after the file `name`. Its parameters' values are `params`; what has no value is an
 * input. Throws a UserError of one line; in the text it names line and column.
 *
 * @example
 * const model = loadRelay(text, 'net.relay', {
 *   from: 'net.params',
 *   values: () => readParams(bytes, 'net.params'),
 * });
 */
export function loadRelay(
  text: Uint8Array | string,
  name: string,
  params?: RelayParameters,
  options: Omit<ParseOptions, 'file'> = {},
): Model {
  if (text.length > MAX_TEXT_BYTES)
    throw new UserError(`${name} has ${text.length} bytes; a text may have ${MAX_TEXT_BYTES}.`);
  const source = typeof text === 'string' ? text : new TextDecoder().decode(text);
  const main = parseRelay(source, { ...options, file: name });
  return {
    name: stem(name),
    main,
    params: params === undefined ? new Map() : boundParameters(params, main),
  };
}

/**
 * The two files that `loadRelay` makes `model` of again: its text (constants in the metadata section) and the bytes of its
 * parameters, TVM's .params format. A parameter whose name the text cannot hold gets another one in both (src/relay/names.ts).
 *
 * @example
 * const { text, params } = renderRelay(quantized.model);
 */
export function renderRelay(model: Model): { readonly text: string; readonly params: Uint8Array } {
  const names = printedNames(model.main);
  const params = new Map([...model.params].map(([name, value]) => [names.get(name) ?? name, value]));
  return {
    text: printModule(model.main, { types: false, metadata: true }),
    params: writeParams(params),
  };
}
