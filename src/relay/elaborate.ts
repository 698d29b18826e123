import type { Attrs, AttrValue } from '../base/attr-value.js';
import { nearest } from '../base/nearest.js';
import { call, callFunction, tuple, tupleGetItem, variable } from '../ir/build.js';
import type { Expr, Func, FuncAttrs } from '../ir/expr.js';
import { opDef } from '../ir/registry.js';
import { sameType, showType, type Type } from '../ir/types.js';
import type { AstAttr, AstCall, AstExpr, AstFunc } from './ast.js';
import type { ConstantTable } from './constants.js';
import { isDialect, lowerDialect, SCHEDULER_ATTRS } from './dialect.js';
import { layerOf } from './layers.js';
import { typeFault } from './parse-types.js';
import type { Source } from './source.js';

/** Functions that call functions that call functions ...: a partitioned network needs two levels. */
const MAX_CALL_DEPTH = 8;

/** What the attributes that this compiler reads must be. */
const FUNC_ATTR_KINDS: Readonly<Partial<Record<string, 'number' | 'string'>>> = {
  Inline: 'number',
  Primitive: 'number',
  PartitionedFromPattern: 'string',
  Composite: 'string',
  Compiler: 'string',
  global_symbol: 'string',
};

/** The names of one function. Inner functions see their own only: they must stand alone. */
type Names = Map<string, Expr | Func>;

/** Names to compare a misspelt one with: the last few, to bound the time. */
const candidates = (names: Iterable<string>): string[] => [...names].slice(-200);

const isFunc = (x: Expr | Func): x is Func => !('kind' in x);

const sameTypes = (a: Type, b: Type): boolean =>
  a.kind === 'tensor' && b.kind === 'tensor' ? sameType(a, b) : showType(a) === showType(b);

/** Makes the graph of what the parser read: resolves names, infers types, and checks those that the text states. */
export class Elaborator {
  readonly #source: Source;
  readonly #functions: ReadonlyMap<string, AstFunc>;
  readonly #constants: ConstantTable;
  readonly #done = new Map<string, Func>();
  readonly #open: string[] = [];
  /** Tuples that stand for the results of one operator of the text. */
  readonly #results = new Set<Expr>();
  /** The names that the text gives to the expressions of `main`: "%5". */
  readonly textNames = new Map<Expr, string>();

  constructor(source: Source, functions: readonly AstFunc[], constants: ConstantTable) {
    this.#source = source;
    this.#functions = new Map(functions.map((f) => [f.name, f]));
    this.#constants = constants;
  }

  /** The function `@name`; `offset` is where it is used. */
  global(name: string, offset: number): Func {
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const ast = this.#functions.get(name);
    if (ast === undefined) {
      const near = nearest(name, candidates(this.#functions.keys())).map((n) => `@${n}`);
      return this.#source.fail(
        offset,
        `there is no function @${name}; the file has ${near.join(', ') || 'none'}.`,
      );
    }
    if (this.#open.includes(name))
      this.#source.fail(offset, `@${name} calls itself; a network has no recursion.`);
    if (this.#open.length >= MAX_CALL_DEPTH)
      this.#source.fail(offset, `functions call each other deeper than ${MAX_CALL_DEPTH} levels.`);
    this.#open.push(name);
    const made = this.#func(ast);
    this.#open.pop();
    this.#done.set(name, made);
    return made;
  }

  #func(ast: AstFunc): Func {
    const names: Names = new Map();
    const bind = (name: string, offset: number, value: Expr | Func): void => {
      if (names.has(name)) this.#source.fail(offset, `%${name} is defined twice.`);
      names.set(name, value);
    };
    const params = ast.params.map((p) => {
      const made = variable(p.name, p.type);
      bind(p.name, p.offset, made);
      return made;
    });
    for (const b of ast.bindings) {
      const value = b.value.kind === 'fn' ? this.#func(b.value.func) : this.#expr(b.value, names);
      bind(b.name, b.offset, value);
      if (ast.name === 'main' && !isFunc(value) && !this.textNames.has(value))
        this.textNames.set(value, `%${b.name}`);
    }
    const body = this.#expr(ast.body, names);
    if (ast.result !== undefined && !sameTypes(ast.result, body.type))
      this.#source.fail(
        ast.body.offset,
        `the function's result is ${showType(body.type)}; its head says ${showType(ast.result)}.`,
      );
    return { name: ast.name, params, body, attrs: this.#funcAttrs(ast.attrs) };
  }

  #expr(ast: AstExpr, names: Names): Expr {
    const fail = (why: string) => this.#source.fail(ast.offset, why);
    switch (ast.kind) {
      case 'scalar':
        return {
          kind: 'constant',
          value: ast.value,
          type: { kind: 'tensor', shape: [], dtype: ast.value.dtype },
        };
      case 'meta': {
        const found = this.#constants.get(ast.index, ast.type);
        return typeof found === 'string' ? fail(`meta[relay.Constant][${ast.index}] ${found}`) : found;
      }
      case 'ref': {
        const found = this.#lookUp(ast.name, names, ast.offset);
        return isFunc(found) ? fail(`%${ast.name} is a function; only calls of it are supported.`) : found;
      }
      case 'tuple': {
        const fields = ast.fields.map((f) => this.#expr(f, names));
        if (fields.length === 0) fail('an empty tuple.');
        return this.#source.at(ast.offset, () => tuple(fields));
      }
      case 'field': {
        const of = this.#expr(ast.of, names);
        return this.#source.at(ast.offset, () => this.#field(of, ast.index));
      }
      case 'fn':
        return fail('a function as a value is not supported; bind it: %0 = fn (...) {...};');
      case 'call':
        return this.#call(ast, names);
    }
  }

  /** A name, or a name with projections: "x.0" is field 0 of %x unless %x.0 itself is defined. */
  #lookUp(name: string, names: Names, offset: number): Expr | Func {
    const known = names.get(name);
    if (known !== undefined) return known;
    const found = /^(.*)\.(\d+)$/.exec(name);
    const tupled = found === null ? undefined : names.get(found[1]!);
    if (found !== null && tupled !== undefined && !isFunc(tupled))
      return this.#source.at(offset, () => this.#field(tupled, Number(found[2])));
    const near = nearest(name, candidates(names.keys())).map((n) => `%${n}`);
    return this.#source.fail(offset, `%${name} is not defined here; nearest: ${near.join(', ') || 'none'}.`);
  }

  /** Field `index` of a tuple; of one that stands for an operator's results (nn.batch_norm), the field itself. */
  #field(e: Expr, index: number): Expr {
    const written = this.#results.has(e) && e.kind === 'tuple' ? e.fields[index] : undefined;
    return written ?? tupleGetItem(e, index);
  }

