import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { writeFolderAtomic } from '../../src/node/atomic-write.js';
import { renderProgram } from '../../src/program/render.js';
import { inOrder, jobsOption } from '../parallel.js';
import { FAULT_KINDS } from './kinds/index.js';
import { type BedChoice, type FaultTask, type PlantedFault, plant, programOf } from './plant.js';
import { renderOutcomes } from './table.js';

/** `npm run faults`: plants faults of every kind and prints what becomes of them. */

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run faults --')
  .option('seed', { type: 'string', default: '1', describe: 'each seed draws other layers and jobs' })
  .option('each', { type: 'number', default: 2, describe: 'faults of each kind in each network' })
  .option('models', {
    type: 'string',
    array: true,
    default: ['resnet8', 'ds-cnn', 'dae', 'resnet8-mixed', 'htvm-aconv-7x5-s1'],
  })
  .option('l1', { type: 'number', default: 8192, describe: 'bytes of L1 of the tiled programs' })
  .option('kind', { type: 'string', describe: 'only kinds whose name contains this' })
  .option('write', {
    type: 'string',
    describe: 'folder for the first program with a fault that shows, for simulate --against',
  })
  .option('jobs', jobsOption)
  .option('verbose', {
    type: 'boolean',
    default: false,
    describe: 'a line for each fault that misses a goal',
  })
  .strict()
  .parseAsync();

/** The networks as they are, and tiled by a small L1 where that holds them. */
function bedChoices(): BedChoice[] {
  return args.models.flatMap((model): BedChoice[] => {
    const tiled = { model, l1: args.l1 };
    try {
      programOf(tiled);
      return [{ model }, tiled];
    } catch (e) {
      process.stderr.write(`${model}: ${(e as Error).message}\n`);
      return [{ model }];
    }
  });
}

const beds = bedChoices();
const tasks = FAULT_KINDS.filter(({ name }) => args.kind === undefined || name.includes(args.kind)).flatMap(
  ({ name: kind }) =>
    beds.map((bed): FaultTask => {
      const { seed, each, verbose } = args;
      return { kind, bed, seed, each, keepPrograms: args.write !== undefined, verbose };
    }),
);
const outcomes: PlantedFault[] = [];
const worker = new URL('./worker.js', import.meta.url);
for await (const planted of inOrder<FaultTask, PlantedFault[]>(tasks, args.jobs, worker, plant))
  outcomes.push(...planted);
const shown = outcomes.find((o) => o.noticed);
if (args.write !== undefined && shown?.program !== undefined) {
  writeFolderAtomic(args.write, renderProgram(shown.program));
  process.stdout.write(`${args.write}: ${shown.kind} in ${shown.layer} of ${shown.bed}\n\n`);
}
process.stdout.write(renderOutcomes(outcomes));
