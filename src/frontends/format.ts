import { UserError } from '../base/errors.js';
import { ending as endingOf } from '../base/path-name.js';

export type Format = 'relay' | 'onnx' | 'tflite';

const ENDINGS: Readonly<Record<string, Format>> = {
  '.relay': 'relay',
  '.txt': 'relay',
  '.onnx': 'onnx',
  '.tflite': 'tflite',
};

const NAMES: Readonly<Record<Format, string>> = {
  relay: 'Relay text',
  onnx: 'an ONNX file',
  tflite: 'a TFLite file',
};

const endings = (): string => Object.keys(ENDINGS).join(', ');

/** A byte a character. */
const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** What the first bytes say. ModelProto begins with ir_version: field 1, a varint. */
function formatOfContent(bytes: Uint8Array): Format | undefined {
  const head = latin1(bytes.subarray(0, 4096));
  if (head.slice(4, 8) === 'TFL3') return 'tflite';
  if (bytes[0] === 0x08) return 'onnx';
  return /^\s*((\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(#\[version|def\s+@|fn\s*\()/.test(head)
    ? 'relay'
    : undefined;
}

/**
 * The format of a file: its ending, or its content where the ending says nothing. Throws a UserError for an empty file, for one
 * whose content is another format's, and for a .txt that is no Relay text.
 */
export function formatOf(path: string, bytes: Uint8Array): Format {
  if (bytes.length === 0) throw new UserError(`${path} is empty.`);
  const ending = endingOf(path).toLowerCase();
  const named = ENDINGS[ending];
  const content = formatOfContent(bytes);
  if (named === undefined && content === undefined)
    throw new UserError(
      `${path}: neither its ending nor its content says what it is; models end in ${endings()}.`,
    );
  if (named === undefined) return content!;
  if (content !== undefined && content !== named)
    throw new UserError(
      `${path} is named as ${NAMES[named]}, but it holds ${NAMES[content]}; rename it to *.${content}.`,
    );
  // A folder of recorded vectors has .txt files, too.
  if (ending === '.txt' && content === undefined && !saysRelay(bytes))
    throw new UserError(
      `${path} holds no Relay text (a function "def @main"); models end in ${endings()}, and a folder of recorded vectors goes to --golden.`,
    );
  return named;
}

/** Whether the text has a function somewhere, so that the parser's line and column help more. */
const saysRelay = (bytes: Uint8Array): boolean => /\b(def\s+@|fn\s*\()/.test(latin1(bytes));
