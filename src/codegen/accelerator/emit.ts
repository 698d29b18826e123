import { identifiers } from '../c/names.js';
import type { CWriter } from '../c/writer.js';
import type { Action, Call } from './calls.js';
import { type Node, numbersOf } from './reroll.js';

/** A number of a call as C: what stands first (a number or a table's member), and steps times loop variables. */
interface Value {
  readonly base: number | string;
  readonly terms: readonly (readonly [step: number, variable: string])[];
}

/** The C names that a layer's calls use. */
export interface LayerNames {
  /** Pointers to bytes, by activation buffer. */
  readonly pointers: ReadonlyMap<number, string>;
  /** The layer's instruction, the configuration words and the weights as expressions, by buffer. */
  readonly constants: ReadonlyMap<number, string>;
}

/** The functions of the runtime library that copy. */
const COPY_FUNCTIONS = {
  copyIn: { name: 'diana_copy_in', toL1: true },
  copyOut: { name: 'diana_copy_out', toL1: false },
  bankCopyIn: { name: 'diana_analog_copy_in', toL1: true },
  bankCopyOut: { name: 'diana_analog_copy_out', toL1: false },
} as const;

/** Fields that are groups of bits. */
const IN_HEXADECIMAL: ReadonlySet<string> = new Set(['zero_padding', 'padding', 'pool_fy_fx', 'use_blk_col']);

const LOOP_VARIABLES = ['i', 'j', 'k', 'l', 'm'];

const show = ({ base, terms }: Value): string => {
  const parts = terms
    .filter(([step]) => step !== 0)
    .map(([step, v]) => ({ minus: step < 0, text: Math.abs(step) === 1 ? v : `${Math.abs(step)} * ${v}` }));
  let out = base === 0 && parts[0]?.minus === false ? '' : String(base);
  for (const { minus, text } of parts) out += out === '' ? text : ` ${minus ? '-' : '+'} ${text}`;
  return out;
};

/** `pointer + value`, or the pointer alone. */
const offset = (pointer: string, v: Value): string => {
  const text = show(v);
  return text === '0' ? pointer : `${pointer} + ${text}`;
};

/** What each number of a call means, for the members of a table. */
function memberNames(call: Call): readonly string[] {
  if (call.kind === 'tile') return ['k_lo', 'k_hi', 'y_lo', 'y_hi', 'x_lo', 'x_hi'];
  if (call.kind === 'analog') return [...call.fields, 'cells', 'norm'];
  if (call.kind === 'bankCopyIn' || call.kind === 'bankCopyOut') return ['l2', 'l1', 'lines'];
  if (call.kind !== 'compute') return ['l2', 'l1', 'bytes'];
  if (call.weights === null) return call.fields;
  return [...call.fields, call.operation === 'depthwise' ? 'channel' : 'weights', 'weight_bytes'];
}

/** All calls of a node's first turn, in the order of `numbersOf`. */
const callsOf = (node: Node): Action[] =>
  node.kind === 'action' ? [node.action] : node.body.flatMap(callsOf);

const firstAction = (nodes: readonly Node[]): Action => callsOf(nodes[0]!)[0]!;
const lastAction = (nodes: readonly Node[]): Action => {
  const node = nodes.at(-1)!;
  return node.kind === 'action' ? node.action : lastAction(node.last);
};

const ranges = (numbers: readonly number[]): string => {
  const [k0, k1, y0, y1, x0, x1] = numbers;
  return `channels ${k0}..${k1}, rows ${y0}..${y1}, columns ${x0}..${x1}`;
};

/** Writes a layer's calls as C statements. */
class Emitter {
  readonly #w: CWriter;
  readonly #names: LayerNames;
  #tables = 0;

  constructor(w: CWriter, names: LayerNames) {
    this.#w = w;
    this.#names = names;
  }

  nodes(nodes: readonly Node[], values: readonly Value[], depth: number): void {
    let at = 0;
    for (const node of nodes) {
      const count = numbersOf(node).length;
      this.#node(node, values.slice(at, at + count), depth);
      at += count;
    }
  }

