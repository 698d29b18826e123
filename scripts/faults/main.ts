import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { openBackend } from '../../golden/index.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { random } from '../../src/base/random.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { writeFolderAtomic } from '../../src/node/atomic-write.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import { renderProgram } from '../../src/program/render.js';
import { FAULT_KINDS } from './kinds/index.js';
import { renderOutcomes } from './table.js';
import { type Bed, bedOf, type Outcome, tryFault } from './try.js';

/** `npm run faults`: plants faults of every kind and prints what becomes of them. */

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run faults --')
  .option('seed', { type: 'string', default: '1', describe: 'each seed draws other layers and jobs' })
  .option('each', { type: 'number', default: 2, describe: 'faults of each kind in each network' })
  .option('models', { type: 'string', array: true, default: ['resnet8', 'ds-cnn', 'dae'] })
  .option('l1', { type: 'number', default: 8192, describe: 'bytes of L1 of the tiled programs' })
  .option('kind', { type: 'string', describe: 'only kinds whose name contains this' })
  .option('write', {
    type: 'string',
    describe: 'folder for the first program with a fault that shows, for simulate --against',
  })
  .option('verbose', {
    type: 'boolean',
    default: false,
    describe: 'a line for each fault that misses a goal',
  })
  .strict()
  .parseAsync();

const backend = await openBackend('wasm');
const beds: Bed[] = [];
for (const name of args.models) {
  const model = buildModel(name);
  beds.push(bedOf(name, model, compile(model), backend));
  const hardware = overrideMemories(DEFAULT_PARAMETERS, { l1: args.l1 });
  try {
    beds.push(bedOf(`${name}, tiled`, model, compile(model, { ...DEFAULT_OPTIONS, hardware }), backend));
  } catch (e) {
    process.stderr.write(`${name}: ${(e as Error).message}\n`);
  }
}
const outcomes: Outcome[] = [];
for (const kind of FAULT_KINDS) {
  if (args.kind !== undefined && !kind.name.includes(args.kind)) continue;
  for (const bed of beds) {
    const layers = [...bed.program.manifest.layers];
    const draw = random('layers', args.seed, bed.name, kind.name);
    for (let planted = 0; planted < args.each && layers.length > 0; ) {
      const [layer] = layers.splice(draw.int(0, layers.length - 1), 1);
      const outcome = tryFault(bed, layer!, kind, args.seed);
      if (outcome === undefined) continue;
      planted++;
      outcomes.push(outcome);
      if (args.verbose && !(outcome.noticed && outcome.layerRight && outcome.named && outcome.proved)) {
        const f = outcome.explanation?.atFault.map(
          (l) =>
            `${l.layer} ${l.differing}${l.refused === undefined ? '' : ` refused: ${l.refused}`} [${l.causes.map((c) => `${c.kind}${c.proof === undefined ? '' : ' PROVED'}: ${c.claim}`).join(' | ')}]`,
        );
        process.stderr.write(
          `${kind.name}, ${outcome.bed}, ${outcome.layer}: ${!outcome.noticed ? 'not noticed' : `${outcome.layerRight ? '' : 'LAYER '}${outcome.named ? '' : 'NAME '}${outcome.proved ? '' : 'PROOF '}${f?.join('; ')}`}\n`,
        );
      }
    }
  }
}
const shown = outcomes.find((o) => o.noticed);
if (args.write !== undefined && shown !== undefined) {
  writeFolderAtomic(args.write, renderProgram(shown.program));
  process.stdout.write(`${args.write}: ${shown.kind.name} in ${shown.layer} of ${shown.bed}\n\n`);
}
process.stdout.write(renderOutcomes(outcomes));
