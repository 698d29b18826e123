import { isLink } from './calls.js';
import type { CodeCache, Region } from './code-cache.js';
import {
  type Binding,
  emitLoad,
  emitLoop,
  emitStore,
  emitValue,
  type MemoryShape,
  substitute,
} from './emit.js';
import { fallsThrough, stallBetween } from './hazards.js';
import { type Block, discover, type Plan } from './region-plan.js';
import { evaluate, type Scope } from './scope.js';
import { movesStack, type StackBounds } from './stack-guard.js';
import type { Operands } from './step-tier.js';
import { MAX_DIVIDE_STEPS, STALLS, type WaitStates } from './timing.js';

/** What a translation depends on besides the code itself. */
export interface TranslateOptions {
  readonly scope: Scope;
  readonly memory: MemoryShape;
  readonly waits: WaitStates;
  readonly stack: StackBounds | undefined;
  /** Set when an observer wants to hear of jumps between functions. */
  readonly sameFunction: ((a: number, b: number) => boolean) | undefined;
}

const literal = (n: number): string => (n < 0 ? `(${n})` : String(n));

/**
 * Translates the code around `pc`, following direct jumps and past calls, into one JavaScript function. Returns undefined
 * when the first instruction is one that only the step tier runs.
 */
export function translate(pc: number, cache: CodeCache, options: TranslateOptions): Region | undefined {
  const plan = discover(pc, cache);
  if (plan.blocks.length === 0) return undefined;
  const text = plan.blocks.map((block, number) =>
    new BlockWriter(plan, block, number, cache, options).text(),
  );
  const source = `return function region(b) { R: for (;;) switch (b) { ${text.join('\n')} } };`;
  return {
    backend: 'javascript',
    run: evaluate<(block: number) => number>(options.scope, source),
    entries: plan.blocks.map(({ pc }, number) => ({ pc, number })),
    words: plan.words,
  };
}

class BlockWriter {
  readonly #plan: Plan;
  readonly #block: Block;
  readonly #number: number;
  readonly #cache: CodeCache;
  readonly #options: TranslateOptions;
  readonly #lines: string[] = [];
  #loopsToItself = false;

  constructor(plan: Plan, block: Block, number: number, cache: CodeCache, options: TranslateOptions) {
    this.#plan = plan;
    this.#block = block;
    this.#number = number;
    this.#cache = cache;
    this.#options = options;
  }

  /** `case 3: ...`: look at the fuel, pay for the whole block, run it, go on. */
  text(): string {
    const { instructions, pc } = this.#block;
    let restCycles = instructions.reduce((sum, i) => sum + i.d.cycles, 0);
    let restInstructions = instructions.length;
    const head = `if (F[0] < ${restCycles + this.#slack()}) return ${pc}; F[0] -= ${restCycles}; I[0] += ${restInstructions};`;
    for (const { d, pc: at } of instructions) {
      restCycles -= d.cycles;
      restInstructions--;
      this.#instruction(d, at, `, ${restCycles}, ${restInstructions}`, restInstructions === 0);
    }
    const body = `${head}\n${this.#lines.join('\n')}`;
    return this.#loopsToItself
      ? `case ${this.#number}: B${this.#number}: for (;;) { ${body} }`
      : `case ${this.#number}: { ${body} }`;
  }

