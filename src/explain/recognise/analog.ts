import { COLUMN_GRANULE } from '../../../sim/isa/analog/geometry.js';
import { POST_PROCESSING_FIELDS as POST } from '../../../sim/isa/analog/inferred.js';
import {
  ANALOG_FIELDS,
  type AnalogFieldName,
  type AnalogFields,
  encodeAnalog,
} from '../../../sim/isa/analog/instruction.js';
import { analogRegisterName, ANALOG_REGISTERS as R } from '../../../sim/isa/analog/registers.js';
import { analogNormBytes, analogWeightBytes } from '../../../sim/isa/analog/weights.js';
import { WORD_BYTES } from '../../../sim/isa/geometry.js';
import { roundUp } from '../../base/units.js';
import type { Program } from '../../program/types.js';
import type { CauseKind } from '../../results/explanation.js';
import { type AnalogJob, analogJobsOf } from '../analog-jobs.js';
import { insertStep, setBytes, swapSteps, withStep } from '../edit.js';
import type { Suspect, Suspicion } from '../suspect.js';

/** What is not as the model has it, and what puts it right. */
interface Fault {
  readonly kind: CauseKind;
  readonly claim: string;
  readonly says: string;
  readonly change: (p: Program) => Program;
}

const FIELD_KIND: Readonly<Partial<Record<AnalogFieldName, CauseKind>>> = {
  [POST.gainLow]: 'gain',
  [POST.gainHigh]: 'gain',
  [POST.shift]: 'shift',
  [POST.relu]: 'relu',
  padding: 'padding',
  stride: 'stride',
  c: 'channels',
  k: 'channels',
  processing_blocks: 'channels',
  use_blk_col: 'channels',
  reg25: 'channels',
  input_memory_pointer: 'input-address',
  output_memory_pointer: 'output-address',
};

const REGISTER_KIND: Readonly<Record<number, CauseKind>> = {
  [R.WT_CONV_ADDR]: 'weight-address',
  [R.WT_SIMD_ADDR]: 'weight-address',
  [R.MEMCPY_ADDR]: 'copy-address',
  [R.L1ADDR]: 'copy-address',
  [R.MEMCPY_N]: 'copy-length',
  [R.MEMCPY_ROW_LENGTH]: 'copy-length',
  [R.MEMCPY_BANK_LENGTH]: 'copy-length',
};

const gainOf = (f: AnalogFields): number => {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setUint16(0, f[POST.gainLow], true);
  bits.setUint16(2, f[POST.gainHigh], true);
  return bits.getFloat32(0, true);
};

/** Names a half-word with its values; the gain as the number that its two half-words hold. */
function fieldText(name: AnalogFieldName, held: AnalogFields, right: AnalogFields): [string, string] {
  if (FIELD_KIND[name] === 'gain') {
    const show = (f: AnalogFields): string => (gainOf(f) === 0 ? 'none' : String(gainOf(f)));
    return [
      `the converter's gain is ${show(held)} where the model has ${show(right)}`,
      `a gain of ${show(right)}`,
    ];
  }
  const doc = ANALOG_FIELDS.find((f) => f.name === name)!.doc;
  return [
    `half-word \`${name}\` (${doc}) is ${held[name]} where the model has ${right[name]}`,
    `half-word \`${name}\` ${right[name]} instead of ${held[name]}`,
  ];
}

/** Stores before a job that put the model's instruction where the job fetches it. */
function withInstruction(p: Program, step: number, at: number, fields: AnalogFields): Program {
  const words = [...encodeAnalog(fields)].map((word, i) => [at + i * WORD_BYTES, word] as const);
  const own = new Set(words.map(([address]) => address));
  return withStep(p, step, (s) =>
    s.kind === 'job' ? { ...s, stores: [...s.stores.filter(([a]) => !own.has(a)), ...words] } : s,
  );
}

