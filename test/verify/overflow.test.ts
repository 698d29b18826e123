import { describe, expect, it } from 'vitest';
import { type Backend, openBackend } from '../../golden/index.js';
import { renderTable } from '../../reports/table.js';
import { tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { combined, verifyRun } from '../../src/library/verified-run.js';
import { RESULT_FORMAT, RESULT_VERSION } from '../../src/results/document.js';

const LARGEST = 2 ** 31 - 1;

/** Two 1x1 convs of 4 channels of 4x16 that pass the input on; the bias of channel 1 of `layer` is such that 1 wraps. */
function model(layer: 'conv1' | 'conv2' | 'none'): Model {
  const m = new ModelBuilder('overflow');
  const identity = tensor([4, 4, 1, 1], 'int8', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  const bias = (name: string) => tensor([4], 'int32', [0, name === layer ? LARGEST : 0, 0, 0]);
  const x = m.input('input', [1, 4, 4, 16], 'int8');
  const y = m.conv2d(x, 'conv1', identity, bias('conv1'));
  return m.build(m.conv2d(y, 'conv2', identity, bias('conv2')));
}

let backend: Backend | undefined;
/** Runs on an input of which `ones` elements of channel 1 are 1, the others 0; gives the report's text in one line. */
async function run(layer: Parameters<typeof model>[0], options: Partial<CompileOptions> = {}) {
  backend ??= await openBackend('cpu');
  const input = tensor([1, 4, 4, 16], 'int8');
  for (const i of [64, 70, 127]) input.data[i] = 1;
  const made = model(layer);
  const program = compile(made, { ...DEFAULT_OPTIONS, ...options });
  const { run: ran, verdict } = verifyRun(program, made, new Map([['input', input]]), backend, {
    seed: '0',
    run: 0,
  });
  const document = {
    format: RESULT_FORMAT,
    version: RESULT_VERSION,
    generator: 'test',
    command: 'verify',
    models: [{ run: ran.result, verdicts: [verdict] }],
  } as const;
  return {
    result: ran.result,
    ok: verdict.ok,
    output: ran.outputs.get('output')!,
    overflows: ran.result.layers.filter((l) => l.overflows > 0).map((l) => [l.layer, l.overflows]),
    text: renderTable(document).replaceAll(/\s+/g, ' '),
  };
}

describe('int32 accumulators that overflow', () => {
  it.each(['conv1', 'conv2'] as const)(
    'in %s: wrapped on both sides, and the report says how many and where',
    async (layer) => {
      const { ok, output, overflows, text } = await run(layer);
      expect(ok).toBe(true);
      expect(overflows).toEqual([[layer, 3]]);
      // 1 + (2^31 - 1) wraps to -2^31 and saturates; 0 + (2^31 - 1) saturates at the other end.
      expect([output.data[64], output.data[65], output.data[127]]).toEqual([-128, 127, -128]);
      expect(text).toContain(`OVERFLOW: 3 integers wrapped, as on the chip: ${layer} (3).`);
    },
  );

  it('on the host: counted as well', async () => {
    const { ok, overflows, text } = await run('conv1', { target: 'c' });
    expect(ok).toBe(true);
    expect(overflows).toEqual([['conv1', 3]]);
    expect(text).toContain('OVERFLOW: 3 integers wrapped');
  });

  it('in the second of two runs: still in the report', async () => {
    const runs = [(await run('none')).result, (await run('conv2')).result];
    const both = combined(runs);
    expect(both.layers.filter((l) => l.overflows > 0).map((l) => [l.layer, l.overflows])).toEqual([
      ['conv2', 3],
    ]);
    expect(both.totals.overflows).toBe(3);
    expect(both.outputs).toEqual(runs[0]!.outputs);
  });

  it('says nothing where none does', async () => {
    const { overflows, text } = await run('none');
    expect(overflows).toEqual([]);
    expect(text).not.toContain('OVERFLOW');
  });
});