  #call(ast: AstCall, names: Names): Expr {
    const args = ast.args.map((a) => this.#expr(a, names));
    if (ast.target === 'op') return this.#opCall(ast, args);
    if (ast.attrs.length > 0)
      this.#source.fail(ast.attrs[0]!.offset, 'a call of a function takes no attributes.');
    const callee =
      ast.target === 'global' ? this.global(ast.name, ast.offset) : this.#lookUp(ast.name, names, ast.offset);
    if (!isFunc(callee)) return this.#source.fail(ast.offset, `%${ast.name} is a tensor, not a function.`);
    const shown = `${ast.target === 'global' ? '@' : '%'}${ast.name}`;
    if (args.length !== callee.params.length)
      this.#source.fail(ast.offset, `${shown} takes ${callee.params.length} arguments, not ${args.length}.`);
    args.forEach((arg, i) => {
      const param = callee.params[i]!;
      if (!sameTypes(arg.type, param.type))
        this.#source.fail(
          ast.args[i]!.offset,
          `argument ${i} of ${shown} is ${showType(arg.type)}; %${param.name} is ${showType(param.type)}.`,
        );
    });
    return callFunction(callee, args, ast.span === undefined ? {} : { layer: ast.span });
  }

  #opCall(ast: AstCall, args: readonly Expr[]): Expr {
    return this.#source.at(ast.offset, () => {
      const attrs = this.#opAttrs(ast);
      const like = ast.name === 'qnn.dense' ? 'nn.dense' : isDialect(ast.name) ? 'add' : ast.name;
      const layer = ast.span ?? layerOf(like, args, attrs);
      const label = layer === undefined ? {} : { layer };
      const lowered = isDialect(ast.name) || ast.name === 'qnn.conv2d';
      const made = lowered ? lowerDialect(ast.name, args, attrs, label) : call(ast.name, args, attrs, label);
      if (lowered) this.#results.add(made);
      const fault = typeFault(made.type);
      if (fault !== undefined)
        this.#source.fail(ast.offset, `the result of ${ast.name} does not do: ${fault}.`);
      return made;
    });
  }

  #opAttrs(ast: AstCall): Attrs {
    const known = isDialect(ast.name) ? [] : opDef(ast.name).attrs;
    const specs = new Map(known.map((s) => [s.name, s]));
    const given = this.#unique(ast.attrs).filter((a) => !SCHEDULER_ATTRS.has(a.name));
    const entries = given.map(({ name, value }) => {
      const list = Array.isArray(value) ? (value as readonly number[]) : [];
      // Relay also takes padding as one number for all sides, or one for top and bottom and one for left and right.
      const short =
        name === 'padding' && specs.get(name)?.length === 4 && (list.length === 1 || list.length === 2);
      return [name, short ? [0, 1, 2, 3].map((i) => list[i % list.length]!) : (value as AttrValue)] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Attributes that this compiler does not read (hash, output_tensor_names, ...) stay, to be printed again. */
  #funcAttrs(attrs: readonly AstAttr[]): FuncAttrs {
    for (const { name, value, offset } of this.#unique(attrs)) {
      const kind = FUNC_ATTR_KINDS[name];
      if (kind !== undefined && typeof value !== kind)
        this.#source.fail(offset, `${name} must be a ${kind}.`);
    }
    return Object.fromEntries(attrs.map((a) => [a.name, a.value]));
  }

  #unique(attrs: readonly AstAttr[]): readonly AstAttr[] {
    const seen = new Set<string>();
    for (const { name, offset } of attrs) {
      if (seen.has(name)) this.#source.fail(offset, `the attribute ${name} is given twice.`);
      seen.add(name);
    }
    return attrs;
  }
}
