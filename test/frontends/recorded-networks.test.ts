import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { recordedInput } from '../../golden/recorded.js';
import { compareRecorded } from '../../golden/recorded-match.js';
import { evaluate } from '../../golden/reference.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readRecorded } from '../../src/node/recorded-folder.js';
import { differing, runOnHost, soleInput } from './host-run.js';
import { describeWithModels, MODELS } from './shared-models.js';

describeWithModels('the recorded integer networks', () => {
  it.each([
    ['nemo_dronet', 15],
    ['nemo_residual', 8],
  ])('%s: host kernels and reference give every recorded value of %i layers', async (name, layers) => {
    const folder = join(MODELS, 'dory', name);
    const model = loadModelFile(join(folder, 'model_int.onnx'));
    const recorded = readRecorded(folder);
    const input = soleInput(model);
    const value = recordedInput(recorded[0]!, input.type);
    const host = runOnHost(model, { [input.name]: value });
    const reference = evaluate(model.main, new Map([[input.name, value]]), model.params, await openBackend());
    expect(reference.wrapped.size).toBe(0);
    for (const tensors of [host, reference.tensors]) {
      const found = compareRecorded(recorded, model.main, tensors, [input.name]);
      expect(found).toHaveLength(layers);
      expect(found.filter((f) => f.differing > 0)).toEqual([]);
    }
    expect(differing(reference.tensors, host)).toEqual([]);
  });
});
