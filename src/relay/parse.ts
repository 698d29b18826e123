import type { Tensor } from '../base/tensor.js';
import type { Expr, Func } from '../ir/expr.js';
import { labelTensors } from '../ir/label.js';
import { numberedExpressions } from '../ir/numbering.js';
import { ConstantTable } from './constants.js';
import { Elaborator } from './elaborate.js';
import { METADATA_MARK, readConstants } from './metadata.js';
import { parseFunctions } from './parser.js';
import { Source } from './source.js';

export interface ParseOptions {
  /** What messages call the text: "net.relay". */
  readonly file: string;
  /**
   * A constant without a value (the text has no metadata section) becomes zeros of the type in its comment, at most 16 MiB
   * in all; good for printing the text again, not for computing. Default false: such a text is refused.
   */
  readonly standInConstants?: boolean;
}

/** The metadata section, split off because it is JSON: usually much longer than the program. */
function splitMetadata(text: string): { program: string; metadata: string | undefined } {
  const at = text.startsWith(METADATA_MARK) ? 0 : text.indexOf(`\n${METADATA_MARK}`);
  if (at < 0) return { program: text, metadata: undefined };
  const start = text.indexOf(METADATA_MARK, at);
  return { program: text.slice(0, start), metadata: text.slice(start + METADATA_MARK.length) };
}

function constantsOf(metadata: string | undefined, source: Source): Tensor[] | undefined {
  if (metadata === undefined) return undefined;
  return readConstants(metadata, `${source.place(source.text.length)}: metadata section`);
}

/**
 * Intermediate tensors keep the numbers that the text gives them where it numbers them all; a text with nested calls gets
 * the numbers that it will have when printed.
 */
function label(main: Func, textNames: ReadonlyMap<Expr, string>): Func {
  const complete = numberedExpressions(main.body).every((e) => textNames.has(e));
  return labelTensors(main, complete ? textNames : undefined);
}

/**
 * The function `main` of a module in Relay's text, with the functions it calls; every type inferred, every tensor labelled.
 * Throws a UserError of one line with file, line and column. Memory stays below 200 bytes a character of the text, plus the
 * stand-ins; nesting is limited (src/relay/token-stream.ts).
 *
 * @example
 * const main = parseRelay('fn (%x: Tensor[(1, 4), int8]) { clip(%x, a_min=0f, a_max=5f) }', { file: 'inline' });
 */
export function parseRelay(text: string, options: ParseOptions): Func {
  const { program, metadata } = splitMetadata(text.replaceAll('\r\n', '\n'));
  const source = new Source(options.file, program);
  const functions = parseFunctions(source);
  const table = new ConstantTable(constantsOf(metadata, source), options.standInConstants ?? false);
  const elaborator = new Elaborator(source, functions, table);
  const main = elaborator.global('main', 0);
  return label(main, elaborator.textNames);
}
