import { type Token, type TokenKind, tokenize } from './lexer.js';
import type { Source } from './source.js';

/** Nested parentheses, brackets and functions; a network's text needs about five. */
const MAX_DEPTH = 100;

/** The tokens of a text, one after another, and the messages when they are not as expected. */
export class TokenStream {
  readonly source: Source;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(source: Source) {
    this.source = source;
    this.#tokens = tokenize(source);
  }

  /** The token `ahead` places further on; the last one is the end. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
  }

  /** The token that was taken last. */
  last(): Token {
    return this.#tokens[Math.max(0, this.#next - 1)]!;
  }

  is(kind: TokenKind, value?: string): boolean {
    const t = this.peek();
    return t.kind === kind && (value === undefined || t.value === value);
  }

  /** Takes the next token if it is the one asked for. */
  accept(kind: TokenKind, value?: string): Token | undefined {
    return this.is(kind, value) ? this.take() : undefined;
  }

  take(): Token {
    const t = this.peek();
    if (t.kind !== 'end') this.#next++;
    return t;
  }

  /** The next token, which must be of this kind; `what` names it in the message. */
  expect(kind: TokenKind, what: string, value?: string): Token {
    return this.accept(kind, value) ?? this.fail(`expected ${what}, not ${this.#show(this.peek())}.`);
  }

  mark(value: string): Token {
    return this.expect('mark', `"${value}"`, value);
  }

  /** Items up to the closing mark, separated by commas; a comma may follow the last. */
  list<T>(close: string, item: () => T): T[] {
    const out: T[] = [];
    while (!this.accept('mark', close)) {
      out.push(item());
      if (!this.accept('mark', ',')) {
        this.expect('mark', `"," or "${close}"`, close);
        break;
      }
    }
    return out;
  }

  /** Runs `body` one level deeper. Throws when that is too deep: the parser recurses with the text's nesting. */
  nested<T>(body: () => T): T {
    if (this.#depth >= MAX_DEPTH)
      this.fail(`the text nests deeper than ${MAX_DEPTH} levels; bind parts of it to %0, %1, ...`);
    this.#depth++;
    const out = body();
    this.#depth--;
    return out;
  }

  fail(why: string, at: Token = this.peek()): never {
    return this.source.fail(at.offset, why);
  }

  #show(t: Token): string {
    const prefix: Partial<Record<TokenKind, string>> = { temp: '%', local: '%', global: '@', field: '.' };
    return t.kind === 'end' ? t.value : JSON.stringify(`${prefix[t.kind] ?? ''}${t.value}`);
  }
}
