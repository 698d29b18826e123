import { ANALOG_FIELDS, type AnalogFields } from '../../sim/isa/analog/instruction.js';
import { analogRegisterName } from '../../sim/isa/analog/registers.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../../sim/isa/geometry.js';
import type { Operation } from '../../sim/isa/operation.js';
import { registerName } from '../../sim/isa/registers.js';
import { runProgram } from '../../sim/program/run.js';
import { BufferFinder } from '../../src/codegen/accelerator/buffer-finder.js';
import { kernelFunctions } from '../../src/codegen/network/kernels.js';
import { childrenOf, type Expr, type Func, type Var } from '../../src/ir/expr.js';
import { rewriteGraph } from '../../src/ir/visit.js';
import { formKernels, type Kernel } from '../../src/passes/kernels.js';
import { type CodeLink, linksOfC, linksOfRelay } from './code-links.js';
import {
  type CompileChoices,
  FIELDS,
  type JobEvent,
  type Model,
  type Program,
  partition,
  printModule,
} from './library.js';

/** A word of an instruction that is not 0 (or its mode), with what it means. */
export interface FieldView {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly doc: string;
}

/** Bytes that a job reads or writes. */
export interface Access {
  readonly does: 'reads' | 'writes';
  readonly memory: 'L1' | 'L2' | 'weight memory';
  readonly address: number;
  readonly bytes: number;
  /** The buffer that they lie in, where it is known. */
  readonly buffer?: string;
}

/** One job of the digital core. */
export interface JobView {
  readonly step: number;
  readonly tile: number;
  readonly kind: 'copyIn' | 'copyOut' | 'compute';
  readonly note: string;
  readonly start: number;
  readonly cycles: readonly (readonly [reason: string, cycles: number])[];
  readonly registers: readonly (readonly [name: string, value: number])[];
  readonly stores: readonly (readonly [address: number, value: number])[];
  readonly instructions: readonly (readonly FieldView[])[];
  readonly accesses: readonly Access[];
}

/** What there is to see of one layer. */
export interface LayerView {
  readonly id: number;
  readonly jobs: readonly JobView[];
  /** Relay text of the layer; absent where only a Program was given. */
  readonly relay?: string;
  /** The layer's C file. */
  readonly c: string;
  /** Which jobs the lines of both are; empty for host kernels. */
  readonly relayLinks: readonly CodeLink[];
  readonly cLinks: readonly CodeLink[];
}

const fieldViews = (fields: Readonly<Record<string, number>>): FieldView[] =>
  FIELDS.filter(({ name }) => name === 'mode' || fields[name] !== 0).map(({ name, unit, doc }) => ({
    name,
    value: fields[name] ?? 0,
    unit,
    doc,
  }));

const analogFieldViews = (fields: AnalogFields): FieldView[] =>
  ANALOG_FIELDS.filter(({ name }) => fields[name] !== 0).map(({ name, doc }) => ({
    name,
    value: fields[name],
    unit: '',
    doc,
  }));

/** Names of the registers that a job writes. */
const nameOf = ({ core }: JobEvent['job']): ((offset: number) => string | undefined) =>
  core === 'analog' ? analogRegisterName : registerName;

function accessesOf({ step, report, job }: JobEvent, finder: BufferFinder): Access[] {
  const buffer = (address: number): { buffer?: string } => {
    try {
      return { buffer: finder.find(address, step).name };
    } catch {
      return {};
    }
  };
  if (report.kind === 'boot') return [];
  if (report.kind === 'copyIn' || report.kind === 'copyOut') {
    const l2 = {
      memory: 'L2' as const,
      address: report.l2Address,
      bytes: report.bytes,
      ...buffer(report.l2Address),
    };
    const l1 = { memory: 'L1' as const, address: report.l1Address, bytes: report.bytes };
    return report.kind === 'copyIn'
      ? [
          { does: 'reads', ...l2 },
          { does: 'writes', ...l1 },
        ]
      : [
          { does: 'reads', ...l1 },
          { does: 'writes', ...l2 },
        ];
  }
  const registers = new Map(job.writes.map(([offset, value]) => [nameOf(job)(offset), value]));
  const load = (name: 'WT_CONV' | 'WT_FC' | 'IM' | 'CONF'): Access[] => {
    const address = registers.get(`${name}_ADDR`);
    const words = registers.get(`${name}_N`) ?? 0;
    return address === undefined || words === 0
      ? []
      : [{ does: 'reads', memory: 'L2', address, bytes: 4 * words, ...buffer(address) }];
  };
  return [
    ...load('WT_CONV'),
    ...load('WT_FC'),
    ...load('IM'),
    ...load('CONF'),
    ...(report.kind === 'compute' ? report.instructions.flatMap(({ operation }) => operands(operation)) : []),
  ];
}

