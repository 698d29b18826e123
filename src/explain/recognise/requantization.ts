import { setFields } from '../edit.js';
import type { Job } from '../jobs.js';
import { requantize, saturate } from '../sums.js';
import { type Recogniser, type Repair, type Suspect, type Suspicion, share } from '../suspect.js';

/** Compute jobs whose `shift_fixed_point` or ReLU flag is another than the model's, grouped by what they hold. */
function repairsOf(
  s: Suspect,
  field: 'shift_fixed_point' | 'activation_function',
  right: number,
): readonly Repair[] {
  const odd = s.jobs.filter(
    (j): j is Job & { fields: NonNullable<Job['fields']> } =>
      j.fields !== undefined && j.fields[field] !== right,
  );
  if (odd.length === 0) return [];
  const held = [...new Set(odd.map((j) => j.fields[field]))].join(' or ');
  const where = odd.length === 1 ? `step ${odd[0]!.step}` : `${odd.length} jobs`;
  return [
    {
      says: `\`${field}\` ${right} instead of ${held} in ${where}`,
      change: () => odd.reduceRight((p, j) => setFields(p, j.step, { [field]: right }, j.fields), s.program),
    },
  ];
}

/** Outputs that are the right sums under another shift. */
export const shift: Recogniser = (s) => {
  if (s.asked === undefined) return [];
  const right = s.asked.shift;
  const relu = s.asked.kind !== 'sum' && s.asked.relu;
  const repairs = repairsOf(s, 'shift_fixed_point', right);
  const out: Suspicion[] = [];
  const sums = s.sums();
  const actual = s.faulty.actual?.data;
  for (let other = 0; other <= 31 && actual !== undefined; other++) {
    if (other === right) continue;
    const explained = s.wrong.filter((i) => actual[i] === requantize(sums[i]!, other, relu)).length;
    const strength = explained / Math.max(1, s.wrong.length);
    if (strength < 0.9) continue;
    out.push({
      kind: 'shift',
      claim: `shifted right by ${other} bits instead of ${right}`,
      evidence: `${share(explained, s.wrong.length)} wrong outputs are the model's sums >> ${other}, a factor of 2^${right - other}`,
      strength,
      repairs,
    });
  }
  // Where all outputs are 0 or saturated several shifts explain them: the field itself says which.
  out.sort((a, b) => b.strength - a.strength);
  if (out.length > 0) return out.slice(0, 1);
  return repairs.map((r) => ({
    kind: 'shift',
    claim: `a shift that is not the model's ${right}`,
    evidence: `the instruction says so: ${r.says.split(' instead of ')[1]}`,
    strength: 0.3,
    repairs: [r],
  }));
};

/** Outputs below 0 where the model has ReLU, or a clamp at 0 where it has none. */
export const relu: Recogniser = (s) => {
  if (s.asked === undefined || s.asked.kind === 'sum') return [];
  const repairs = repairsOf(s, 'activation_function', s.asked.relu ? 1 : 0);
  const actual = s.faulty.actual?.data;
  if (actual === undefined) return [];
  const { shift: bits } = s.asked;
  const want = s.asked.relu;
  const sums = s.sums();
  const explained = s.wrong.filter((i) => actual[i] === requantize(sums[i]!, bits, !want)).length;
  if (explained < 0.9 * s.wrong.length || s.wrong.length === 0) return [];
  return [
    {
      kind: 'relu',
      claim: want ? 'ReLU is missing' : 'a ReLU that the model does not have',
      evidence: want
        ? `${share(explained, s.wrong.length)} wrong outputs are below 0 where 0 is expected`
        : `${share(explained, s.wrong.length)} wrong outputs are 0 where a value below 0 is expected`,
      strength: explained / s.wrong.length,
      repairs,
    },
  ];
};

/** Low bytes where the outputs should saturate. */
export const wrap: Recogniser = (s) => {
  const actual = s.faulty.actual?.data;
  if (actual === undefined || s.wrong.length === 0 || s.asked === undefined) return [];
  const bits = s.asked.shift;
  const sums = s.sums();
  const explained = s.wrong.filter((i) => {
    const v = sums[i]! >> bits;
    return v !== saturate(v) && actual[i] === (v << 24) >> 24;
  }).length;
  if (explained < 0.9 * s.wrong.length) return [];
  return [
    {
      kind: 'wrap',
      claim: 'values wrap around to 8 bits instead of saturating',
      evidence: `${share(explained, s.wrong.length)} wrong outputs are the low byte of a sum beyond -128..127`,
      strength: explained / s.wrong.length,
      repairs: [],
    },
  ];
};
