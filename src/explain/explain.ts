import type { Reference } from '../../golden/index.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import { compile, parseTarget } from '../compile.js';
import type { Model } from '../ir/expr.js';
import type { Program } from '../program/types.js';
import type { Cause, Explanation, LayerExplanation } from '../results/explanation.js';
import type { Verdict } from '../results/verdict.js';
import { type FaultyLayer, isolate } from './isolate.js';
import { type ModelLayer, modelLayers } from './model-layers.js';
import { pictureOf } from './picture.js';
import { absent } from './recognise/absent.js';
import { analog } from './recognise/analog.js';
import { host } from './recognise/host.js';
import { instruction } from './recognise/instruction.js';
import { missing, order } from './recognise/missing.js';
import { moved } from './recognise/moved.js';
import { operands } from './recognise/operands.js';
import { overwritten } from './recognise/overwritten.js';
import { pattern } from './recognise/pattern.js';
import { regular } from './recognise/regular.js';
import { relu, shift, wrap } from './recognise/requantization.js';
import { weights } from './recognise/weights.js';
import { differingAfter } from './rerun.js';
import { type Recogniser, type Suspect, type Suspicion, suspectOf } from './suspect.js';

const RECOGNISERS: readonly Recogniser[] = [
  overwritten,
  weights,
  absent,
  instruction,
  shift,
  relu,
  wrap,
  operands,
  moved,
  regular,
  missing,
  order,
  pattern,
];

/** Times that one layer is run again at most to prove what made it wrong. */
const MOST_RERUNS = 300;
/** Causes that are shown. */
const MOST_CAUSES = 3;

export interface ExplainOptions {
  /** Times that one layer is run again at most; 300 by default. */
  readonly reruns?: number;
}

/** What a model says of the layers of a program. */
interface Knowledge {
  readonly layers: ReadonlyMap<string, ModelLayer>;
  readonly compiled: () => Program | undefined;
}

function knowledgeOf(model: Model, program: Program): Knowledge {
  const { hardware, target } = program.manifest;
  let compiled: Program | undefined | null = null;
  return {
    layers: modelLayers(model, hardware),
    compiled: () => {
      if (compiled !== null) return compiled;
      try {
        compiled = compile(model, {
          target: parseTarget(target),
          hardware,
          fuse: true,
          l1Reuse: true,
          analog: program.manifest.layers.some((l) => l.target === 'analog'),
          pixels: program.manifest.layers.some((l) => l.pixels === true),
        });
      } catch (e) {
        if (!(e instanceof UserError)) throw e;
        compiled = undefined;
      }
      return compiled;
    },
  };
}

/** Tries suspicions in order until the layer is exact. Comes back after each run. */
function* proven(
  suspicions: readonly Suspicion[],
  s: Suspect,
  faulty: FaultyLayer,
  most: number,
): Generator<void, { suspicion: Suspicion; says: string } | undefined> {
  let runs = 0;
  for (const suspicion of suspicions)
    for (const { says, change } of suspicion.repairs) {
      if (runs++ >= most) return undefined;
      yield;
      if (differingAfter(change(), s.program, faulty, s.reference) === 0) return { suspicion, says };
    }
  return undefined;
}

const causeOf = ({ kind, claim, evidence }: Suspicion, proof?: string): Cause => ({
  kind,
  claim,
  evidence,
  ...(proof === undefined ? {} : { proof }),
});

function* explainLayer(
  program: Program,
  faulty: FaultyLayer,
  reference: Reference,
  inputs: ReadonlyMap<string, Tensor>,
  known: Knowledge,
  most: number,
): Generator<void, LayerExplanation> {
  const s = suspectOf(program, faulty, reference, inputs, known.layers);
  const suspicions = [
    ...analog(s, known.compiled),
    ...RECOGNISERS.flatMap((r) => r(s)),
    ...host(s, known.compiled),
  ].sort((a, b) => b.strength - a.strength);
  const proof = yield* proven(suspicions, s, faulty, most);
  const causes = proof === undefined ? [] : [causeOf(proof.suspicion, proof.says)];
  const kinds = new Set(causes.map((c) => c.kind));
  for (const x of suspicions) {
    if (causes.length >= MOST_CAUSES) break;
    if (kinds.has(x.kind)) continue;
    // Beside a proof only what the values themselves say is worth a line.
    if (proof !== undefined && x.strength < 0.8) continue;
    kinds.add(x.kind);
    causes.push(causeOf(x));
  }
  const picture = pictureOf(s);
  return {
    layer: s.name,
    tensor: faulty.buffer.tensor ?? faulty.buffer.name,
    operator: s.layer.operators[0] ?? '',
    shape: faulty.expected.shape,
    differing: faulty.differing,
    elements: faulty.expected.data.length,
    ...(faulty.fault === undefined ? {} : { refused: faulty.fault.message }),
    causes,
    ...(picture === undefined ? {} : { picture }),
  };
}

/**
 * Why a program's run differs from the reference: which layers are at fault and which only follow, what their differences look like, and,
 * where changing one thing back makes a layer exact, the cause. `verdict` is that of the run as it is; without one (the chip refused
 * it) only the layers at fault are named. Throws a UserError for inputs that do not fit.
 */
export function* explainSteps(
  program: Program,
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
  verdict: Verdict | undefined,
  options: ExplainOptions = {},
): Generator<void, Explanation> {
  const faulty = yield* isolate(program, inputs, reference);
  const known = knowledgeOf(model, program);
  const atFault: LayerExplanation[] = [];
  for (const f of faulty)
    atFault.push(yield* explainLayer(program, f, reference, inputs, known, options.reruns ?? MOST_RERUNS));
  const differing = (verdict?.tensors ?? []).filter((t) => t.differing > 0).map((t) => t.layer ?? t.tensor);
  const names = new Set(atFault.flatMap((l) => [l.layer, l.tensor]));
  return { differing, atFault, following: differing.filter((name) => !names.has(name)) };
}

/** `explainSteps` in one go. */
export function explain(...args: Parameters<typeof explainSteps>): Explanation {
  const steps = explainSteps(...args);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
