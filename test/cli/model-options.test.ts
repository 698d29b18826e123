import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOptionsOf } from '../../src/cli/model-options.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { dianaNetwork, plainNetwork } from '../frontends/onnx-models.js';
import { encodeOnnx, floats } from '../frontends/onnx-writer.js';
import { diana } from './run.js';

describe('the loader`s options', () => {
  it.each([
    [{}, {}],
    [{ params: 'p.npz' }, { params: 'p.npz' }],
    [{ dimensions: ['height=32', 'a=b=4'] }, { dimensions: { height: 32, 'a=b': 4 } }],
    [{ 'input-range': 'int8' }, { inputRange: [-128, 127] }],
    [{ 'input-range': 'uint8' }, { inputRange: [0, 255] }],
    [{ 'input-range': '-8,7' }, { inputRange: [-8, 7] }],
  ] as const)('%j', (args, expected) => expect(loadOptionsOf(args)).toEqual(expected));

  it.each([
    [
      { dimensions: ['height'] },
      '--dimensions is "height"; must be NAME=N with a whole number N of at least 1.',
    ],
    [{ dimensions: ['h=0'] }, '--dimensions is "h=0"; must be NAME=N'],
    [{ dimensions: ['h=1', 'h=2'] }, '--dimensions gives h twice; give it once.'],
    [{ 'input-range': 'int4' }, '--input-range is "int4"; must be int8, uint8 or LOW,HIGH'],
    [{ 'input-range': '7,-8' }, '--input-range is "7,-8"'],
    [{ 'input-range': '0,4294967295' }, '--input-range is "0,4294967295"'],
  ] as const)('%j is refused', (args, message) => expect(() => loadOptionsOf(args)).toThrow(message));
});

describe('diana-sim on ONNX files', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'diana-onnx-options-'));
    const network = dianaNetwork();
    writeFileSync(join(dir, 'net.onnx'), encodeOnnx(network));
    const symbolic = plainNetwork();
    writeFileSync(
      join(dir, 'symbolic.onnx'),
      encodeOnnx({ ...symbolic, inputs: { image: ['batch', 3, 'height', 8] } }),
    );
    const divided = {
      ...network,
      initializers: { ...network.initializers, third: floats([], [0.3]) },
      nodes: network.nodes.map((n) => (n.outputs[0] === 'a2.q' ? { ...n, inputs: ['c2', 'third'] } : n)),
    };
    writeFileSync(join(dir, 'divided.onnx'), encodeOnnx(divided));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    [['show', 'net.onnx'], /^def @main\(%input: Tensor\[\(1, 4, 8, 8\), int8\]/],
    [['show', 'net.onnx', '--input-range', 'uint8'], /^def @main\(%input: Tensor\[\(1, 4, 8, 8\), uint8\]/],
    [
      ['show', 'symbolic.onnx', '--dimensions', 'height=8'],
      /^def @main\(%image: Tensor\[\(1, 3, 8, 8\), float32\]/,
    ],
  ] as const)('%j', async (args, expected) => {
    const { status, stdout, stderr } = await diana(dir, args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(expected);
  });

  it('a dimension called as a property of every object has no value by that', () => {
    const spec = { ...plainNetwork(), inputs: { image: ['batch', 3, 'constructor', 8] } };
    const external = () => new Uint8Array();
    const read = (dimensions: Record<string, number>) =>
      importOnnx(encodeOnnx(spec), { name: 'net', external, dimensions });
    expect(() => read({ batch: 1 })).toThrow('Give symbolic dimensions a value');
    expect(read({ constructor: 8 }).main.params[0]!.type).toMatchObject({ shape: [1, 3, 8, 8] });
  });

  it.each([
    [['show', 'symbolic.onnx'], 'Give symbolic dimensions a value (--dimensions NAME=N).'],
    [
      ['show', 'symbolic.onnx', '--dimensions', 'heigth=8'],
      'symbolic.onnx: no input has a dimension heigth; symbolic are batch, height.',
    ],
    [
      ['show', 'symbolic.onnx', '--dimensions', 'height=8', '--input-range', 'int8'],
      'symbolic.onnx: an input range is given, but the file is no integer network.',
    ],
  ] as const)('%j: one line, exit 2', async (args, line) => {
    const { status, stdout, stderr } = await diana(dir, args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('integers that become floats are said on stderr, with file, node, operator, attribute and value', async () => {
    const { status, stderr } = await diana(dir, ['show', 'divided.onnx']);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^warning: divided\.onnx: node Div_a2\.q \(Div\) is not exact: input 1 \(third\) is 0\.3\d*; supported: positive integers\. Its values are float32 from here on\.\n/,
    );
  });
});
