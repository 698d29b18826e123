import type { Options } from 'yargs';
import type { CompileOptions } from '../compile.js';
import { MAP_CHOICES } from '../results/mapping.js';

/** Options of every command that compiles. */
export const compileOptions = {
  target: {
    type: 'string',
    default: 'soma_dory, c',
    describe: 'where operators run: "soma_dory, c" (core and host) or "c" (all on the host)',
  },
  fuse: { type: 'boolean', default: true, describe: 'fuse host operators into kernels' },
  'l1-reuse': {
    type: 'boolean',
    default: true,
    describe: 'keep tensors in L1 between layers of the core where they fit',
  },
  analog: {
    type: 'boolean',
    default: true,
    describe: 'send ternary layers to the analog core (an ideal array: analog noise is not modelled)',
  },
  pixels: {
    type: 'boolean',
    default: true,
    describe:
      'let the digital core write pixels of channels for the analog core where that saves transforms on the host',
  },
  map: {
    choices: MAP_CHOICES,
    describe:
      'which core takes each conv and dense layer: digital or analog wherever possible, fastest or greenest for the whole network; values may differ from the network as written',
  },
  'cost-model': {
    type: 'string',
    default: 'match',
    describe: 'whose cycle model of the core tiles and counts: match, odimo, zigzag or dory',
  },
  hw: { type: 'string', describe: 'JSON file that overrides parameters of chip and cycle model' },
  l1: { type: 'number', describe: 'bytes of L1' },
  wmem: { type: 'number', describe: 'bytes of weight memory' },
  l2: { type: 'number', describe: 'bytes of L2' },
} as const satisfies Record<string, Options>;

export { type ModelArguments, modelOptions } from './model-options.js';

/** Options that a diana.config.json may give to every command that compiles. */
export const CONFIGURED = ['seed', ...(Object.keys(compileOptions) as (keyof typeof compileOptions)[])];

/** Splits the models over machines. */
export const shardOption = {
  shard: { type: 'string', describe: 'i/n: the i-th of n parts of the models; join them with merge' },
} as const satisfies Record<string, Options>;

export interface CompileArguments {
  readonly target: string;
  readonly fuse: boolean;
  readonly 'l1-reuse': boolean;
  readonly analog?: boolean | undefined;
  readonly pixels?: boolean | undefined;
  readonly map?: string | undefined;
  readonly 'cost-model'?: string | undefined;
  readonly hw?: string | undefined;
  readonly l1?: number | undefined;
  readonly wmem?: number | undefined;
  readonly l2?: number | undefined;
}

/** What the compiler needs, from the command line. Throws a UserError for a bad target, file or size. */
export async function readCompileOptions(args: CompileArguments): Promise<CompileOptions> {
  const [{ parseTarget }, { DEFAULT_PARAMETERS }, { overrideMemories, withCostModel }, { readHardwareFile }] =
    await Promise.all([
      import('../compile.js'),
      import('../../sim/isa/parameters.js'),
      import('../program/hardware-overrides.js'),
      import('../node/hardware-file.js'),
    ]);
  const model = withCostModel(DEFAULT_PARAMETERS, args['cost-model'] ?? 'match');
  const given = args.hw === undefined ? model : readHardwareFile(args.hw, model);
  // A file's set bears its own name; which model it changes is told behind it.
  const suffix = model.name.slice(DEFAULT_PARAMETERS.name.length);
  const base = args.hw === undefined ? model : { ...given, name: given.name + suffix };
  return {
    target: parseTarget(args.target),
    hardware: overrideMemories(base, args),
    fuse: args.fuse,
    l1Reuse: args['l1-reuse'],
    analog: args.analog ?? true,
    pixels: args.pixels ?? true,
  };
}
