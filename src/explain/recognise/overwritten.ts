import type { Recogniser } from '../suspect.js';
import { regular } from './regular.js';

/** A layer that writes over a finished tensor which is still needed. */
export const overwritten: Recogniser = (s) => {
  const by = s.faulty.overwrittenBy;
  const step = s.program.manifest.steps[by ?? -1];
  if (by === undefined || step === undefined) return [];
  const note = step.kind === 'job' ? ` (${step.note})` : '';
  const repairs = regular(s)
    .flatMap((x) => x.repairs)
    .sort((a, b) => Number(b.says.includes(`step ${by} `)) - Number(a.says.includes(`step ${by} `)));
  return [
    {
      kind: 'overwritten',
      claim: `step ${by}${note} writes over ${s.faulty.buffer.tensor === undefined ? s.faulty.buffer.name : `tensor ${s.faulty.buffer.tensor}`}, which is still needed`,
      evidence: `${s.faulty.differing} elements of a finished tensor changed while ${s.name} ran`,
      strength: 0.98,
      repairs,
    },
  ];
};
