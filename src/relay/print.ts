import type { Tensor } from '../base/tensor.js';
import { type Constant, type Expr, type Func, inputsOf, type Model } from '../ir/expr.js';
import { showType } from '../ir/types.js';
import { postOrder } from '../ir/visit.js';
import { showConstants } from './metadata.js';
import { UniqueNames } from './names.js';
import { showScalar } from './numbers.js';
import { showCallAttrs, showFuncAttr } from './print-attrs.js';
import { printOrder } from './print-order.js';

export interface PrintOptions {
  /** Adds Relay's type comments, as TVM prints a module after type inference. */
  readonly types: boolean;
  /** Adds the version line and the values of the constants, as TVM's `astext()` does. Default false: as `print(mod)`. */
  readonly metadata?: boolean;
}

/** What the body of one function has so far: its finished lines, and the text or number of each expression. */
interface Scope {
  readonly indent: string;
  readonly lines: string[];
  readonly names: Map<Expr | Func, string>;
  readonly texts: Map<Expr | Func, string>;
}

/** Prints functions one after another with one numbering of temporaries and one table of constants, as TVM does. */
class Printer {
  readonly constants: Tensor[] = [];
  readonly #types: boolean;
  readonly #names = new UniqueNames();
  #temporaries = 0;

  constructor(types: boolean) {
    this.#types = types;
  }

  /** "(%x: int8, Inline=1) -> int8 {...}": what follows "def @main" or "fn ". */
  func(f: Func, indent: string): string {
    const names = new Map<Expr | Func, string>(f.params.map((p) => [p, `%${this.#names.take(p.name)}`]));
    const params = f.params.map((p) => `${names.get(p)!}: ${showType(p.type)}${this.#comment(p)}`);
    const attrs = Object.entries(f.attrs).map(([name, v]) => showFuncAttr(name, v));
    const result = this.#types || f.name !== 'main' ? ` -> ${showType(f.body.type)}` : '';
    const body = this.#body(f.body, { indent: `${indent}  `, lines: [], names, texts: new Map() });
    return `(${[...params, ...attrs].join(', ')})${result} {\n${body}\n${indent}}`;
  }

  #body(body: Expr, scope: Scope): string {
    for (const node of printOrder(body))
      if (!('kind' in node)) scope.texts.set(node, this.#inner(node, scope.indent));
      else if (node.kind === 'constant') scope.names.set(node, this.#constant(node) + this.#comment(node));
      else if (node.kind !== 'var') scope.texts.set(node, this.#expr(node, scope) + this.#comment(node));
    const last = scope.names.get(body) ?? scope.texts.get(body)!;
    return [...scope.lines, `${scope.indent}${last}`].join('\n');
  }

  /** How an argument is written: in place if it is a parameter or a constant, by its number otherwise. */
  #use(node: Expr | Func, scope: Scope): string {
    const known = scope.names.get(node);
    if (known !== undefined) return known;
    const name = `%${this.#temporaries++}`;
    scope.lines.push(`${scope.indent}${name} = ${scope.texts.get(node)!};`);
    scope.names.set(node, name);
    return name;
  }

  #expr(e: Exclude<Expr, { kind: 'var' | 'constant' }>, scope: Scope): string {
    const use = (x: Expr) => this.#use(x, scope);
    switch (e.kind) {
      case 'call':
        return `${e.op}(${[...e.args.map(use), ...showCallAttrs(e)].join(', ')})`;
      case 'function_call': {
        // The arguments come first: their numbers precede the inner function's.
        const args = e.args.map(use).join(', ');
        return `${e.callee.name === '' ? this.#use(e.callee, scope) : `@${e.callee.name}`}(${args})`;
      }
      case 'tuple':
        return `(${e.fields.map(use).join(', ')}${e.fields.length === 1 ? ',' : ''})`;
      case 'tuple_get_item':
        return `${use(e.tuple)}.${e.index}`;
    }
  }

  /** A composite function, written where it is first called, under a number of its own. */
  #inner(f: Func, indent: string): string {
    const text = `fn ${this.func(f, indent)}`;
    const params = f.params.map((p) => showType(p.type)).join(', ');
    return this.#types ? `${text} /* ty=fn (${params}) -> ${showType(f.body.type)} */` : text;
  }

  #comment(e: Expr): string {
    return this.#types ? ` /* ty=${showType(e.type)} */` : '';
  }

  #constant({ value }: Constant): string {
    if (value.shape.length === 0) return showScalar(value);
    let index = this.constants.indexOf(value);
    if (index < 0) index = this.constants.push(value) - 1;
    return `meta[relay.Constant][${index}]`;
  }
}

/** The global functions that `main` calls, directly or not, by name, as TVM orders them. */
export function globalFunctions(main: Func): Func[] {
  const found = new Set<Func>();
  const open = [main];
  for (let f = open.pop(); f !== undefined; f = open.pop())
    for (const e of postOrder(f.body)) {
      if (e.kind !== 'function_call' || found.has(e.callee)) continue;
      found.add(e.callee);
      open.push(e.callee);
    }
  return [...found].filter((f) => f.name !== '').sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Relay text of a whole module: `main`, then every global function that it calls.
 *
 * @example
 * console.log(printModule(model.main, { types: true }));
 */
export function printModule(main: Func, options: PrintOptions): string {
  const printer = new Printer(options.types);
  const functions = [main, ...globalFunctions(main)].map((f) => `def @${f.name}${printer.func(f, '')}\n`);
  const text = functions.join('\n');
  if (options.metadata !== true) return text;
  return `#[version = "0.0.5"]\n${text}${showConstants(printer.constants)}`;
}

/** One line a run-time input: "%input: Tensor[(1, 3, 32, 32), int8]". */
export const describeInputs = (model: Model): string[] =>
  inputsOf(model).map((p) => `%${p.name}: ${showType(p.type)}`);
