import type { AttrValue } from '../../base/attr-value.js';
import type { Tensor } from '../../base/tensor.js';
import type { AttrKind } from '../ir/attrs.js';
import { type Call, type Expr, type Func, inputsOf, type Model } from '../ir/expr.js';
import { opDef } from '../ir/registry.js';
import { showType } from '../ir/types.js';
import { postOrder } from '../ir/visit.js';

export interface PrintOptions {
  /** Adds Relay's type comments, as TVM prints a module after type inference. */
  readonly types: boolean;
}

/** "1f", "-128f", "0.5f": a float attribute or constant in Relay's text. */
function showFloat(v: number): string {
  if (Number.isNaN(v)) return 'nanf';
  if (!Number.isFinite(v)) return v > 0 ? 'inff' : '-inff';
  return `${Object.is(v, -0) ? '-0' : String(Math.fround(v) === v ? shortestFloat32(v) : v)}f`;
}

/** The shortest decimal that reads back as the same float32. */
function shortestFloat32(v: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = Number(v.toPrecision(digits));
    if (Math.fround(text) === v) return String(text);
  }
  return String(v);
}

function showAttr(kind: AttrKind, v: AttrValue): string {
  if (v === null) return 'None';
  if (Array.isArray(v)) return `[${v.map((x) => showAttr('int', x as AttrValue)).join(', ')}]`;
  if (kind === 'float') return showFloat(v as number);
  if (typeof v === 'string') return JSON.stringify(v);
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  return String(v);
}

/** A scalar constant as Relay prints it: 0, 1f, 3i8, True. */
function showScalar(value: Tensor): string {
  const v = value.data[0]!;
  switch (value.dtype) {
    case 'int32':
      return String(v);
    case 'float32':
      return showFloat(v);
    case 'bool':
      return v === 0 ? 'False' : 'True';
    default:
      return `${v}${value.dtype.replace('uint', 'u').replace('int', 'i')}`;
  }
}

/** Prints functions one after another with one numbering of temporaries and one table of constants, as TVM does. */
class Printer {
  readonly #options: PrintOptions;
  readonly #constants: Tensor[] = [];
  #temporaries = 0;

  constructor(options: PrintOptions) {
    this.#options = options;
  }

  func(f: Func): string {
    this.#temporaries = 0;
    return `def @${f.name}${this.#signature(f)} {\n${this.#body(f, '  ')}\n}\n`;
  }

  #comment(e: Expr): string {
    return this.#options.types ? ` /* ty=${showType(e.type)} */` : '';
  }

  #signature(f: Func): string {
    const params = f.params.map((p) => `%${p.name}: ${showType(p.type)}${this.#comment(p)}`);
    const attrs = Object.entries(f.attrs).map(
      ([k, v]) => `${k}=${typeof v === 'string' ? JSON.stringify(v) : v}`,
    );
    const result = this.#options.types || f.name !== 'main' ? ` -> ${showType(f.body.type)}` : '';
    return `(${[...params, ...attrs].join(', ')})${result}`;
  }

  #body(f: Func, indent: string): string {
    const names = new Map<Expr, string>(f.params.map((p) => [p, `%${p.name}`]));
    const lines: string[] = [];
    for (const e of postOrder(f.body)) {
      if (e.kind === 'var') continue;
      if (e.kind === 'constant') {
        names.set(e, this.#constant(e.value) + this.#comment(e));
        continue;
      }
      const text = this.#expr(e, names, lines, indent);
      if (e === f.body) lines.push(`${indent}${text}`);
      else {
        const name = `%${this.#temporaries++}`;
        names.set(e, name);
        lines.push(`${indent}${name} = ${text};`);
      }
    }
    // A body that is a parameter or a constant has no line of its own yet.
    if (f.body.kind === 'var' || f.body.kind === 'constant') lines.push(`${indent}${names.get(f.body)!}`);
    return lines.join('\n');
  }

  #expr(e: Expr, names: Map<Expr, string>, lines: string[], indent: string): string {
    const name = (x: Expr) => names.get(x)!;
    switch (e.kind) {
      case 'call':
        return `${e.op}(${[...e.args.map(name), ...this.#attrs(e)].join(', ')})${this.#comment(e)}`;
      case 'function_call': {
        const callee = e.callee.name === '' ? this.#inner(e.callee, lines, indent) : `@${e.callee.name}`;
        return `${callee}(${e.args.map(name).join(', ')})${this.#comment(e)}`;
      }
      case 'tuple':
        return `(${e.fields.map(name).join(', ')}${e.fields.length === 1 ? ',' : ''})${this.#comment(e)}`;
      case 'tuple_get_item':
        return `${name(e.tuple)}.${e.index}${this.#comment(e)}`;
      case 'var':
      case 'constant':
        return name(e);
    }
  }

  /** A composite function is printed where it is used, under a number of its own. */
  #inner(f: Func, lines: string[], indent: string): string {
    const body = this.#body(f, `${indent}  `);
    const name = `%${this.#temporaries++}`;
    lines.push(`${indent}${name} = fn ${this.#signature(f)} {\n${body}\n${indent}};`);
    return name;
  }

  #attrs(e: Call): string[] {
    return opDef(e.op)
      .attrs.filter(
        (spec) => JSON.stringify(e.attrs[spec.name]) !== JSON.stringify(spec.default ?? undefined),
      )
      .filter((spec) => !(e.attrs[spec.name] === null && spec.default === null))
      .map((spec) => `${spec.name}=${showAttr(spec.kind, e.attrs[spec.name]!)}`);
  }

  #constant(value: Tensor): string {
    if (value.shape.length === 0) return showScalar(value);
    let index = this.#constants.indexOf(value);
    if (index < 0) index = this.#constants.push(value) - 1;
    return `meta[relay.Constant][${index}]`;
  }
}

/** The global functions that `main` calls, in the order of their first call. */
export function globalFunctions(main: Func): Func[] {
  const found: Func[] = [];
  for (const e of postOrder(main.body))
    if (e.kind === 'function_call' && e.callee.name !== '' && !found.includes(e.callee)) found.push(e.callee);
  return found;
}

/** Relay text of a whole module: `main`, then every global function that it calls. */
export function printModule(main: Func, options: PrintOptions): string {
  const printer = new Printer(options);
  return [main, ...globalFunctions(main)].map((f) => printer.func(f)).join('\n');
}

/** One line a run-time input: "%input: Tensor[(1, 3, 32, 32), int8]". */
export const describeInputs = (model: Model): string[] =>
  inputsOf(model).map((p) => `%${p.name}: ${showType(p.type)}`);