  /** The most that the block can take beyond its static cycles. */
  #slack(): number {
    const each = 4 + this.#options.waits.data;
    return this.#block.instructions.reduce((sum, { d }) => {
      if (d.row.timing === 'divide') return sum + MAX_DIVIDE_STEPS;
      return sum + (d.row.effect.kind === 'value' ? 0 : each);
    }, each);
  }

  #instruction(d: Operands, pc: number, rest: string, last: boolean): void {
    const atEnd = this.#cache.ends[this.#cache.half(pc)] !== 0;
    const next = pc + d.bytes;
    const b = this.#binding(d, pc, rest, atEnd ? '' : `return ${next};`);
    const { memory } = this.#options;
    const { effect } = d.row;
    switch (effect.kind) {
      case 'value':
        if (d.rd !== 0 || d.row.timing === 'divide') this.#lines.push(emitValue(d, b));
        this.#stackCheck(d, pc);
        break;
      case 'load':
        this.#lines.push(emitLoad(d, b, memory));
        break;
      case 'store':
        this.#lines.push(emitStore(d, b, memory));
        break;
      case 'loop':
        this.#lines.push(emitLoop(d, b));
        break;
      case 'branch':
        this.#branch(d, pc, substitute(effect.when, b));
        break;
      case 'jump':
        this.#jump(d, pc, pc + d.imm);
        return;
      case 'jumpRegister':
        this.#jumpRegister(d, pc, b);
        return;
      default:
        throw new Error(`${d.row.name} is for the step tier`);
    }
    if (atEnd) this.#loopEnd(d, pc);
    if (last) this.#goto(next, true);
  }

  #binding(d: Operands, pc: number, rest: string, leave: string): Binding {
    return {
      read: (field) => (d[field] === 0 ? '0' : `x[${d[field]}]`),
      write: (field, value) => (d[field] === 0 ? '' : `x[${d[field]}] = ${value};`),
      imm: (field) => literal(d[field]),
      loop: String(d.l),
      pc: String(pc),
      rest,
      leave,
    };
  }

  #stackCheck(d: Operands, pc: number): void {
    const { stack } = this.#options;
    if (stack === undefined || !movesStack(d)) return;
    this.#lines.push(`if ((x[2] >>> 0) < ${stack.low}) stack.moved(${d.imm}, ${pc});`);
  }

  #branch(d: Operands, pc: number, when: string): void {
    const target = pc + d.imm;
    const cost = STALLS.branchTaken.cycles - d.stall + this.#targetStall(target);
    this.#lines.push(`if (${when}) { F[0] -= ${cost};`);
    if (this.#options.sameFunction?.(pc, target) === false)
      this.#lines.push(`control.branched(${pc}, ${target});`);
    this.#goto(target, false);
    this.#lines.push('}');
  }

  #jump(d: Operands, pc: number, target: number): void {
    const back = pc + d.bytes;
    if (d.rd !== 0) this.#lines.push(`x[${d.rd}] = ${back};`);
    const stall = this.#targetStall(target);
    if (stall !== 0) this.#lines.push(`F[0] -= ${stall};`);
    if (isLink(d.rd)) this.#lines.push(`calls.called(${pc}, ${target}, ${back});`);
    else if (this.#options.sameFunction?.(pc, target) === false)
      this.#lines.push(`control.branched(${pc}, ${target});`);
    this.#goto(target, false);
  }

  #jumpRegister(d: Operands, pc: number, b: Binding): void {
    const back = pc + d.bytes;
    this.#lines.push(`const t = control.evenTarget((${b.read('rs1')} + ${literal(d.imm)}) | 0, ${pc});`);
    if (d.rd !== 0) this.#lines.push(`x[${d.rd}] = ${back};`);
    this.#lines.push('F[0] -= control.targetStall(t);');
    if (isLink(d.rd)) this.#lines.push(`calls.called(${pc}, t, ${back});`);
    else if (isLink(d.rs1)) this.#lines.push('calls.returned(t);');
    else if (this.#options.sameFunction !== undefined) this.#lines.push(`control.branched(${pc}, t);`);
    this.#lines.push('return t;');
  }

  /** After the instruction at `pc`: a loop that ends here and has passes left goes back to its start. */
  #loopEnd(d: Operands, pc: number): void {
    for (const base of [0, 3]) {
      this.#lines.push(`if (L[${base + 1}] === ${pc} && (L[${base + 2}] >>> 0) > 1) { L[${base + 2}]--;`);
      for (const start of this.#cache.loopStarts.get(pc) ?? []) {
        const trade = stallBetween(d, this.#cache.at(start)) - (fallsThrough(d) ? d.stall : 0);
        this.#lines.push(
          `if (A[0] === 0 && L[${base}] === ${start}) {${trade === 0 ? '' : ` F[0] -= ${trade};`}`,
        );
        this.#goto(start, false);
        this.#lines.push('}');
      }
      this.#lines.push(`const s = L[${base}] >>> 0; loops.tradeStall(${d.stall}, ${pc}, s); return s; }`);
    }
    this.#lines.push(`if (A[0] !== 0) return ${pc + d.bytes};`);
  }

  #targetStall(target: number): number {
    if ((target & 2) === 0 || !this.#cache.contains(target)) return 0;
    return this.#cache.at(target).bytes === 4 ? STALLS.misalignedTarget.cycles : 0;
  }

  /** Goes on at `target`: inside the region where it has a block there, otherwise back to the run loop. */
  #goto(target: number, falls: boolean): void {
    const number = this.#plan.numbers.get(target);
    if (number === undefined) this.#lines.push(`return ${target};`);
    else if (number === this.#number) {
      this.#loopsToItself = true;
      this.#lines.push(`continue B${number};`);
    } else if (!(falls && number === this.#number + 1 && !this.#loopsToItself))
      this.#lines.push(`b = ${number}; continue R;`);
  }
}