function fieldFaults(held: AnalogJob, right: AnalogJob): Fault[] {
  const [is, should] = [held.fields, right.fields];
  const at = right.registers.get(R.IM_ADDR);
  if (is === undefined || should === undefined || at === undefined) return [];
  return ANALOG_FIELDS.filter(({ name }) => is[name] !== should[name]).map(({ name }): Fault => {
    const [claim, says] = fieldText(name, is, should);
    return {
      kind: FIELD_KIND[name] ?? 'geometry',
      claim: `${claim} in step ${held.step}`,
      says: `${says} in step ${held.step}`,
      change: (p) => withInstruction(p, held.step, at, should),
    };
  });
}

function registerFaults(held: AnalogJob, right: AnalogJob): Fault[] {
  return right.job.writes.flatMap(([offset, v]): Fault[] => {
    const is = held.registers.get(offset);
    if (is === v) return [];
    const name = analogRegisterName(offset) ?? String(offset);
    const change = (p: Program) =>
      withStep(p, held.step, (s) => (s.kind === 'job' ? { ...s, writes: right.job.writes } : s));
    return [
      {
        kind: REGISTER_KIND[offset] ?? 'geometry',
        claim: `${name} is ${is ?? 'not written'} where the model has ${v} in step ${held.step} (${held.job.note})`,
        says: `${name} ${v} instead of ${is ?? 'nothing'} in step ${held.step}`,
        change,
      },
    ];
  });
}

/** The columns (output channels of the job) in which two stored matrices differ. */
function differingColumns(is: Uint8Array, should: Uint8Array, columns: number): number[] {
  const found = new Set<number>();
  for (let i = 0; i < is.length; i++)
    for (let bit = 0; bit < 8; bit++)
      if (((is[i]! ^ should[i]!) & (0x80 >> bit)) !== 0) {
        // Words are little-endian, their first bit is the most significant one.
        const place = (i - (i % WORD_BYTES)) * 8 + (3 - (i % WORD_BYTES)) * 8 + bit;
        found.add(place % columns);
      }
  return [...found].sort((a, b) => a - b);
}

const few = (list: readonly number[]): string =>
  `${list.slice(0, 4).join(', ')}${list.length > 4 ? ` and ${list.length - 4} more` : ''}`;

/** Bytes of weights and of the batch norm that are not the model's. */
function loadFaults(s: Suspect, right: AnalogJob, model: Program): Fault[] {
  const f = right.fields;
  const [weights, norm] = [right.registers.get(R.WT_CONV_ADDR), right.registers.get(R.WT_SIMD_ADDR)];
  if (f === undefined || weights === undefined || norm === undefined) return [];
  const [kernelWidth, kernelHeight] = [f.pool_fy_fx & 15, f.pool_fy_fx >> 4];
  const first = s.layer.tiles[right.job.tile]?.k.lo ?? 0;
  const part = (p: Program, at: number, bytes: number): Uint8Array =>
    p.image.subarray(at - p.manifest.image.address, at - p.manifest.image.address + bytes);
  const compare = (
    at: number,
    bytes: number,
    kind: CauseKind,
    what: string,
    where: (a: Uint8Array, b: Uint8Array) => number[],
  ): Fault[] => {
    const [is, should] = [part(s.program, at, bytes), part(model, at, bytes)];
    if (is.every((v, i) => v === should[i])) return [];
    const channels = where(is, should).map((k) => first + k);
    return [
      {
        kind,
        claim: `${what} of channel ${few(channels)} are not the model's`,
        says: `the model's ${what}`,
        change: (p) => setBytes(p, at, should.slice()),
      },
    ];
  };
  const columns = roundUp(f.k, COLUMN_GRANULE);
  return [
    ...compare(
      weights,
      analogWeightBytes(f.c, f.k, kernelHeight, kernelWidth),
      'weights',
      'stored weights',
      (a, b) => differingColumns(a, b, columns),
    ),
    ...compare(norm, analogNormBytes(f.k), 'batch-norm', 'batch-norm constants', (a, b) => [
      ...new Set([...a.keys()].filter((i) => a[i] !== b[i]).map((i) => Math.floor(i / WORD_BYTES) % f.k)),
    ]),
  ];
}

