import type { NetworkRow } from './networks.js';
import type { ShellRow } from './shell.js';

/** One row of the table of goals: a figure and what it shall be. */
export interface GoalRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: { readonly is: 'at least' | 'at most'; readonly value: number };
  readonly reached: boolean;
}

/** Speed of simulating a network as a multiple of tfjs wasm's speed on its convolutions and dense layers alone. */
const TIMES_WASM: Readonly<Record<string, number>> = {
  'conv 64-64 3x3 32x32': 2,
  resnet8: 1.2,
  resnet20: 1.2,
  'mobilenet-v1': 0.5,
  'mobilenet-v2': 0.5,
  'ds-cnn': 0.5,
};

/** What commands shall take at most. */
const CPU_SECONDS: Readonly<Record<string, number>> = {
  'verify resnet8': 0.4,
  'verify all htvm-suite --jobs 1': 2,
  'quantize mnist_resnet_float.onnx': 3,
};
const PEAK_MEGABYTES: Readonly<Record<string, number>> = { 'verify mobilenet-v2': 120 };
const COMPILE_MS: Readonly<Record<string, number>> = { 'mobilenet-v2': 15 };
/** How much sooner two workers are done than one. */
const TWO_JOBS = { one: 'verify all htvm-suite --jobs 1', two: 'verify all htvm-suite --jobs 2', times: 1.7 };

const row = (
  what: string,
  value: number,
  unit: string,
  is: GoalRow['goal']['is'],
  goal: number,
): GoalRow => ({
  what,
  value,
  unit,
  goal: { is, value: goal },
  reached: is === 'at least' ? value >= goal : value <= goal,
});

/** The goals that the measured networks and commands have; a goal whose figure was not measured is left out. */
export function goalsOf(networks: readonly NetworkRow[], commands: readonly ShellRow[]): GoalRow[] {
  const command = (name: string) => commands.find((c) => c.command === name);
  const rows: GoalRow[] = [];
  for (const n of networks)
    if (n.name in TIMES_WASM)
      rows.push(
        row(`simulate ${n.name}`, n.wasmMs / n.simulateMs, 'x tfjs wasm', 'at least', TIMES_WASM[n.name]!),
      );
  for (const n of networks)
    if (n.name in COMPILE_MS)
      rows.push(row(`compile ${n.name}`, n.compileMs, 'ms', 'at most', COMPILE_MS[n.name]!));
  for (const [name, goal] of Object.entries(CPU_SECONDS)) {
    const c = command(name);
    if (c !== undefined) rows.push(row(name, c.cpuMs / 1000, 's of CPU', 'at most', goal));
  }
  const [one, two] = [command(TWO_JOBS.one), command(TWO_JOBS.two)];
  if (one !== undefined && two !== undefined)
    rows.push(row(`${TWO_JOBS.two}`, one.ms / two.ms, 'x as soon as one', 'at least', TWO_JOBS.times));
  for (const [name, goal] of Object.entries(PEAK_MEGABYTES)) {
    const c = command(name);
    if (c !== undefined) rows.push(row(`peak memory of ${name}`, c.peakBytes / 1e6, 'MB', 'at most', goal));
  }
  return rows;
}
