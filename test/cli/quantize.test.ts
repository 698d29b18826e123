import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';
import { plainNetwork } from '../frontends/onnx-models.js';
import { encodeOnnx } from '../frontends/onnx-writer.js';
import { randomOf } from '../frontends/random.js';
import { dianaProcess } from './process.js';
import { diana } from './run.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-quantize-'));
  writeFileSync(join(dir, 'net.onnx'), encodeOnnx(plainNetwork()));
  const samples = (n: number) =>
    encodeNpy(tensor([n, 3, 8, 8], 'float32', randomOf('samples').reals(-2, 2, n * 192)));
  writeFileSync(join(dir, 'three.npy'), samples(3));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('diana-sim quantize', () => {
  it('writes what it says that it writes, and verify reads it', async () => {
    const { status, stdout } = await diana(dir, [
      'quantize',
      'net.onnx',
      '--calibrate',
      'three.npy',
      '-o',
      join('out', 'small'),
    ]);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const written = ['small.relay', 'small.params', 'small.quantization.txt', 'small.input.npy'].map((f) =>
      join('out', f),
    );
    expect(lines.at(-1)).toBe(`written: ${written.join(', ')}`);
    expect(written.filter((f) => !existsSync(join(dir, f)))).toEqual([]);
    // Of three samples the first two calibrate.
    expect(stdout).toMatch(/^calibration: 2 samples, top-1 agreement /m);
    expect(stdout).toMatch(/^held aside: 1 sample, top-1 agreement /m);

    const verified = await diana(dir, ['verify', written[0]!, '--input', written[3]!]);
    expect(verified.status).toBe(0);
    expect(verified.stdout).toMatch(/^EXACT in 1 run/m);
    expect(verified.stdout).toMatch(/^conv +conv2d 3x3 +digital /m);
  });

  it.each([
    [['--analog-layers', '1'], '--analog-layers goes with --analog.'],
    [['--analog'], 'no layer between the first and the last one can go to the analog core'],
  ])('%j: exit 2', async (words, message) => {
    const { status, stderr } = await quantizing(...words, '-o', join('out', 'ternary'));
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  const quantizing = (...rest: string[]) =>
    diana(dir, ['quantize', 'net.onnx', '--calibrate', 'three.npy', ...rest]);

  it.each([
    ['out2/', /-o is out2\/; must be the name of the network, not a folder, such as out2\/net/],
    ['.', /-o is \.; must be the name of the network, not a folder/],
  ])('-o %s is refused, and nothing is written', async (output, message) => {
    const { status, stderr } = await quantizing('-o', output);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(dir, '.relay'))).toBe(false);
  });

  it('tells the accuracy on labels, of the simulated core, too', async () => {
    writeFileSync(join(dir, 'labels.npy'), encodeNpy(tensor([3], 'uint8', [0, 1, 2])));
    // In a process of its own: the bundle must find tfjs's .wasm files in whatever command the reference runs.
    const args = [
      'quantize',
      'net.onnx',
      '--calibrate',
      'three.npy',
      '--labels',
      'labels.npy',
      '-o',
      'labelled',
    ];
    const { status, stdout } = await dianaProcess(dir, args);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^accuracy on 1 labelled samples?:\n {2}float network +top-1 (0|100)\.00 %\n {2}quantized, on the reference +top-1 (0|100)\.00 %\n {2}quantized, on the simulated core +top-1/m,
    );
  });

  it.each([
    [[0, 1, 9], /labels\.npy holds the label 9; must be whole numbers in 0\.\.3/],
    [[0, 1], /labels\.npy is of shape \(2,\); must hold 1 labels, one for each held-aside sample/],
  ])('labels %j are refused', async (labels, message) => {
    writeFileSync(join(dir, 'labels.npy'), encodeNpy(tensor([labels.length], 'uint8', labels)));
    const { status, stderr } = await quantizing('--labels', 'labels.npy', '-o', 'refused');
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('a layer that stays in float32 is exit status 1, with --allow-float 0', async () => {
    writeFileSync(
      join(dir, 'lost.relay'),
      'def @main(%x: Tensor[(4, 8), float32]) { nn.dense(%x, %x, units=4) }',
    );
    writeFileSync(
      join(dir, 'x.npy'),
      encodeNpy(tensor([4, 4, 8], 'float32', randomOf('x').reals(-1, 1, 128))),
    );
    const run = (...rest: string[]) =>
      diana(dir, ['quantize', 'lost.relay', '--calibrate', 'x.npy', '-o', 'lost', ...rest]);
    const { status, stdout } = await run();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^left in float32: nn\.dense \(unnamed\): its weights are computed at run time$/m);
    expect(stdout).toMatch(/^1 layer that the core could take stays in float32$/m);
    expect((await run('--allow-float')).status).toBe(0);
  });
});
