import type { ConfiguredModel, TeamConfig } from '../node/config-file.js';
import { findConfig } from '../node/find-config.js';

const read = new Map<string, TeamConfig | undefined>();

/** What reads configurations. It brings a JSON Schema validator, so it is loaded only where there is one to read. */
let reader: typeof import('../node/config-file.js') | undefined;

/** Before the first `teamConfig`: loads what reads the working folder's configuration, where it has one. */
export async function prepareTeamConfig(folder = process.cwd()): Promise<void> {
  if (findConfig(folder) !== undefined) reader = await import('../node/config-file.js');
}

/** The configuration of the working folder, read once. Throws a UserError for a file that is not as described. */
export function teamConfig(folder = process.cwd()): TeamConfig | undefined {
  if (!read.has(folder)) {
    const path = findConfig(folder);
    if (path !== undefined && reader === undefined) throw new Error('prepareTeamConfig comes first');
    read.set(folder, path === undefined ? undefined : reader!.readConfig(path, folder));
  }
  return read.get(folder);
}

/** The options of a command that the configuration gives, as yargs's `config` takes them: the command line goes before. */
export function configured(options: readonly string[]): Record<string, unknown> {
  const config = teamConfig();
  if (config === undefined) return {};
  const { thresholds = {}, ...rest } = config;
  const all: Record<string, unknown> = {
    ...rest,
    output: config.baselines,
    ...Object.fromEntries(Object.entries(thresholds).map(([metric, text]) => [`max-${metric}`, text])),
  };
  return Object.fromEntries(
    options.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const])),
  );
}

/** What the configuration says of a model's file, by the word that names it. */
export const configuredModel = (word: string): ConfiguredModel | undefined =>
  teamConfig()?.models?.find(({ model }) => model === word);
