import type { CommandModule } from 'yargs';
import { METRIC_TEXT, METRICS, type Metric, NO_INCREASE } from '../../../reports/regression/threshold.js';
import { UserError } from '../../base/errors.js';
import { configured, teamConfig } from '../team-config.js';

interface Arguments extends Readonly<Record<Limit, string | undefined>> {
  readonly baseline: string;
  readonly current?: string | undefined;
  readonly format: string;
  readonly output: string | undefined;
  readonly 'fail-on': string;
  readonly 'max-layer-cycles': string | undefined;
  readonly 'allow-parameters': boolean;
  readonly 'allow-missing': boolean;
}

type Limit = `max-${Metric}`;

const LIMITS = Object.fromEntries(
  METRICS.map((metric) => [
    `max-${metric}`,
    {
      type: 'string',
      describe: `allowed increase of ${METRIC_TEXT[metric]} a model (0, +2%, +1000; default ${NO_INCREASE[metric].text})`,
    },
  ]),
) as Record<Limit, { readonly type: 'string'; readonly describe: string }>;

/** The --max-... options that the user gave. */
const limitsOf = (args: Arguments): Partial<Record<Metric, string>> =>
  Object.fromEntries(
    METRICS.flatMap((metric) => {
      const value = args[`max-${metric}`];
      return value === undefined ? [] : [[metric, value]];
    }),
  );

/** What is compared: both as given, or the configuration's baselines and the only one given. */
function folders({ baseline, current }: Arguments): { readonly baseline: string; readonly current: string } {
  if (current !== undefined) return { baseline, current };
  const recorded = teamConfig()?.baselines;
  if (recorded === undefined)
    throw new UserError(
      `compare ${baseline}: what is it to be compared with? Give BASELINE and CURRENT, or "baselines" in a diana.config.json.`,
    );
  return { baseline: recorded, current: baseline };
}

/** `compare BASELINE CURRENT`: layer by layer, what changed. */
export const compareCommand: CommandModule<object, Arguments> = {
  command: 'compare <baseline> [current]',
  describe: 'compare baselines or results; exit 1 on a regression',
  builder: (y) =>
    y
      .positional('baseline', {
        type: 'string',
        demandOption: true,
        describe:
          'file or folder: as it was; with a diana.config.json that names them, only the current ones',
      })
      .positional('current', { type: 'string', describe: 'file or folder: as it is' })
      .options(LIMITS)
      .option('max-layer-cycles', {
        type: 'string',
        describe: 'allowed increase of estimated cycles of a single layer (default: any)',
      })
      .option('fail-on', {
        type: 'string',
        default: 'regressed',
        describe: 'regressed, improved (better figures fail, too) or changed (any difference fails)',
      })
      .option('format', {
        alias: 'f',
        type: 'string',
        default: 'table',
        describe: 'table, markdown, json or html',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        describe: 'file for that format; the table is printed, too',
      })
      .option('allow-parameters', {
        type: 'boolean',
        default: false,
        describe: 'compare although the names of the parameter sets differ',
      })
      .option('allow-missing', {
        type: 'boolean',
        default: false,
        describe: 'models of the baseline that the current results lack are no failure',
      })
      .config(configured([...Object.keys(LIMITS), 'max-layer-cycles', 'fail-on'])),
  handler: async (args) => {
    const { compare } = await import('../actions/compare.js');
    process.exitCode = compare({
      ...args,
      ...folders(args),
      failOn: args['fail-on'],
      layerCycles: args['max-layer-cycles'],
      allowParameters: args['allow-parameters'],
      allowMissing: args['allow-missing'],
      limits: limitsOf(args),
    });
  },
};
