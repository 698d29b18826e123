/** The expressions of the instruction table as trees, so that they can become something other than JavaScript. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: '-' | '~'; readonly a: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly a: Expression; readonly b: Expression }
  | { readonly kind: 'choice'; readonly when: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** Binary operators by precedence, as JavaScript has them: a higher number binds tighter. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '===': 4,
  '!==': 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '<<': 6,
  '>>': 6,
  '>>>': 6,
  '+': 7,
  '-': 7,
};

const TOKEN = /\s*(0x[\da-f]+|\d+|[A-Za-z_][\w.]*|>>>|===|!==|<<|>>|<=|>=|[-+|^&<>~?:(),])/giy;

const parsed = new Map<string, Expression>();

/** Reads an expression of the table. Throws for one that is written in other ways: a bug of the table or of this reader. */
export function parseExpression(text: string): Expression {
  let tree = parsed.get(text);
  if (tree === undefined) {
    tree = new Reader(text).whole();
    parsed.set(text, tree);
  }
  return tree;
}

class Reader {
  readonly #text: string;
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const from = TOKEN.lastIndex;
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw new Error(`expression "${text}": no meaning for "${text.slice(from)}"`);
      this.#tokens.push(token);
    }
  }

  whole(): Expression {
    const tree = this.#choice();
    if (this.#at < this.#tokens.length) throw this.#wrong();
    return tree;
  }

  #wrong(): Error {
    return new Error(
      `expression "${this.#text}": "${this.#tokens[this.#at] ?? 'its end'}" has no place here`,
    );
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#wrong();
  }

  #choice(): Expression {
    const when = this.#binary(1);
    if (!this.#take('?')) return when;
    const yes = this.#choice();
    this.#expect(':');
    return { kind: 'choice', when, yes, no: this.#choice() };
  }

  #binary(least: number): Expression {
    let a = this.#unary();
    for (;;) {
      const operator = this.#tokens[this.#at] ?? '';
      const precedence = PRECEDENCE[operator] ?? 0;
      if (precedence < least) return a;
      this.#at++;
      a = { kind: 'binary', operator, a, b: this.#binary(precedence + 1) };
    }
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'unary', operator: '-', a: this.#unary() };
    if (this.#take('~')) return { kind: 'unary', operator: '~', a: this.#unary() };
    if (this.#take('(')) {
      const inner = this.#choice();
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens[this.#at++] ?? '';
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) {
      this.#at--;
      throw this.#wrong();
    }
    return this.#take('(') ? this.#call(token) : { kind: 'name', name: token };
  }

  #call(name: string): Expression {
    const args: Expression[] = [];
    do args.push(this.#choice());
    while (this.#take(','));
    this.#expect(')');
    return { kind: 'call', name, args };
  }
}