/** What an instruction reads and writes in L1, in bytes: a byte an element. */
function operands(o: Operation): Access[] {
  const l1 = (does: Access['does'], address: number, bytes: number): Access => ({
    does,
    memory: 'L1',
    address,
    bytes,
  });
  switch (o.kind) {
    case 'conv':
      return [
        l1('reads', o.input, o.channels * o.pitch * o.rows),
        l1('writes', o.output, ARRAY_CHANNELS * o.blocks * ARRAY_COLUMNS * o.columnGroups * o.outputRows),
      ];
    case 'dense':
      return [l1('reads', o.input, LINE_BYTES * o.inputLines), l1('writes', o.output, LINE_BYTES * o.blocks)];
    case 'sum':
      return [
        l1('reads', o.inputA, LINE_BYTES * o.lines),
        l1('reads', o.inputB, LINE_BYTES * o.lines),
        l1('writes', o.output, LINE_BYTES * o.lines),
      ];
  }
}

function jobView(event: JobEvent, finder: BufferFinder): JobView {
  const { step, start, job, report } = event;
  const cycles =
    report.kind === 'compute' || report.kind === 'analog'
      ? Object.entries(report.cycles)
      : [[report.kind === 'boot' ? 'compute' : report.kind, report.cycles] as const];
  return {
    step,
    tile: job.tile,
    kind: report.kind === 'copyIn' || report.kind === 'copyOut' ? report.kind : 'compute',
    note: job.note,
    start,
    cycles,
    registers: job.writes.map(([offset, value]) => [
      nameOf(job)(offset) ?? `0x${offset.toString(16)}`,
      value,
    ]),
    stores: job.stores,
    instructions:
      report.kind === 'compute'
        ? report.instructions.map(({ fields }) => fieldViews(fields))
        : report.kind === 'analog'
          ? report.instructions.map(({ fields }) => analogFieldViews(fields))
          : [],
    accesses: accessesOf(event, finder),
  };
}

/** The operators of a kernel as a function of their own, so that they print as Relay text. */
function functionOf(kernel: Kernel): Func {
  if (kernel.kind === 'accelerator') return kernel.call.callee;
  const last: Expr = kernel.kind === 'transform' ? kernel.to : kernel.calls.at(-1)!;
  const inside = new Set<Expr>(kernel.kind === 'host' ? kernel.calls : []);
  if (kernel.kind === 'transform')
    for (let e: Expr = last; e !== kernel.from; e = childrenOf(e)[0]!) inside.add(e);
  const params: Var[] = [];
  const outside = new Map<Expr, Expr>();
  for (const e of inside)
    for (const from of childrenOf(e)) {
      if (inside.has(from) || from.kind === 'constant' || outside.has(from) || from.type.kind !== 'tensor')
        continue;
      const parameter: Var = { kind: 'var', name: `in${params.length}`, type: from.type };
      params.push(parameter);
      outside.set(from, parameter);
    }
  const body = rewriteGraph(last, (e, original) => outside.get(original) ?? e);
  return { name: kernel.name, params, body, attrs: {} };
}

/** Views of the layers of one program, each made when it is asked for. */
export class LayerViews {
  readonly #program: Program;
  readonly #kernels: readonly Kernel[];
  readonly #jobs: readonly JobView[][];
  readonly #c: ReadonlyMap<string, string>;

  constructor(program: Program, c: ReadonlyMap<string, string>, model?: Model, choices: CompileChoices = {}) {
    this.#program = program;
    this.#c = c;
    this.#kernels =
      model === undefined ? [] : formKernels(partition(model, choices).laidOut, choices.fuse ?? true);
    const finder = new BufferFinder(program);
    const jobs: JobView[][] = program.manifest.layers.map(() => []);
    runProgram(program, new Map(), {
      values: false,
      onJob: (event) => jobs[event.job.layer]!.push(jobView(event, finder)),
    });
    this.#jobs = jobs;
  }

  view(id: number): LayerView {
    const kernel = this.#kernels[id];
    const name = kernelFunctions(this.#program)[id]!.name;
    const c = [...this.#c.values()].find(
      (text) => text.includes(`\nint32_t ${name}(`) && text.startsWith('#include'),
    );
    const jobs = this.#jobs[id] ?? [];
    const relay = kernel === undefined ? undefined : printModule(functionOf(kernel), { types: false });
    return {
      id,
      jobs,
      ...(relay === undefined ? {} : { relay }),
      c: c ?? '',
      relayLinks: kernel?.kind === 'accelerator' ? linksOfRelay(relay!, jobs) : [],
      cLinks: c === undefined ? [] : linksOfC(this.#program, id, c),
    };
  }
}
