import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { executeHostOp } from '../../sim/host/execute.js';
import { samplesOf } from '../../src/library/samples.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { quantize } from '../../src/quantize/index.js';
import { onCore } from '../quantize/networks.js';
import { runOnHost, soleInput } from './host-run.js';

/**
 * Files that earlier versions read wrongly or refused; no part of the project. The same faults in files of our own making are in
 * test/frontends/onnx-oracle-cases.test.ts, scripts/oracle/tflite-cases.ts and test/quantize/integer.test.ts.
 */
const FOLDER = fileURLToPath(new URL('../../../shared/cases/', import.meta.url));
const cases = existsSync(FOLDER) ? describe : describe.skip;

cases('small files that once failed', () => {
  const file = (name: string) => `${FOLDER}${name}`;
  const array = (name: string) => readNpyFile(file(name));

  it.each([
    ['deadchan', 'img16', ['nn.conv2d', 'nn.conv2d', 'nn.conv2d', 'nn.dense']],
    ['rescaling', 'img255', ['nn.conv2d', 'nn.conv2d', 'nn.dense']],
    ['concat_eq', 'img16', ['nn.conv2d', 'nn.conv2d', 'nn.conv2d', 'nn.dense']],
  ])('%s.onnx is quantized whole', (name, data, core) => {
    const model = loadModelFile(file(`${name}.onnx`));
    const { shape } = soleInput(model).type;
    const samples = samplesOf(array(`${data}.npy`), data, shape).slice(0, 12);
    const q = quantize(model, {
      calibration: samples.slice(0, 8),
      test: samples.slice(8),
      evaluate: executeHostOp,
    });
    expect(q.floating).toEqual([]);
    expect(onCore(q)).toEqual(core);
  });

  const output = (name: string, values: readonly number[]) => {
    const model = loadModelFile(file(name));
    const { name: input, type } = soleInput(model);
    const data = type.dtype === 'float32' ? Float32Array : type.dtype === 'uint8' ? Uint8Array : Int8Array;
    return runOnHost(model, { [input]: { ...type, data: data.from(values) } }).get('output')!;
  };

  it('u8conv.onnx sums in int32', () =>
    expect([...output('u8conv.onnx', [...array('u8in.npy').data]).data]).toEqual([40000]));

  it('official_max.onnx has one window', () => {
    const y = output('official_max.onnx', [1, 2, 3, 4]);
    expect([y.shape, [...y.data]]).toEqual([[1, 1, 1, 1], [1]]);
  });

  it('pt_avg.onnx divides by what is there', () =>
    expect([...output('pt_avg.onnx', [1, 2, 3, 4, 5, 6, 7, 8, 9]).data]).toEqual([3, 4.5, 7.5, 9]));

  it.each(['add_const.tflite', 'r1_add.tflite', 'quant_u8_i8.tflite'])('%s is read', (name) => {
    expect(loadModelFile(file(name)).main.body.type).toMatchObject({ kind: 'tensor', dtype: 'int8' });
  });

  it('tut.relay is shown without its constants', () =>
    expect(loadModelFile(file('tut.relay'), { standInConstants: true }).main.body.type.kind).toBe('tensor'));
});
