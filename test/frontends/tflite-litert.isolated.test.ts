import { beforeAll, describe, expect, it } from 'vitest';
import { type Case, f, int32, ints, q, TFLITE_CASES, x } from '../../scripts/oracle/tflite-cases.js';
import { caseFile, runTfliteCase } from '../../scripts/oracle/tflite-file.js';
import { LiteRt } from '../../scripts/oracle/tflite-runtime.js';
import { showVerdict } from '../../scripts/oracle/verdict.js';
import { tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { runOnHost } from './host-run.js';

let runtime: LiteRt;
beforeAll(async () => {
  runtime = await LiteRt.load();
});

describe('one operator of TFLite, beside LiteRT', () => {
  it.each(TFLITE_CASES)('%s: within %d', async (name, within, c) => {
    for (const seed of ['a', 'b']) {
      const verdict = await runTfliteCase(runtime, c, within, `${name} ${seed}`);
      expect(showVerdict(verdict)).toMatch(/^(right|within 1)$/);
    }
  });
});

it('CONCATENATION of different scales rescales its operands, as the uint8 kernels do (the int8 ones take none)', () => {
  const c: Case = {
    code: 2,
    inputs: [q([1, 3], 0.5, 3), q([1, 2], 2, -4)],
    outputs: [q([1, 5], 1, 10)],
    options: { 0: int32(1) },
  };
  const model = importTflite(caseFile(c), 'case');
  const inputs = {
    in0: tensor([1, 3], 'int8', [3, 5, 127]),
    in1: tensor([1, 2], 'int8', [-4, 100]),
  };
  // (q - 3) / 2 + 10 and (q + 4) * 2 + 10, saturated
  expect([...runOnHost(model, inputs).get('output')!.data]).toEqual([10, 11, 72, 10, 127]);
});

describe('refusals name the operator', () => {
  it.each<[string, Case, RegExp]>([
    [
      'int16 activations',
      {
        code: 0,
        inputs: [q([4], 0.1, 0, 'int16'), q([4], 0.1, 0, 'int16')],
        outputs: [q([4], 0.1, 0, 'int16')],
      },
      /^operator 0 \(ADD\): its activations are int16 \(in0\); supported are int8 and float32/,
    ],
    [
      'LSTM',
      { code: 16, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(LSTM\): it keeps values from one run to the next/,
    ],
    [
      'WHILE',
      { code: 119, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(WHILE\): it keeps values from one run to the next or chooses what runs/,
    ],
    [
      'an operator that is not read',
      { code: 50, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(LOG_SOFTMAX\): it is not supported/,
    ],
    [
      'a resize that changes the scale',
      { code: 97, inputs: [x, ints([9, 21])], outputs: [q([1, 9, 21, 8], 0.06, 3)], options: {} },
      /^operator 0 \(RESIZE_NEAREST_NEIGHBOR\): its input 0 and its output have different scales/,
    ],
    [
      'an extent of 0',
      { code: 19, inputs: [f([1, 0])], outputs: [f([1, 0])] },
      /^operator 0 \(RELU\): tensor in0 has shape \(1, 0\); every axis must be at least 1/,
    ],
  ])('%s', (_, c, message) => expect(() => importTflite(caseFile(c), 'case')).toThrow(message));
});
