import { useSha256InNode } from '../../src/node/sha256-in-node.js';
import { milliseconds } from '../bench/timing.js';
import { peakMemory } from '../peak-memory.js';
import { compileCase, SERIES, simulateCase } from './cases.js';

// One point of a series, in a process of its own, as peak memory is a process's: prints its figures as JSON.
const [series, size] = process.argv.slice(2);
useSha256InNode();
const made = SERIES[series!]!.make(Number(size));
const compiled: { program?: ReturnType<typeof compileCase> } = {};
const compileMs = milliseconds(() => {
  compiled.program = compileCase(made);
});
const simulateMs = milliseconds(() => simulateCase(compiled.program!, made));
const { steps, layers } = compiled.program!.manifest;
const tiles = layers.reduce((n, l) => n + l.tiles.length, 0);
process.stdout.write(
  JSON.stringify({
    compileMs,
    simulateMs,
    peakBytes: peakMemory(),
    steps: steps.length,
    tiles,
  }),
);
