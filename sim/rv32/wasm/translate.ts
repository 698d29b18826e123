import { instantiateBytes } from '../../../src/base/webassembly.js';
import type { CodeCache, Region } from '../code-cache.js';
import { writtenRegisters } from '../operands.js';
import { Code, encodeModule } from './binary.js';
import { writeBlock } from './block-writer.js';
import { successors } from './flow.js';
import { Imports } from './imports.js';
import { OperandNames } from './operand-names.js';
import { discover } from './plan.js';
import type { Bail, WriterOptions } from './region-parts.js';
import { LOCAL, Registers } from './registers.js';
import { Structure } from './structure.js';

export interface WasmOptions extends WriterOptions {
  /** A region gave up before an instruction: gives back what had been paid. */
  readonly bailed: (bail: Bail) => void;
}

/**
 * Translates the code around `pc`, following direct jumps and into calls, into one WebAssembly function. Returns undefined
 * when the first instruction is one that only the step tier runs, or the engine refuses.
 */
export function translateToWasm(pc: number, cache: CodeCache, options: WasmOptions): Region | undefined {
  const { wasm, pages, at } = options.linear;
  const plan = discover(pc, cache);
  if (wasm === undefined || plan.entries.length === 0) return undefined;
  const code = new Code();
  const registers = new Registers();
  const operands = new OperandNames(registers);
  const bails: Bail[] = [];
  const imports = new Imports();
  if (options.watcher !== undefined)
    for (const { instructions } of plan.blocks)
      for (const { d } of instructions) for (const r of writtenRegisters(d)) registers.target(r);
  const graph = {
    successors: plan.blocks.map((b) => successors(b, cache).map((to) => to.number)),
    entries: plan.entries.map((b) => b.number),
  };
  const structure: Structure = new Structure(graph, code, LOCAL.select, (number, go) =>
    writeBlock(
      {
        operands,
        cache,
        options,
        code,
        registers,
        bails,
        imports,
        exitDepth: () => structure.exitDepth,
      },
      plan.blocks[number]!,
      go,
    ),
  );
  structure.emit();
  const bytes = encodeModule({
    body: registers.around(code, at),
    locals: registers.count,
    imports: imports.arities,
    pages,
  });
  const exports = instantiateBytes(bytes, { env: { memory: wasm, ...imports.byName } }) as
    | { run(block: number): number }
    | undefined;
  if (exports === undefined) return undefined;
  const { run } = exports;
  return {
    backend: 'webassembly',
    run: (block) => {
      const next = run(block);
      if ((next & 1) === 0) return next >>> 0;
      const bail = bails[next >>> 1]!;
      options.bailed(bail);
      return ~bail.pc;
    },
    // What the local `select` wants: see `Structure`.
    entries: plan.entries.map((b) => ({ pc: b.pc, number: b.number + 1 })),
    words: plan.words,
  };
}
