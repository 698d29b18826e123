import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';
import { plainNetwork } from '../frontends/onnx-models.js';
import { encodeOnnx } from '../frontends/onnx-writer.js';
import { randomOf } from '../frontends/random.js';
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
});
