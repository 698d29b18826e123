import { openBackend } from '../../golden/index.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { random } from '../../src/base/random.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';
import { FAULT_KINDS } from './kinds/index.js';
import { type Bed, bedOf, type Outcome, tryFault } from './try.js';

/** A network to plant faults in, and bytes of L1 where that is made small. */
export interface BedChoice {
  readonly model: string;
  readonly l1?: number;
}

/** The faults of one kind in one network. */
export interface FaultTask {
  readonly kind: string;
  readonly bed: BedChoice;
  readonly seed: string;
  readonly each: number;
  /** The outcomes hold the programs with the faults. */
  readonly keepPrograms: boolean;
  /** A line on stderr for each fault that misses a goal. */
  readonly verbose: boolean;
}

/** What became of a planted fault, as plain data: it crosses from a worker. */
export interface PlantedFault extends Omit<Outcome, 'kind' | 'program' | 'explanation'> {
  readonly kind: string;
  readonly program?: Program;
}

/** Compiles the network of a bed. Throws a UserError where it does not fit. */
export function programOf({ model, l1 }: BedChoice): Program {
  if (l1 === undefined) return compile(buildModel(model));
  return compile(buildModel(model), {
    ...DEFAULT_OPTIONS,
    hardware: overrideMemories(DEFAULT_PARAMETERS, { l1 }),
  });
}

const beds = new Map<string, Bed>();

async function bed(choice: BedChoice): Promise<Bed> {
  const name = choice.l1 === undefined ? choice.model : `${choice.model}, tiled`;
  const known =
    beds.get(name) ?? bedOf(name, buildModel(choice.model), programOf(choice), await openBackend('wasm'));
  beds.set(name, known);
  return known;
}

/** What a fault missed: who looks for it wants the layers at fault and what each is blamed on. */
function missed(kind: string, outcome: Outcome): string {
  const found = outcome.explanation?.atFault.map(
    (l) =>
      `${l.layer} ${l.differing}${l.refused === undefined ? '' : ` refused: ${l.refused}`} [${l.causes.map((c) => `${c.kind}${c.proof === undefined ? '' : ' PROVED'}: ${c.claim}`).join(' | ')}]`,
  );
  const goals = `${outcome.layerRight ? '' : 'LAYER '}${outcome.named ? '' : 'NAME '}${outcome.proved ? '' : 'PROOF '}`;
  const how = outcome.noticed ? `${goals}${found?.join('; ')}` : 'not noticed';
  return `${kind}, ${outcome.bed}, ${outcome.layer}: ${how}\n`;
}

/** Plants the faults of a task, in layers that the seed draws. */
export async function plant(task: FaultTask): Promise<PlantedFault[]> {
  const { seed, each, keepPrograms, verbose } = task;
  const on = await bed(task.bed);
  const faultKind = FAULT_KINDS.find(({ name }) => name === task.kind)!;
  const layers = [...on.program.manifest.layers];
  const draw = random('layers', seed, on.name, task.kind);
  const planted: PlantedFault[] = [];
  while (planted.length < each && layers.length > 0) {
    const [layer] = layers.splice(draw.int(0, layers.length - 1), 1);
    const outcome = tryFault(on, layer!, faultKind, seed);
    if (outcome === undefined) continue;
    const { program, explanation: _, ...rest } = outcome;
    planted.push({ ...rest, kind: task.kind, ...(keepPrograms ? { program } : {}) });
    if (verbose && !(outcome.noticed && outcome.layerRight && outcome.named && outcome.proved))
      process.stderr.write(missed(task.kind, outcome));
  }
  return planted;
}
