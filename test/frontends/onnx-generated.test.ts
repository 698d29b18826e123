import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { runOnnxFile } from '../../scripts/oracle/onnx-file.js';
import { showVerdict } from '../../scripts/oracle/verdict.js';
import { UserError } from '../../src/base/errors.js';
import { runs } from '../full.js';
import { singleOperators } from './onnx-arbitrary.js';
import { modelOf } from './onnx-arbitrary-parts.js';
import { encodeOnnx } from './onnx-writer.js';

const RUNS = runs(1000, 400);

describe('models of one operator, by chance, in our hands and in those of onnxruntime', () => {
  it(`${RUNS} models are right, within one step where integers round, or refused by both`, {
    timeout: 600_000,
  }, async () => {
    const backend = await openBackend('wasm');
    const counts = { right: 0, within: 0, refused: 0, wrong: 0, invalid: 0 };
    await fc.assert(
      fc.asyncProperty(singleOperators, async (drawn) => {
        const bytes = encodeOnnx(modelOf(drawn));
        const verdict = await runOnnxFile('net.onnx', bytes, backend, 1).catch((error: unknown) => {
          if (error instanceof UserError && error.message.startsWith('onnxruntime')) return undefined;
          throw error;
        });
        counts[verdict?.kind ?? 'invalid']++;
        if (verdict === undefined) return;
        expect([drawn, showVerdict(verdict)]).not.toEqual([drawn, expect.stringContaining('WRONG')]);
      }),
      { numRuns: RUNS, seed: 13 },
    );
    // Most of what is drawn is valid, and read.
    expect(counts.right + counts.within).toBeGreaterThan(0.8 * RUNS);
  });
});
