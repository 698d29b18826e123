import type { RunWarning } from '../src/results/run.js';
import type { Difference, TensorComparison, Verdict } from '../src/results/verdict.js';
import { count, plural } from './numbers.js';

/** "conv1 (%3): 12 of 16,384 elements differ; first at [0, 1, 2, 3]: expected 5, got 7, written by step 40 (...)". */
export function describeMismatch(tensor: TensorComparison): string {
  const name = tensor.layer === undefined ? tensor.tensor : `${tensor.layer} (${tensor.tensor})`;
  const head = `${name}: ${count(tensor.differing)} of ${plural(tensor.elements, 'element')} differ`;
  return tensor.first === undefined ? head : `${head}; ${describeDifference(tensor.first)}`;
}

function describeDifference(first: Difference): string {
  const where = `first at [${first.coordinates.join(', ')}]: expected ${first.expected}, got ${first.actual}`;
  const details = [first.layer, first.tile === undefined ? undefined : `tile ${first.tile}`, first.writer];
  const known = details.filter((part) => part !== undefined).join(', ');
  if (first.step === undefined) return known === '' ? where : `${where} (${known})`;
  return `${where}, written by step ${first.step}${known === '' ? '' : ` (${known})`}`;
}

/** What was compared, and how: "16 tensors compared, 1 of them within 2 ulp; 34 not held whole in memory". */
export function describeHeld(verdict: Verdict): string {
  const loose = verdict.tensors.filter(({ tolerance }) => tolerance !== undefined);
  const tolerances = [...new Set(loose.map(({ tolerance }) => tolerance))].join(' or ');
  const how = loose.length === 0 ? '' : `, ${loose.length} of them ${tolerances}`;
  return `${plural(verdict.tensors.length, 'tensor')} compared${how}; ${count(verdict.notHeld)} not held whole in memory`;
}

/** "seed 0, reference on the wasm backend". */
export const describeReference = (verdict: Verdict): string =>
  `${verdict.seed === '' ? 'given inputs' : `seed ${verdict.seed}`}, reference on the ${verdict.backend} backend`;

/** "nn.dense (fc1) stays on the host: units is 10; supported: a multiple of 4". */
export function describeWarning(warning: RunWarning): string {
  const where = warning.layer ?? warning.tensor;
  const name = where === undefined ? warning.operator : `${warning.operator} (${where})`;
  const why =
    warning.attribute === 'operator'
      ? 'the core has no such operator'
      : `${warning.attribute} is ${warning.value}`;
  return `${name} stays on the host: ${why}; supported: ${warning.supported}`;
}
