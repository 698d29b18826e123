import { type Column, cell, renderGrid } from '../../reports/terminal/grid.js';
import { style } from '../../reports/terminal/style.js';
import type { GoalRow } from './goals.js';
import type { NetworkRow } from './networks.js';
import type { ShellRow } from './shell.js';
import { PARTS, type Part } from './suite.js';

/** What `npm run bench` found. Times in milliseconds, memory in bytes. */
export interface BenchResult {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly load: number;
  };
  readonly rounds: number;
  readonly goals: readonly GoalRow[];
  readonly networks: readonly NetworkRow[];
  readonly commands: readonly ShellRow[];
  readonly parts: Readonly<Record<Part, number>>;
}

const table = (headers: readonly string[], rows: readonly (readonly string[])[]): string => {
  const columns = headers.map((header, i): Column => ({ header, align: i === 0 ? 'left' : 'right' }));
  return renderGrid({ columns, rows: rows.map((r) => r.map((text) => cell(text))) }, 110, style(false)).join(
    '\n',
  );
};

const giga = (macs: number, ms: number): string => (macs / ms / 1e6).toFixed(2);
const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

function networkTable(rows: readonly NetworkRow[], commands: readonly ShellRow[]): string {
  const peak = (name: string) => commands.find((c) => c.command === `verify ${name}`)?.peakBytes;
  const headers = [
    'model',
    'MMAC',
    'simulated\nGMAC/s',
    'tfjs wasm\nGMAC/s',
    'sim.\n/ wasm',
    'tfjs cpu\nGMAC/s',
    'sim.\n/ cpu',
    'simulated\nMcycles/s',
    'compile\nms',
    'simulate\nms',
    'reference\nms',
    'verify\npeak MB',
  ];
  return table(
    headers,
    rows.map((r) => {
      const bytes = peak(r.name);
      const cpu =
        r.cpuMs === undefined ? ['', ''] : [giga(r.macs, r.cpuMs), (r.cpuMs / r.simulateMs).toFixed(1)];
      return [
        r.name,
        (r.macs / 1e6).toFixed(2),
        giga(r.macs, r.simulateMs),
        giga(r.macs, r.wasmMs),
        (r.wasmMs / r.simulateMs).toFixed(2),
        ...cpu,
        (r.cycles / r.simulateMs / 1000).toFixed(1),
        r.compileMs.toFixed(1),
        r.simulateMs.toFixed(1),
        r.referenceMs.toFixed(1),
        bytes === undefined ? '' : megabytes(bytes),
      ];
    }),
  );
}

const goalTable = (goals: readonly GoalRow[]): string =>
  table(
    ['what', 'now', '', 'goal', 'reached'],
    goals.map((g) => [
      g.what,
      g.value >= 100 ? g.value.toFixed(0) : g.value.toFixed(2),
      g.unit,
      `${g.goal.is} ${g.goal.value}`,
      g.reached ? 'yes' : 'no',
    ]),
  );

/** The result as text. */
export function renderBench({ machine, rounds, goals, networks, commands, parts }: BenchResult): string {
  const whole = PARTS.reduce((sum, p) => sum + parts[p], 0);
  const share = (p: Part) => `${((100 * parts[p]) / whole).toFixed(0)} %`;
  return [
    `${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)}, Node ${machine.node}; lower quartile of simulator and tfjs wasm, least of ${rounds} rounds of the rest`,
    '',
    'Goals',
    goalTable(goals),
    '',
    'Speed by CPU time (useful multiply-accumulates; tfjs: float32, the convolutions and dense layers alone)',
    networkTable(networks, commands),
    '',
    'From the shell',
    table(
      ['diana-sim', 's', 'CPU s', 'peak MB'],
      commands.map((c) => [c.command, seconds(c.ms), seconds(c.cpuMs), megabytes(c.peakBytes)]),
    ),
    '',
    'verify all htvm-suite by parts (CPU time within one process)',
    table(
      ['part', 'CPU s', 'share'],
      [...PARTS.map((p) => [p, seconds(parts[p]), share(p)]), ['all', seconds(whole), '']],
    ),
    '',
  ].join('\n');
}
