import { DEFAULT_ANALOG } from '../sim/isa/analog/cycles.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../sim/isa/parameters.js';
import { transformCycles } from '../sim/isa/transform-cycles.js';
import { UserError } from './base/errors.js';
import { GENERATOR } from './generator.js';
import type { Func, Model } from './ir/expr.js';
import { lower } from './lower/lower.js';
import { pixelCycles } from './lower/pixel-cycles.js';
import { resolve } from './lower/resolve.js';
import { bindParameters } from './passes/bind.js';
import { formKernels } from './passes/kernels.js';
import { insertLayoutTransforms, type LaidOut, type LayoutChoices } from './passes/layout.js';
import type { CoreLayer } from './passes/match.js';
import { partition } from './passes/partition.js';
import { describeImage } from './program/files.js';
import { PROGRAM_FORMAT, PROGRAM_VERSION, type Program, type Warning } from './program/types.js';

/** Targets in TVM's words: accelerator and host, or all on the host. */
export const TARGETS = ['soma_dory, c', 'c'] as const;
export type Target = (typeof TARGETS)[number];

export interface CompileOptions {
  readonly target: Target;
  readonly hardware: HardwareParameters;
  /** Fuse host operators into the kernel before them. */
  readonly fuse: boolean;
  /** Keep tensors in L1 between accelerator layers where they fit. */
  readonly l1Reuse: boolean;
  /** Send what matches HTVM's analog pattern to the analog core. */
  readonly analog: boolean;
  /** Let the digital core write (and sum) pixels of channels for the analog one, where that saves the host's layout transforms. */
  readonly pixels: boolean;
}

export const DEFAULT_OPTIONS: CompileOptions = {
  target: 'soma_dory, c',
  hardware: DEFAULT_PARAMETERS,
  fuse: true,
  l1Reuse: true,
  analog: true,
  pixels: true,
};

/** The target that a command-line word names ("soma_dory, c" with or without the space). Throws a UserError for others. */
export function parseTarget(text: string): Target {
  const found = TARGETS.find((t) => t.replaceAll(' ', '') === text.replaceAll(' ', ''));
  if (found === undefined)
    throw new UserError(`target "${text}" is not known; use ${TARGETS.map((t) => `"${t}"`).join(' or ')}.`);
  return found;
}

/** The graph after partitioning, with layout transforms: what `show --stage partitioned` prints. */
export interface Partitioned {
  readonly laidOut: LaidOut;
  readonly layers: ReadonlyMap<Func, CoreLayer>;
  readonly warnings: readonly Warning[];
}

/** What layers can make, and what that and the host's transforms cost. */
function layoutChoices(
  layers: ReadonlyMap<Func, CoreLayer>,
  { hardware, pixels }: CompileOptions,
): LayoutChoices {
  // Planes are all there is where nobody reads pixels.
  const anyAnalog = [...layers.values()].some((l) => l.kind === 'analog');
  return {
    makerOf: (f) => {
      const layer = layers.get(f)!;
      if (layer.kind === 'analog') return { kind: 'fixed', layout: 'analog' };
      const more = pixels && anyAnalog ? pixelCycles(layer, hardware) : undefined;
      if (more === undefined) return { kind: 'fixed', layout: 'core' };
      return { kind: layer.kind === 'sum' ? 'through' : 'either', pixelCycles: more };
    },
    transform: ({ shape }, from, to) =>
      hardware.host.call + transformCycles(shape, { from, to }, hardware.host),
  };
}

/** Binds parameters, matches the core's patterns (none for target "c") and inserts layout transforms. */
export function partitionModel(model: Model, options: CompileOptions): Partitioned {
  const main = bindParameters(model);
  const parts =
    options.target === 'c'
      ? { main, layers: new Map<Func, CoreLayer>(), warnings: [] }
      : partition(main, { chip: options.hardware.chip, analog: options.analog });
  return {
    laidOut: insertLayoutTransforms(parts.main, layoutChoices(parts.layers, options)),
    layers: parts.layers,
    warnings: parts.warnings,
  };
}

/** The parameters with those of the analog core, where a layer runs there. */
const hardwareFor = (layers: Partitioned['layers'], hardware: HardwareParameters): HardwareParameters =>
  hardware.analog === undefined && [...layers.values()].some((l) => l.kind === 'analog')
    ? { ...hardware, analog: DEFAULT_ANALOG }
    : hardware;

/**
 * Compiles a model to a Program. Same model and options, same bytes. Throws a UserError when the model does not fit the
 * memories or computes nothing.
 */
export function compile(model: Model, options: CompileOptions = DEFAULT_OPTIONS): Program {
  const { laidOut, layers, warnings } = partitionModel(model, options);
  const kernels = formKernels(laidOut, options.fuse);
  if (kernels.length === 0)
    throw new UserError(`model ${model.name} computes nothing: its result is an input or a constant.`);
  const hardware = hardwareFor(layers, options.hardware);
  const { draft, l1 } = lower({ laidOut, kernels, layers }, hardware, options);
  const resolved = resolve(draft, hardware);
  return {
    image: resolved.image.content,
    manifest: {
      format: PROGRAM_FORMAT,
      version: PROGRAM_VERSION,
      generator: GENERATOR,
      model: model.name,
      target: options.target,
      hardware,
      image: describeImage(resolved.image.address, resolved.image.content),
      buffers: resolved.buffers,
      layers: draft.layers,
      steps: resolved.steps,
      warnings,
      memory: { ...resolved.l2, l1: l1.peakBytes, weightMemory: l1.peakWeightBytes },
    },
  };
}
