import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as Core from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { backendName, openBackend } from '../../golden/backend.js';
import { requireExactConvolutions } from '../../golden/selfcheck.js';
import type { Tf, TfTensor } from '../../golden/tfjs.js';
import { tensor } from '../../src/base/tensor.js';
import { useTfjsInNode } from '../../src/node/tfjs-in-node.js';
import { runOperator } from './run-operator.js';

useTfjsInNode();

/** What tfjs' conv2d takes after its input. */
type Rest = Parameters<Tf['conv2d']> extends [unknown, ...infer R] ? R : never;

const hasNode = (() => {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node');
    return true;
  } catch {
    return false;
  }
})();

const conv = (backend: 'wasm' | 'cpu' | 'node') =>
  runOperator(
    'nn.conv2d',
    // 1x2x2x2 with a 1x1 kernel of weights 10 and 1 over the channels
    [tensor([1, 2, 2, 2], 'int8', [1, 2, 3, 4, 5, 6, 7, 8]), tensor([1, 2, 1, 1], 'int8', [10, 1])],
    { out_dtype: 'int32' },
    backend,
  );

describe('backends', () => {
  // First: the handlers appear when wasm starts.
  it('leaves the handlers of uncaught exceptions as they were', async () => {
    const handlers = () => [
      ...process.rawListeners('uncaughtException'),
      ...process.rawListeners('unhandledRejection'),
    ];
    const before = handlers();
    await openBackend('wasm');
    expect(handlers()).toEqual(before);
  });

  it.each(['wasm', 'cpu'] as const)('%s computes, silently', async (name) => {
    const spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(process.stderr, 'write')];
    const { values } = await conv(name);
    expect(values).toEqual([15, 26, 37, 48]);
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    const backend = await openBackend(name);
    expect(backend.tf.getBackend()).toBe(name);
    expect(backend.description).toBe(`tfjs ${name} 4.22.0`);
  });

  it('computes on the backend that was asked for, in turns', async () => {
    const [wasm, cpu] = [await openBackend('wasm'), await openBackend('cpu')];
    wasm.activate();
    expect(wasm.tf.getBackend()).toBe('wasm');
    cpu.activate();
    expect(wasm.tf.getBackend()).toBe('cpu');
  });

  it('names the backends when one is not known', () => {
    expect(backendName('cpu')).toBe('cpu');
    expect(() => backendName('wasmm')).toThrow(
      'reference backend wasmm is not known; it must be wasm, cpu, node (nearest: wasm).',
    );
  });

  it.each(['wasm', 'cpu'] as const)('%s passes the check that node has to pass', async (name) => {
    const { tf, activate } = await openBackend(name);
    activate();
    expect(() => requireExactConvolutions(tf, name)).not.toThrow();
  });

  it('the check refuses a convolution that rounds its operands', async () => {
    const { tf, activate } = await openBackend('cpu');
    activate();
    // loses the lowest bit of its input
    const short = (x: Core.Tensor) => Core.mul(Core.round(Core.mul(x, 1 / 2)), 2);
    const broken = {
      ...tf,
      conv2d: (x: TfTensor, ...rest: Rest) => tf.conv2d(short(x as Core.Tensor), ...rest),
    };
    expect(() => requireExactConvolutions(broken, 'node')).toThrow(
      /^reference backend node: its float32 convolution gives .* take another backend\.$/,
    );
  });

  it.skipIf(hasNode)('node: says in one line how to get tfjs-node where it is missing', async () => {
    await expect(openBackend('node')).rejects.toThrow(
      'reference backend node: @tensorflow/tfjs-node is not installed; run "npm install @tensorflow/tfjs-node" ' +
        '(it downloads a native library) or take --reference-backend wasm.',
    );
    await expect(openBackend('node')).rejects.toMatchObject({ name: 'UserError', exitCode: 2 });
  });

  it('node computes', async ({ skip }) => {
    if (!hasNode) skip('@tensorflow/tfjs-node is not installed');
    expect((await conv('node')).values).toEqual([15, 26, 37, 48]);
  });
});

it('no module of golden imports tfjs but for its types: only openBackend loads it', () => {
  const files = readdirSync('golden', { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  expect(files).toContain('backend.ts');
  const text = (f: string): string => readFileSync(join('golden', f), 'utf8');
  expect(files.filter((f) => text(f).includes("import('@tensorflow/"))).toEqual(['backend.ts']);
  const imports = files.flatMap((f) => text(f).match(/^import .*tensorflow.*$/gm) ?? []);
  for (const line of imports) expect(line).toMatch(/^import type /);
});
