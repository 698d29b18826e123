import type { AstAttr, AstBinding, AstCall, AstExpr, AstFunc, AstParam } from './ast.js';
import { commentSpan, commentType, parseTensorType, parseType } from './parse-types.js';
import { parseAttrValue, parseScalar } from './parse-values.js';
import type { Source } from './source.js';
import { TokenStream } from './token-stream.js';

/** Words that start what Relay has and this compiler has not. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  if: 'conditions',
  match: 'algebraic data types',
  type: 'algebraic data types',
  extern: 'external types',
  ref: 'references',
};

/** Reads the text's structure; names are resolved by src/relay/elaborate.ts. */
class Parser {
  readonly #tokens: TokenStream;

  constructor(source: Source) {
    this.#tokens = new TokenStream(source);
  }

  /** Functions one after another. A lone `fn` is `main`: the text of one function. */
  module(): AstFunc[] {
    const t = this.#tokens;
    const functions: AstFunc[] = [];
    const names = new Set<string>();
    if (t.is('name', 'free_var')) return [this.#expression()];
    while (!t.is('end')) {
      const start = t.peek();
      if (functions.length === 0 && t.accept('name', 'fn')) {
        functions.push(this.#func('main', start.offset));
        names.add('main');
      } else {
        this.#refuseUnsupported();
        t.expect('name', '"def @main(...)"', 'def');
        const name = t.expect('global', 'a global name such as @main').value;
        if (names.has(name)) t.fail(`@${name} is defined twice.`, t.last());
        names.add(name);
        functions.push(this.#func(name, start.offset));
      }
    }
    return functions;
  }

  /** The text of an expression alone: its free variables are the parameters of "main". */
  #expression(): AstFunc {
    const t = this.#tokens;
    const { offset } = t.peek();
    const params: AstParam[] = [];
    while (t.accept('name', 'free_var') !== undefined) {
      if (!t.is('local')) t.expect('local', 'a variable such as %x');
      params.push(this.#param());
      t.accept('mark', ';');
    }
    const { bindings, body } = t.nested(() => this.#block());
    if (!t.is('end')) t.fail('expected the end of the expression.');
    return { name: 'main', params, attrs: [], result: undefined, bindings, body, offset };
  }

  #func(name: string, offset: number): AstFunc {
    const t = this.#tokens;
    if (t.is('mark', '[')) t.fail('type parameters are not supported.');
    t.mark('(');
    const params: AstParam[] = [];
    const attrs: AstAttr[] = [];
    t.list(')', () => void (t.is('local') ? params.push(this.#param()) : attrs.push(this.#attr())));
    const result = t.accept('mark', '->') === undefined ? undefined : parseType(t);
    t.mark('{');
    const { bindings, body } = t.nested(() => this.#block());
    t.mark('}');
    return { name, params, attrs, result, bindings, body, offset };
  }

  #param(): AstParam {
    const t = this.#tokens;
    const { value: name, offset } = t.take();
    if (t.accept('mark', ':') !== undefined) return { name, offset, type: parseTensorType(t) };
    const type = commentType(t.last());
    return type === undefined
      ? t.fail(`%${name} needs a type: %${name}: Tensor[(1, 3, 32, 32), int8].`)
      : { name, offset, type };
  }

  #attr(): AstAttr {
    const { value: name, offset } = this.#tokens.expect('name', 'an attribute');
    this.#tokens.mark('=');
    return { name, offset, value: parseAttrValue(this.#tokens) };
  }

  #block(): { bindings: AstBinding[]; body: AstExpr } {
    const t = this.#tokens;
    const bindings: AstBinding[] = [];
    while (true) {
      const isLet = t.accept('name', 'let') !== undefined;
      const name = t.peek();
      const assigned = t.peek(1);
      if (!isLet && !(name.kind === 'temp' && assigned.kind === 'mark' && assigned.value === '=')) break;
      if (name.kind !== 'temp') t.expect('local', 'a name such as %x');
      else t.take();
      if (t.accept('mark', ':') !== undefined) parseType(t);
      t.mark('=');
      bindings.push({ name: name.value, offset: name.offset, value: this.#expr() });
      t.mark(';');
    }
    return { bindings, body: this.#expr() };
  }

  #expr(): AstExpr {
    const t = this.#tokens;
    return t.nested(() => {
      let e = this.#primary();
      for (let f = t.accept('field'); f !== undefined; f = t.accept('field'))
        e = { kind: 'field', of: e, index: Number(f.value), offset: f.offset };
      return e;
    });
  }

  #primary(): AstExpr {
    const t = this.#tokens;
    const { kind, value, offset } = t.peek();
    switch (kind) {
      case 'temp':
      case 'local':
        t.take();
        return t.is('mark', '(') ? this.#call('ref', value, offset) : { kind: 'ref', name: value, offset };
      case 'global':
        t.take();
        return this.#call('global', value, offset);
      case 'number':
        return { kind: 'scalar', value: parseScalar(t), offset };
      case 'mark':
        if (value === '(') return this.#tuple(offset);
        break;
      case 'name':
        return this.#named(value, offset);
    }
    return t.fail('expected an expression.');
  }

  #named(value: string, offset: number): AstExpr {
    const t = this.#tokens;
    if (value === 'True' || value === 'False') return { kind: 'scalar', value: parseScalar(t), offset };
    this.#refuseUnsupported();
    t.take();
    if (value === 'meta') return this.#meta(offset);
    if (value === 'fn') return { kind: 'fn', func: this.#func('', offset), offset };
    return this.#call('op', value, offset);
  }

  /** "meta[relay.Constant][3]", its type from the comment. */
  #meta(offset: number): AstExpr {
    const t = this.#tokens;
    t.mark('[');
    t.expect('name', 'relay.Constant', 'relay.Constant');
    t.mark(']');
    t.mark('[');
    const index = t.expect('number', 'the number of a constant');
    if (!/^\d{1,9}$/.test(index.value)) t.fail(`${index.value} is no number of a constant.`, index);
    t.mark(']');
    return { kind: 'meta', index: Number(index.value), type: commentType(t.last()), offset };
  }

  /** "(%0, %1)", "(%0,)"; "(%0)" is %0. */
  #tuple(offset: number): AstExpr {
    const t = this.#tokens;
    t.mark('(');
    const fields = t.list(')', () => this.#expr());
    return fields.length === 1 && !this.#endedWithComma() ? fields[0]! : { kind: 'tuple', fields, offset };
  }

  #endedWithComma(): boolean {
    const before = this.#tokens.peek(-2);
    return before.kind === 'mark' && before.value === ',';
  }

  #call(target: AstCall['target'], name: string, offset: number): AstCall {
    const t = this.#tokens;
    t.mark('(');
    const args: AstExpr[] = [];
    const attrs: AstAttr[] = [];
    t.list(')', () => {
      const next = t.peek(1);
      if (t.is('name') && next.kind === 'mark' && next.value === '=') attrs.push(this.#attr());
      else if (attrs.length > 0) t.fail('an argument after an attribute.');
      else args.push(this.#expr());
    });
    return { kind: 'call', target, name, args, attrs, span: commentSpan(t.last()), offset };
  }

  #refuseUnsupported(): void {
    const { kind, value } = this.#tokens.peek();
    const what = kind === 'name' && Object.hasOwn(UNSUPPORTED, value) ? UNSUPPORTED[value] : undefined;
    if (what !== undefined) this.#tokens.fail(`${value}: ${what} are not supported.`);
  }
}

/** The functions of a text. Throws a UserError with line and column where the text is no Relay, or Relay that is not supported. */
export const parseFunctions = (source: Source): AstFunc[] => new Parser(source).module();
