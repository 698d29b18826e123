/** A change that alters no result that anyone can see: no test can notice it. */
export interface Equivalent {
  readonly file: string;
  /** The source line where the change begins, without indentation. */
  readonly source: string;
  /** What stands there instead: one or several changes with the same reason. */
  readonly replacement: readonly string[];
  readonly reason: string;
}

const BEYOND = 'one round more writes beyond the end of a typed array, where writes fall away';
const READS_BEYOND = 'one round more reads what is not there, which counts as nothing and as equal';
const OVERWRITTEN = 'one round more writes zeros where zeros lie or what comes next overwrites it';

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'sim/isa/layout.ts',
    source: 'for (let row = 0; row < planes * rows; row++)',
    replacement: ['row <= planes * rows'],
    reason: BEYOND,
  },
  {
    file: 'sim/isa/operation.ts',
    source: "const pitch = want(f, 'cx', (v) => v >= 1 && onLine(v), ON_LINES);",
    replacement: ['v > 1'],
    reason: '1 is no multiple of 16 either way',
  },
  {
    file: 'sim/isa/weights.ts',
    source:
      'for (let tap = 0; tap < taps; tap++) out[block + tap * ARRAY_CHANNELS + lane] = weights[first + tap]!;',
    replacement: ['tap <= taps'],
    reason: 'the place behind the last tap is overwritten by the bias',
  },
  {
    file: 'sim/isa/weights.ts',
    source: 'for (let channel = 0; channel < k; channel++) {',
    replacement: ['channel <= k'],
    reason: OVERWRITTEN,
  },
  {
    file: 'sim/isa/weights.ts',
    source: 'for (let channel = 0; channel < c; channel++) {',
    replacement: ['channel <= c'],
    reason: OVERWRITTEN,
  },
  {
    file: 'sim/isa/weights.ts',
    source: 'for (let o = 0; o < k; o++) {',
    replacement: ['o <= k'],
    reason: OVERWRITTEN,
  },
  {
    file: 'sim/soc/peripherals/interrupts.ts',
    source: 'return offset <= REGISTER.fifo ? 0 : undefined;',
    replacement: ['offset < REGISTER.fifo'],
    reason: 'the queue itself has a case of its own',
  },
  {
    file: 'sim/soc/peripherals/small.ts',
    source: 'else if (offset !== GPIO.in) this.#registers.set(offset, value);',
    replacement: ['true'],
    reason: 'what is kept there is never read: reading computes the inputs',
  },
  {
    file: 'sim/soc/peripherals/timer.ts',
    source: '#seen = false;',
    replacement: ['true'],
    reason: 'a counter is configured before it counts, which sets it again',
  },
  {
    file: 'sim/soc/peripherals/timer.ts',
    source: 'return distance === 0 && this.#seen ? WRAP : distance;',
    replacement: ['true'],
    reason: 'a compare that was seen lies at distance 0',
  },
  {
    file: 'sim/soc/peripherals/timer.ts',
    source: 'if (this.#ticks(now) < due || cycle > now) return this.#has(CFG.interrupt) ? cycle : NEVER;',
    replacement: ['this.#ticks(now) < due && cycle > now', 'false'],
    reason: 'both conditions say the same; they could differ only in rounding, and a period has few bits',
  },
  {
    file: 'src/lower/interval-plan.ts',
    source: 'return best ?? { offsets: [], peak: 0 };',
    replacement: ['{}', '["Stryker was here"]'],
    reason: 'the list of orders is not empty: this only satisfies the type checker',
  },
  {
    file: 'src/lower/interval-plan.ts',
    source: 'const offsets = new Array<number>(intervals.length).fill(0);',
    replacement: ['new Array()'],
    reason: 'every place is written in the loop',
  },
  {
    file: 'src/lower/tiling/columns.ts',
    source: 'for (let lo = 0; lo === 0 || lo + overlap < outputColumns; lo += width - overlap) {',
    replacement: ['false'],
    reason: 'a row in strips is wider than a strip, so that the other condition holds for the first one',
  },
  {
    file: 'sim/core/typed-array-cell-array.ts',
    source: 'for (let pixel = 0; pixel < pixels; pixel++)',
    replacement: ['pixel <= pixels'],
    reason: READS_BEYOND,
  },
  {
    file: 'sim/core/typed-array-cell-array.ts',
    source: 'if (iy < 0 || iy >= rows || ix < 0 || ix >= columns) continue;',
    replacement: ['false', 'iy < 0 && iy >= rows', 'iy > rows'],
    reason: 'rows above and below the input lie outside the array, which reads as 0',
  },
  {
    file: 'golden/compare.ts',
    source: 'if (sameBytes(expected.data, actual.data)) return { differing: 0, ...counts };',
    replacement: ['false'],
    reason: 'a shortcut: the loop finds no difference either',
  },
  {
    file: 'golden/convolve.ts',
    source:
      'if (largestSum(bounds, own) <= EXACT_LIMIT) return Array(g.groups).fill([{ from: 0, to: own }]);',
    replacement: ['false', 'largestSum(bounds, own) < EXACT_LIMIT'],
    reason: 'a shortcut: the search of each group comes to the same single range',
  },
  {
    file: 'golden/compare.ts',
    source: 'for (let i = 0; i < expected.data.length; i++)',
    replacement: ['i <= expected.data.length'],
    reason: READS_BEYOND,
  },
  {
    file: 'golden/exactness.ts',
    source: 'for (let i = 0; i < bounds.length; i++) {',
    replacement: ['i <= bounds.length'],
    reason: BEYOND,
  },
  {
    file: 'golden/exactness.ts',
    source: 'if (largestSum(bounds, channels) <= EXACT_LIMIT) return [{ from: 0, to: channels }];',
    replacement: ['false', 'largestSum(bounds, channels) < EXACT_LIMIT'],
    reason: 'a shortcut: the search comes to the same single range',
  },
  {
    file: 'golden/tolerance.ts',
    source: 'if (expected === actual || (Number.isNaN(expected) && Number.isNaN(actual))) return 0;',
    replacement: ['false'],
    reason: 'equal values are at distance 0, which the next rule counts as 0',
  },
  {
    file: 'sim/soc/peripherals/event-unit.ts',
    source: 'if (offset === SOFTWARE) return 0;',
    replacement: ['false'],
    reason: 'nothing is ever kept there, so that it reads 0',
  },
  {
    file: 'sim/soc/peripherals/accelerator-port.ts',
    source: "if (report === undefined) throw new Error('a trigger that ran no job');",
    replacement: ['false'],
    reason: 'a write to TRIGGER returns a report or throws: this only satisfies the type checker',
  },
  {
    file: 'sim/rv32/control.ts',
    source: 'if (csrs.countsEvents) cache.dropAll();',
    replacement: ['true'],
    reason: 'translations that are dropped for nothing are made again: only time tells',
  },
  {
    file: 'sim/rv32/csr-names.ts',
    source: 'const isCounter = number >= CSR.pccr0 && number < CSR.pccrAll;',
    replacement: ['number > CSR.pccr0'],
    reason: 'the name of counter 0 in the list is pccr0, too',
  },
  {
    file: 'sim/rv32/region.ts',
    source: 'const atEnd = this.#cache.ends[this.#cache.half(pc)] !== 0;',
    replacement: ['true'],
    reason: 'code that looks for a loop that ends where none does goes on: only time tells',
  },
  {
    file: 'sim/rv32/pattern.ts',
    source: 'if (token.offset !== undefined) offsets[piece.field] = token.offset;',
    replacement: ['true'],
    reason: 'an offset that is undefined counts as 0 wherever offsets are read',
  },
  {
    file: 'sim/rv32/memory-path.ts',
    source: 'return alias >= 0 && alias + bytes <= size ? alias : -1;',
    replacement: ['true'],
    reason: 'no alias is -1, which is what stands for none here',
  },
  {
    file: 'sim/rv32/pattern.ts',
    source: 'const value = (fields[field] ?? 0) - (layout.offsets[field] ?? 0);',
    replacement: ['(fields[field] ?? 0) + (layout.offsets[field] ?? 0)'],
    reason: 'an offset is 8, of a field of three bits: 8 more and 8 less are the same there',
  },
  {
    file: 'sim/rv32/core.ts',
    source: 'if (this.#fuel.due) {',
    replacement: ['true'],
    reason: 'looking outside more often finds nothing new: only time tells',
  },
  {
    file: 'sim/rv32/code-cache.ts',
    source: 'if (!this.contains(pc) || this.ends[this.half(pc)] !== 0) return false;',
    replacement: ['false', '!this.contains(pc) && this.ends[this.half(pc)] !== 0', 'true'],
    reason:
      'a mark is set again or falls away beyond the end, and what is dropped or looked at for nothing only takes time',
  },
  {
    file: 'sim/rv32/region.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of the source, as it stands there
    source: "read: (field) => (d[field] === 0 ? '0' : `x[${d[field]}]`),",
    replacement: ['false'],
    reason: 'x0 holds 0, too',
  },
  {
    file: 'sim/rv32/wasm/block-writer.ts',
    source: 'if (!(error instanceof Untranslatable)) throw error;',
    replacement: ['false'],
    reason: 'nothing else is thrown there',
  },
  {
    file: 'src/passes/analog-limits.ts',
    source: 'const shared = convRules(conv, { depthwise: false });',
    replacement: ['{}'],
    reason: 'what is not said counts as false',
  },
  {
    file: 'src/passes/limits.ts',
    source: "const blockBytes = convBlockBytes(intAttr(conv.attrs, 'groups') > 1 ? 1 : ci, fy, fx);",
    replacement: ['false'],
    reason: 'a depthwise kernel has one input channel in its own shape',
  },
  {
    file: 'src/passes/limits.ts',
    source: "conv.type.kind === 'tensor' && conv.type.dtype === 'int32'",
    replacement: ['true'],
    reason: 'a conv gives a tensor: this only satisfies the type checker',
  },
  {
    file: 'src/passes/limits.ts',
    source: "dense.type.kind === 'tensor' && dense.type.dtype === 'int32'",
    replacement: ['true'],
    reason: 'a dense layer gives a tensor: this only satisfies the type checker',
  },
  {
    file: 'src/passes/match-analog.ts',
    source: 'shape.length >= 3 &&',
    replacement: ['true'],
    reason: 'where there are fewer axes, the third from the end is none',
  },
  {
    file: 'src/passes/layout.ts',
    source:
      "if (original.type.kind === 'tuple' || isScalar(original) || chosen.get(original) === layout) return e;",
    replacement: ['false'],
    reason: 'a tuple is dense, and only the host asks for one',
  },
  {
    file: 'src/passes/pattern.ts',
    source: "if (bias?.kind !== 'constant')",
    replacement: ['bias.kind'],
    reason: 'an add has two operands: this only satisfies the type checker',
  },
  {
    file: 'src/passes/kernels.ts',
    source: 'opaque: [],',
    replacement: ['["Stryker was here"]'],
    reason: 'no operator has that pattern',
  },
  {
    file: 'src/lower/emit/analog.ts',
    source: 'if (tiles.length === 1) {',
    replacement: ['true'],
    reason: 'words that differ from tile to tile are stored by each job, whatever the image holds',
  },
  {
    file: 'sim/rv32/wasm/flow.ts',
    source: "d.row.effect.kind === 'jumpRegister' && !isLink(d.rd) && isLink(d.rs1);",
    replacement: ['true'],
    reason: 'only jumps through registers are asked; tests notice the other places where true may stand',
  },
  {
    file: 'sim/rv32/operands.ts',
    source:
      "const base = (effect.kind === 'load' || effect.kind === 'store') && effect.post !== undefined ? d.rs1 : 0;",
    replacement: ['true'],
    reason: 'only loads and stores have a post-increment; tests notice the other places where true may stand',
  },
];
