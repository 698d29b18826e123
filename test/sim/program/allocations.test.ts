import { Session } from 'node:inspector/promises';
import { expect, it } from 'vitest';
import { runProgram } from '../../../sim/program/run.js';
import { compile, DEFAULT_OPTIONS } from '../../../src/compile.js';
import { buildModel, builtinInput, ModelBuilder, random, randomInts } from '../../../src/index.js';

/**
 * A guard without clocks: bytes that a job takes on the engine's heap, collected ones included, as the heap's sampling profiler counts them.
 * A job that nobody looks at should leave next to nothing behind; objects a job would multiply this.
 */
async function bytesOf(action: () => void, times: number): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: 512,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    for (let i = 0; i < times; i++) action();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    let bytes = 0;
    const open = [profile.head];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      bytes += node.selfSize;
      open.push(...node.children);
    }
    return bytes / times;
  } finally {
    session.disconnect();
  }
}

/** A conv of so many tiles: two rows each, a copy in, a job and a copy out. */
function tiled(tiles: number) {
  const rng = random(1, 'allocations');
  const m = new ModelBuilder('tiles');
  const x = m.input('input', [1, 16, 2 * tiles, 32], 'int8');
  const weights = randomInts(rng, [16, 16, 1, 1], -128, 127, 'int8');
  const bias = randomInts(rng, [16], -4096, 4096, 'int32');
  const model = m.build(m.conv2d(x, 'conv', weights, bias, { shift: 8 }));
  const program = compile(model, { ...DEFAULT_OPTIONS, hardware: hardwareOf(2208) });
  const made = program.manifest.layers.reduce((n, l) => n + l.tiles.length, 0);
  expect(made).toBe(tiles);
  const inputs = builtinInput(model);
  return () => void runProgram(program, inputs);
}

function hardwareOf(l1Bytes: number) {
  const { hardware } = DEFAULT_OPTIONS;
  return { ...hardware, chip: { ...hardware.chip, l1Bytes } };
}

// The engine's own code for what runs hot keeps numbers out of the heap.
const WARM_UP = 10;

it('a step of a tiled layer: at most 500 bytes', async () => {
  const [few, many] = [tiled(40), tiled(120)];
  for (let i = 0; i < WARM_UP; i++) many();
  const bytes = ((await bytesOf(many, 20)) - (await bytesOf(few, 20))) / 80;
  // Each of 16 channels is copied in and out; the tile's turn and its job are one step each.
  expect(bytes / 34).toBeGreaterThan(0);
  expect(bytes / 34).toBeLessThan(500);
});

it('a job of mobilenet-v1, most of which are swept: at most 700 bytes', async () => {
  const model = buildModel('mobilenet-v1');
  const program = compile(model);
  const inputs = builtinInput(model);
  const run = () => void runProgram(program, inputs);
  for (let i = 0; i < WARM_UP; i++) run();
  const jobs = 1256;
  const bytes = (await bytesOf(run, 10)) / jobs;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(700);
});
