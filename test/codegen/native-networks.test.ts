import { describe, expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import type { Tensor } from '../../src/base/tensor.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { suiteModels } from '../../src/models/registry.js';
import { runNative } from '../../src/node/toolchain/native.js';
import { hasTool, nativeCompiler } from '../../src/node/toolchain/tool.js';
import { FULL } from '../full.js';

type Build = 'O0' | 'O3' | 'sanitizers';
const FLAGS: Readonly<Record<Build, readonly string[]>> = {
  O0: ['-O0'],
  O3: ['-O3'],
  sanitizers: ['-O0', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
};

const networks = suiteModels('all').map((m) => m.name);
const layers = suiteModels('htvm-suite')
  .map((m) => m.name)
  .filter((name) => !name.startsWith('htvm-aconv'));
// HTVM's values ("-full") run the same code on other numbers, and a ReLU adds a clip: under the sanitizers one of each is enough.
const sanitized = (name: string): boolean =>
  !/-(full|relu)$/.test(name) || ['htvm-conv-3x3-s1-full', 'htvm-dense-full'].includes(name);

/** Every network and layer in one build, the strictest that it has; in full also as an optimizing compiler sees it. */
const CASES = [...networks, ...layers].flatMap((name): (readonly [string, Build])[] => [
  [name, sanitized(name) ? 'sanitizers' : 'O0'],
  ...(FULL ? [[name, 'O3'] as const] : []),
]);

const modelOf = (name: string) =>
  [...suiteModels('all'), ...suiteModels('htvm-suite')].find((m) => m.name === name)!.build(0);

/** Floats: e^x is rounded once here and once in JavaScript's Math.exp, from doubles that may differ in their last bit. */
function expectEqual(native: Tensor, simulated: Tensor): void {
  if (native.dtype !== 'float32') {
    expect(native.data).toEqual(simulated.data);
    return;
  }
  native.data.forEach((v, i) => {
    expect(Math.abs(v - simulated.data[i]!)).toBeLessThanOrEqual(2 ** -23 * Math.abs(v));
  });
}

describe.skipIf(!hasTool(nativeCompiler()))('every kernel of the native program equals the simulator', () => {
  it.each(CASES)('%s %s', { timeout: 120_000 }, (name, build) => {
    const model = modelOf(name);
    const program = compile(model, { ...DEFAULT_OPTIONS, target: 'c' });
    const inputs = builtinInput(model);
    const simulated: Tensor[] = [];
    runProgram(program, inputs, { onTensor: ({ tensor }) => simulated.push(tensor) });
    const native = runNative(program, inputs, { flags: FLAGS[build] });
    expect(native.length).toBe(simulated.length);
    native.forEach(({ tensor }, i) => {
      expectEqual(tensor, simulated[i]!);
    });
  });
});
