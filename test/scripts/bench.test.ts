import { expect, it } from 'vitest';
import { goalsOf } from '../../scripts/bench/goals.js';
import { conv64, networks } from '../../scripts/bench/networks.js';
import { type BenchResult, renderBench } from '../../scripts/bench/report.js';
import { shell } from '../../scripts/bench/shell.js';
import { sideBySide } from '../../scripts/bench/timing.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';

it('runs actions in turn, after one round that does not count', () => {
  const order: string[] = [];
  const times = sideBySide({ a: () => order.push('a'), b: () => order.push('b') }, 2, {
    warmUp: 0,
    round: 0,
  });
  expect(order.join('')).toBe('ababab');
  expect(Object.keys(times)).toEqual(['a', 'b']);
});

it('measures the six networks and a convolution of 37.7 million multiply-accumulates on the core', () => {
  expect(networks().map((m) => m.name)).toEqual([
    'resnet8',
    'ds-cnn',
    'mobilenet-v1',
    'dae',
    'resnet20',
    'mobilenet-v2',
  ]);
  const [layer] = compile(conv64(), DEFAULT_OPTIONS).manifest.layers.filter((l) => l.target === 'digital');
  expect(layer!.usefulMacs).toBe(64 * 64 * 9 * 32 * 32);
});

it('measures a command from the shell, with its memory', () => {
  const [row] = shell(['--help'], 1);
  expect(row!.command).toBe('--help');
  expect(row!.peakBytes).toBeGreaterThan(20e6);
  expect(() => shell(['verify no-such-model'], 1)).toThrow('diana-sim verify no-such-model exits with 2');
});

it('prints speeds, ratios and shares', () => {
  const result: BenchResult = {
    machine: { cpu: 'a processor', cores: 2, node: 'v20', load: 0.5 },
    rounds: 3,
    goals: goalsOf(
      [
        { name: 'resnet8', macs: 1, cycles: 1, compileMs: 1, simulateMs: 4, referenceMs: 1, wasmMs: 5 },
        {
          name: 'mobilenet-v2',
          macs: 1,
          cycles: 1,
          compileMs: 15.5,
          simulateMs: 4,
          referenceMs: 1,
          wasmMs: 1,
        },
      ],
      [
        { command: 'verify mobilenet-v2', ms: 1, cpuMs: 1, peakBytes: 120e6 },
        { command: 'verify all htvm-suite --jobs 1', ms: 3400, cpuMs: 2100, peakBytes: 1 },
        { command: 'verify all htvm-suite --jobs 2', ms: 2000, cpuMs: 4000, peakBytes: 1 },
      ],
    ),
    networks: [
      // 12 million in 8 ms: 1.5 G/s; tfjs wasm in 2 ms: 6 G/s, a quarter; cpu in 24 ms: 0.5 G/s, three times.
      {
        name: 'net',
        macs: 12e6,
        cycles: 40e3,
        compileMs: 1,
        simulateMs: 8,
        referenceMs: 5,
        wasmMs: 2,
        cpuMs: 24,
      },
    ],
    commands: [{ command: 'verify net', ms: 1500, cpuMs: 700, peakBytes: 105e6 }],
    parts: {
      build: 100,
      inputs: 100,
      compile: 200,
      reference: 200,
      'simulate and compare': 300,
      report: 100,
    },
  };
  const lines = renderBench(result)
    .split('\n')
    .map((l) => l.trim().split(/ {2,}| (?=[\d.]+\b)/));
  const row = (first: string) => lines.find((l) => l[0] === first);
  const goals = lines.slice(lines.findIndex((l) => l[0] === 'Goals') + 2).filter((l) => l.length > 3);
  expect(goals.slice(0, 6).map((l) => l.join(' '))).toEqual([
    'simulate resnet8 1.25 x tfjs wasm at least 1.2 yes',
    'simulate mobilenet-v2 0.25 x tfjs wasm at least 0.5 no',
    'compile mobilenet-v2 15.50 ms at most 15 no',
    'verify all htvm-suite --jobs 1 2.10 s of CPU at most 2 no',
    'verify all htvm-suite --jobs 2 1.70 x as soon as one at least 1.7 yes',
    'peak memory of verify mobilenet-v2 120 MB at most 120 yes',
  ]);
  expect(row('net')).toEqual([
    'net',
    '12.00',
    '1.50',
    '6.00',
    '0.25',
    '0.50',
    '3.0',
    '5.0',
    '1.0',
    '8.0',
    '5.0',
    '105',
  ]);
  expect(row('verify net')).toEqual(['verify net', '1.50', '0.70', '105']);
  expect(row('simulate and compare')).toEqual(['simulate and compare', '0.30', '30 %']);
});
