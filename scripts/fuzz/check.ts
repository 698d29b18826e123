import type { Backend } from '../../golden/index.js';
import { evaluate, type Reference } from '../../golden/index.js';
import { roundUp } from '../../src/base/units.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS, type Target } from '../../src/compile.js';
import { builtinInput, LimitError, type Model, type Tensor } from '../../src/index.js';
import { compareRun, type VerifiedRun } from '../../src/library/verified-run.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';
import type { OptionChoices } from './graph.js';

/** One way of compiling the graph. Memories in bytes; those not given are the chip's. */
export interface Configuration {
  readonly target: Target;
  readonly fuse: boolean;
  readonly l1Reuse: boolean;
  /** True where left out. */
  readonly pixels?: boolean;
  readonly l1?: number;
  readonly wmem?: number;
  readonly l2?: number;
}

/** The options of `diana-sim verify` that compile the same way. */
export function commandLine({ target, fuse, l1Reuse, pixels = true, ...memories }: Configuration): string {
  const flags = [
    target === 'c' ? '--target c' : '',
    fuse ? '' : '--no-fuse',
    l1Reuse ? '' : '--no-l1-reuse',
    pixels ? '' : '--no-pixels',
    ...Object.entries(memories).map(([name, bytes]) => `--${name} ${bytes}`),
  ];
  return flags.filter((f) => f !== '').join(' ');
}

/** A graph that failed, under which configuration and how. */
export class GraphFailure extends Error {
  readonly configuration: Configuration;
  constructor(configuration: Configuration, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.configuration = configuration;
  }
}

export interface CheckedRun extends VerifiedRun {
  readonly configuration: Configuration;
  readonly program: Program;
}

const optionsOf = ({ target, fuse, l1Reuse, pixels = true, ...memories }: Configuration): CompileOptions => ({
  target,
  fuse,
  l1Reuse,
  analog: true,
  pixels,
  hardware: overrideMemories(DEFAULT_OPTIONS.hardware, memories),
});

/** Bytes of L2 that a program takes, with what the compiler leaves to code. */
const l2For = (p: Program): number =>
  roundUp(p.manifest.hardware.chip.l2ReservedBytes + p.manifest.memory.l2, 16);

/** The L1 with which the layer that the compiler names just fits. */
function enoughL1(e: LimitError): number {
  const least = /at least (\d+), its smallest tile/.exec(e.limit.rule)?.[1];
  if (least === undefined) throw e;
  return roundUp(Number(least), 16);
}

/**
 * The configuration with L1 and weight memory cut to a share of what `program` uses of them, and where a layer's smallest tile
 * does not fit to just what it needs; and L2 cut to the last line of its own plan.
 */
function shrunk(model: Model, base: Configuration, program: Program, choices: OptionChoices): Configuration {
  const { l1, weightMemory } = program.manifest.memory;
  const share = (bytes: number, of64: number) => Math.max(16, roundUp((bytes * of64) / 64, 16));
  let sizes = { l1: share(l1, choices.l1), wmem: share(weightMemory, choices.wmem) };
  for (;;)
    try {
      const small = compile(model, optionsOf({ ...base, ...sizes }));
      return { ...base, ...sizes, l2: l2For(small) };
    } catch (e) {
      if (!(e instanceof LimitError)) throw e;
      sizes = { ...sizes, l1: enoughL1(e) };
    }
}

/** What must hold of every run beside equal tensors. */
function requireSound({ run, verdict }: VerifiedRun): void {
  const { totals, layers, outputs } = run.result;
  const byReason = Object.values(totals.cycles).reduce((a, b) => a + b, 0);
  const byLayer = layers.reduce((sum, l) => sum + l.totalCycles, 0);
  if (byReason !== totals.totalCycles || byLayer !== totals.totalCycles)
    throw new Error(`${totals.totalCycles} cycles, but ${byReason} by reason and ${byLayer} by layer`);
  const compared = new Set(verdict.tensors.map((t) => t.tensor));
  for (const name of Object.keys(outputs))
    if (!compared.has(name)) throw new Error(`the result ${name} was not compared`);
  const wrong = verdict.tensors.find((t) => t.differing > 0);
  if (wrong !== undefined)
    throw new Error(
      `${wrong.tensor} (${wrong.operator} on the ${wrong.where}) differs in ${wrong.differing} of ${wrong.elements} elements; ` +
        `first ${JSON.stringify(wrong.first)}`,
    );
}

/**
 * Compiles and runs the model in five ways: all on the host; on the core with and without L1 reuse, fused and not; and both
 * under memories so small that layers are tiled. Throws a GraphFailure where a tensor differs from the reference, or
 * anything else goes wrong.
 */
export function checkGraph(model: Model, choices: OptionChoices, backend: Backend): CheckedRun[] {
  const { fuse, l1Reuse, pixels } = choices;
  const inputs = builtinInput(model);
  const core = { target: 'soma_dory, c' } as const;
  const host: Configuration = { target: 'c', fuse, l1Reuse: true, pixels };
  const reference = guarded(host, () => evaluate(model.main, inputs, model.params, backend));
  const check = (c: Configuration) => guarded(c, () => checkOne(model, c, inputs, reference, backend));
  const runs = [
    check(host),
    check({ ...core, fuse, l1Reuse: true, pixels: true }),
    check({ ...core, fuse: !fuse, l1Reuse: false, pixels }),
  ];
  for (const base of [
    { ...core, fuse, l1Reuse, pixels },
    { ...core, fuse: !fuse, l1Reuse: !l1Reuse, pixels: true },
  ])
    runs.push(check(guarded(base, () => shrunk(model, base, runs[1]!.program, choices))));
  return runs;
}

function checkOne(
  model: Model,
  configuration: Configuration,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
  backend: Backend,
): CheckedRun {
  const program = compile(model, optionsOf(configuration));
  const identity = { backend: backend.name, seed: '0', run: 0 };
  const verified = compareRun(program, model.name, inputs, reference, identity);
  requireSound(verified);
  return { ...verified, configuration, program };
}

function guarded<T>(configuration: Configuration, action: () => T): T {
  try {
    return action();
  } catch (e) {
    throw new GraphFailure(configuration, e);
  }
}