  #node(node: Node, values: readonly Value[], depth: number): void {
    if (node.kind === 'action') this.#call(node.action, values);
    else if (node.kind === 'table') this.#table(node, values, depth);
    else if (node.count === 1) this.nodes(node.body, values, depth);
    else {
      const variable = LOOP_VARIABLES[depth] ?? `i${depth}`;
      this.#announce(node);
      this.#w.loop(variable, node.count, () =>
        this.nodes(
          node.body,
          values.map((v, i) => ({ base: v.base, terms: [...v.terms, [node.steps[i]!, variable] as const] })),
          depth + 1,
        ),
      );
    }
  }

  /** Says what a loop serves: its first and its last turn. */
  #announce(node: Exclude<Node, { kind: 'action' }>): void {
    const [first, last] = [firstAction(node.body), lastAction(node.last)];
    if (first.call.kind !== 'tile') {
      this.#w.comment(`${first.note} to ${last.note.replace(/^(copy in|copy out|compute) /, '')}`);
      return;
    }
    const tiles = node.last.flatMap(callsOf).filter((a) => a.call.kind === 'tile');
    const turns = node.kind === 'loop' ? node.count : node.rows.length;
    this.#w.comment(
      `${turns * tiles.length} tiles: ${ranges(first.params)} to ${ranges(tiles.at(-1)!.params)}.`,
    );
  }

  #table(node: Extract<Node, { kind: 'table' }>, values: readonly Value[], depth: number): void {
    const calls = node.body.flatMap(callsOf);
    const names = identifiers(calls.flatMap((a) => memberNames(a.call)));
    const isTile = calls.flatMap((a) => a.params.map(() => a.call.kind === 'tile'));
    const varies = names.map((_, i) => !isTile[i] && node.rows.some((row) => row[i] !== node.rows[0]![i]));
    const members = names.filter((_, i) => varies[i]);
    this.#announce(node);
    const id = this.#tables++;
    const name = id === 0 ? 'tiles' : `tiles_${id}`;
    const row = depth === 0 ? 't' : `t${depth}`;
    // What loops around the table add is the same for all rows, so it stays outside of it.
    this.#w.block('', () => {
      this.#w.line(`static const struct { uint32_t ${members.join(', ')}; } ${name}[] = {`);
      for (const numbers of node.rows)
        this.#w.line(`  { ${numbers.filter((_, i) => varies[i]).join(', ')} },`);
      this.#w.line('};');
      this.#w.loop(row, node.rows.length, () =>
        this.nodes(
          node.body,
          values.map((v, i) => (varies[i] ? { base: `${name}[${row}].${names[i]}`, terms: v.terms } : v)),
          depth + 1,
        ),
      );
    });
  }

  #call(action: Action, values: readonly Value[]): void {
    const { call } = action;
    if (call.kind === 'tile') {
      const fixed = values.every((v) => v.terms.every(([step]) => step === 0) && typeof v.base === 'number');
      if (fixed) this.#w.comment(`Tile: ${ranges(action.params)}.`);
      return;
    }
    if (call.kind === 'compute') {
      this.#compute(call, values);
      return;
    }
    if (call.kind === 'analog') {
      this.#analog(call, values);
      return;
    }
    const [l2, l1, extent] = values as [Value, Value, Value];
    const place = offset(this.#names.pointers.get(call.buffer)!, l2);
    const { name, toL1 } = COPY_FUNCTIONS[call.kind];
    this.#w.line(
      toL1
        ? `${name}(${show(l1)}, ${place}, ${show(extent)});`
        : `${name}(${place}, ${show(l1)}, ${show(extent)});`,
    );
  }

  #compute(call: Extract<Call, { kind: 'compute' }>, values: readonly Value[]): void {
    this.#fields(call.fields, values);
    const configuration = this.#names.constants.get(call.configuration)!;
    if (call.weights === null) {
      this.#w.line(`diana_sum(instruction, ${configuration});`);
      return;
    }
    const weights = this.#names.constants.get(call.weights)!;
    const [at, bytes] = values.slice(-2) as [Value, Value];
    const place =
      call.operation === 'depthwise'
        ? `diana_depthwise_weights(${weights}, ${show(at)}, ${show(bytes)})`
        : offset(weights, at);
    this.#w.line(
      `${call.operation === 'fc' ? 'diana_fc' : 'diana_conv'}(instruction, ${configuration}, ${place}, ${show(bytes)});`,
    );
  }

  #fields(fields: readonly string[], values: readonly Value[]): void {
    fields.forEach((field, i) => {
      const v = values[i]!;
      const text =
        IN_HEXADECIMAL.has(field) && typeof v.base === 'number' && v.terms.every(([step]) => step === 0)
          ? `0x${v.base.toString(16)}`
          : show(v);
      this.#w.line(`instruction->${field} = ${text};`);
    });
  }

  #analog(call: Extract<Call, { kind: 'analog' }>, values: readonly Value[]): void {
    this.#fields(call.fields, values);
    const weights = this.#names.constants.get(call.weights)!;
    const [cells, norm] = values.slice(-2) as [Value, Value];
    this.#w.line(
      `diana_analog_conv(instruction, ${this.#names.constants.get(call.configuration)!}, ` +
        `${offset(weights, cells)}, ${offset(weights, norm)});`,
    );
  }
}

/** Writes the statements that perform a layer's calls. */
export function emitNodes(w: CWriter, nodes: readonly Node[], names: LayerNames): void {
  const values = nodes.flatMap(numbersOf).map((base): Value => ({ base, terms: [] }));
  new Emitter(w, names).nodes(nodes, values, 0);
}
