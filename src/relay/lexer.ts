import type { Source } from './source.js';

export type TokenKind =
  | 'temp' // %3, value "3"
  | 'local' // %conv1.weights
  | 'global' // @main
  | 'name' // nn.conv2d, def, True
  | 'number' // 1, 1.5f, 3i8, value as written
  | 'string' // value unquoted
  | 'field' // .0 after an expression, value "0"
  | 'mark' // punctuation
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly offset: number;
  /** The block comment that follows, without its marks: "ty=int32". */
  comment?: { readonly text: string; readonly offset: number };
}

/**
 * Patterns are tried in this order at each position; all are linear. A local's name may hold what TVM's importers put there
 * ("layer1.0.conv/kernel:0"); where a projection could be meant too ("%x.0"), the parser decides.
 */
const PATTERNS: readonly (readonly [TokenKind | 'skip' | 'comment', RegExp])[] = [
  ['skip', /[ \t\r\n]+|\/\/[^\n]*|#\[version = "[^"\n]*"\]/y],
  ['comment', /\/\*[\s\S]*?\*\//y],
  ['temp', /%\d+/y],
  ['local', /%[A-Za-z_](?:[\w.]|\/(?![*/])|-(?!>)|::|:(?=\d))*/y],
  ['global', /@[A-Za-z_][\w.]*/y],
  ['number', /-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?(?:[fiu]\d*)?(?!\w)|inff\b|nanf\b)/y],
  ['number', /(?:inff|nanf)\b/y],
  ['name', /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"/y],
  ['field', /\.\d+/y],
  ['mark', /->|[()[\]{},;:=?]/y],
];

const PLAIN_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** The text that a string stands for. */
function unquote(source: Source, offset: number, quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-f]{4}|.)/gi, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    const plain = PLAIN_ESCAPES[escaped];
    return plain ?? source.fail(offset, `the string has an unknown escape \\${escaped}.`);
  });
}

/** More tokens than any network of this chip needs; bounds memory at about 100 bytes a token. */
const MAX_TOKENS = 1_000_000;
/** Longer names are refused: messages quote them and compare them. */
const MAX_NAME = 256;

/** The tokens of a text, `end` last. Throws a UserError with line and column at a character that starts no token. */
export function tokenize(source: Source): Token[] {
  const tokens: Token[] = [];
  const { text } = source;
  let offset = 0;
  while (offset < text.length) {
    const [kind, value] = match(source, offset);
    if (kind === 'comment') {
      const last = tokens.at(-1);
      if (last !== undefined && last.comment === undefined)
        last.comment = { text: value.slice(2, -2), offset: offset + 2 };
    } else if (kind !== 'skip')
      tokens.push({
        kind,
        offset,
        value: kind === 'string' ? unquote(source, offset, value) : tokenValue(kind, value),
      });
    if (tokens.length > MAX_TOKENS) source.fail(offset, `the text has more than ${MAX_TOKENS} tokens.`);
    if (value.length > MAX_NAME && kind !== 'skip' && kind !== 'comment' && kind !== 'string')
      source.fail(offset, `a name or number of ${value.length} characters; at most ${MAX_NAME}.`);
    offset += value.length;
  }
  tokens.push({ kind: 'end', value: 'the end of the file', offset: text.length });
  return tokens;
}

const tokenValue = (kind: TokenKind, text: string): string =>
  kind === 'temp' || kind === 'local' || kind === 'global' || kind === 'field' ? text.slice(1) : text;

function match(source: Source, offset: number): readonly [TokenKind | 'skip' | 'comment', string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const found = pattern.exec(source.text);
    if (found !== null) return [kind, found[0]];
  }
  const rest = source.text.slice(offset, offset + 12).split('\n')[0]!;
  if (rest.startsWith('/*')) source.fail(offset, 'the comment does not end.');
  if (rest.startsWith('"')) source.fail(offset, 'the string does not end on its line.');
  return source.fail(offset, `${JSON.stringify(rest)} starts nothing that Relay's text has.`);
}