const sameWrites = (a: AnalogJob | undefined, b: AnalogJob | undefined): boolean =>
  a !== undefined && b !== undefined && JSON.stringify(a.job.writes) === JSON.stringify(b.job.writes);

/** A job that the layer lacks, or two in each other's place. */
function orderFaults(s: Suspect, held: readonly AnalogJob[], right: readonly AnalogJob[]): Fault[] {
  const at = right.findIndex((r, i) => !sameWrites(held[i], r));
  const [missing, now] = [right[at], held[at]];
  if (missing === undefined) return [];
  if (held.length === right.length - 1 && right.slice(at + 1).every((r, i) => sameWrites(held[at + i], r))) {
    const before = now?.step ?? held.at(-1)!.step + 1;
    return [
      {
        kind: missing.kind === 'compute' ? 'compute-missing' : 'copy-missing',
        claim: `the layer lacks a job: "${missing.job.note}"`,
        says: `the job "${missing.job.note}" before step ${before}`,
        change: (p) => insertStep(p, before, { ...missing.job, layer: s.faulty.layer }),
      },
    ];
  }
  const next = held[at + 1];
  if (
    held.length === right.length &&
    now !== undefined &&
    sameWrites(next, missing) &&
    sameWrites(now, right[at + 1])
  )
    return [
      {
        kind: 'order',
        claim: `"${now.job.note}" runs before "${next!.job.note}"`,
        says: `steps ${now.step} and ${next!.step} in each other's place`,
        change: (p) => swapSteps(p, now.step, next!.step),
      },
    ];
  return [];
}

/** What of the layer's jobs is not as the model has it, in the order of the jobs. */
function faultsOf(s: Suspect, model: Program): Fault[] {
  const layer = model.manifest.layers.findIndex(
    (l) => l.target === s.layer.target && l.tensor === s.layer.tensor,
  );
  const held = analogJobsOf(s.program, s.faulty.layer);
  const right = analogJobsOf(model, layer);
  if (held.length === 0 || right.length === 0) return [];
  const ordered = orderFaults(s, held, right);
  if (ordered.length > 0 || held.length !== right.length) return ordered;
  const jobs = right.flatMap((r, i) => [...registerFaults(held[i]!, r), ...fieldFaults(held[i]!, r)]);
  // Tiles share weights: what is wrong there is one fault.
  const loads = right.flatMap((r) => loadFaults(s, r, model));
  return [...jobs, ...loads.filter((f, i) => loads.findIndex((g) => g.claim === f.claim) === i)];
}

/**
 * A layer of the analog core (or of the digital one that makes pixels for it) whose jobs at the analog core's port, half-words, weights or batch norm are not the model's (`compiled`: the model as this compiler has it).
 * All that is wrong in one way is changed back together.
 */
export function analog(s: Suspect, compiled: () => Program | undefined): readonly Suspicion[] {
  const model = s.layer.target === 'analog' || s.layer.pixels === true ? compiled() : undefined;
  if (model === undefined) return [];
  const faults = faultsOf(s, model);
  const kinds = [...new Set(faults.map((f) => f.kind))];
  return kinds.map((kind): Suspicion => {
    const own = faults.filter((f) => f.kind === kind);
    const more = own.length === 1 ? '' : ` and ${own.length - 1} more such`;
    return {
      kind,
      claim: `${own[0]!.claim}${more}`,
      evidence:
        s.wrong.length === 0
          ? 'the chip refuses the step'
          : `${s.wrong.length} wrong outputs of ${s.faulty.expected.data.length}`,
      strength: 0.95,
      repairs: [
        {
          says: `${own[0]!.says}${more}`,
          change: () => own.reduceRight((p, f) => f.change(p), s.program),
        },
      ],
    };
  });
}
