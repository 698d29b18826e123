import { POST_PROCESSING_FIELDS as POST } from '../../../sim/isa/analog/inferred.js';
import type { AnalogFieldName, AnalogFields } from '../../../sim/isa/analog/instruction.js';
import { encodeAnalog } from '../../../sim/isa/analog/instruction.js';
import { ANALOG_REGISTERS as R } from '../../../sim/isa/analog/registers.js';
import { weightBit } from '../../../sim/isa/analog/weights.js';
import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { type AnalogJob, analogJobsOf } from '../../../src/explain/analog-jobs.js';
import { removeStep, setBytes, swapSteps, withStep } from '../../../src/explain/edit.js';
import type { JobStep, Program } from '../../../src/program/types.js';
import { type FaultKind, pick, type Site } from '../fault.js';

const jobsOf = (s: Site, kind: AnalogJob['kind']): AnalogJob[] =>
  s.layer.target === 'analog' || s.layer.pixels === true
    ? analogJobsOf(s.program, s.layer.id).filter((j) => j.kind === kind)
    : [];

/** Words at an address before one job, and what they were before the next job that fetches from there. */
function store(p: Program, job: AnalogJob, at: number, wrong: AnalogFields): Program {
  const words = (f: AnalogFields) => [...encodeAnalog(f)].map((w, i) => [at + i * WORD_BYTES, w] as const);
  const put = (step: JobStep, f: AnalogFields): JobStep => {
    const own = words(f);
    return { ...step, stores: [...step.stores.filter(([a]) => !own.some(([b]) => a === b)), ...own] };
  };
  const next = analogJobsOf(p, job.job.layer).find((j) => j.kind === 'compute' && j.step > job.step);
  const after =
    next?.fields === undefined
      ? p
      : withStep(p, next.step, (s) => (s.kind === 'job' ? put(s, next.fields!) : s));
  return withStep(after, job.step, (s) => (s.kind === 'job' ? put(s, wrong) : s));
}

/** Other half-words in one compute job, where `change` gives some. */
function halfWords(
  name: string,
  causes: FaultKind['causes'],
  change: (f: AnalogFields) => Partial<Record<AnalogFieldName, number>> | undefined,
): FaultKind {
  return {
    name: `analog: ${name}`,
    causes,
    plant: (s) => {
      const able = jobsOf(s, 'compute').filter(
        (j) => j.fields !== undefined && change(j.fields) !== undefined,
      );
      const job = pick(able, s);
      const at = job?.registers.get(R.IM_ADDR);
      if (job?.fields === undefined || at === undefined) return undefined;
      return store(s.program, job, at, { ...job.fields, ...change(job.fields) });
    },
  };
}

/** Other register values in one job of a kind. */
function registers(
  name: string,
  kind: AnalogJob['kind'],
  causes: FaultKind['causes'],
  change: (value: (offset: number) => number) => Readonly<Record<number, number>> | undefined,
): FaultKind {
  const values = (j: AnalogJob) => change((offset) => j.registers.get(offset) ?? 0);
  return {
    name: `analog: ${name}`,
    causes,
    plant: (s) => {
      const job = pick(
        jobsOf(s, kind).filter((j) => Object.values(values(j) ?? {}).some((v) => v >= 0)),
        s,
      );
      if (job === undefined) return undefined;
      const wrong = values(job)!;
      return withStep(s.program, job.step, (x) =>
        x.kind === 'job' ? { ...x, writes: x.writes.map(([o, v]) => [o, wrong[o] ?? v]) } : x,
      );
    },
  };
}

/** Bytes of what one compute job loads, changed. */
function loaded(
  name: string,
  causes: FaultKind['causes'],
  register: number,
  change: (job: AnalogJob, bytes: Uint8Array, s: Site) => void,
): FaultKind {
  return {
    name: `analog: ${name}`,
    causes,
    plant: (s) => {
      const job = pick(jobsOf(s, 'compute'), s);
      const at = job?.registers.get(register);
      if (job?.fields === undefined || at === undefined) return undefined;
      const { image, manifest } = s.program;
      const bytes = image.slice(at - manifest.image.address);
      change(job, bytes, s);
      return setBytes(s.program, at, bytes);
    },
  };
}

const sizes = (f: AnalogFields) => ({
  channels: f.c,
  outputs: f.k,
  kernelWidth: f.pool_fy_fx & 15,
  kernelHeight: f.pool_fy_fx >> 4,
});

/** The sign of all of one channel's weights: the planes exchanged. */
function exchangePlanes(job: AnalogJob, bytes: Uint8Array, s: Site): void {
  const o = sizes(job.fields!);
  const column = s.random.int(0, o.outputs - 1);
  for (let row = 0; row < o.channels * o.kernelWidth * o.kernelHeight; row++) {
    const [plus, minus] = [weightBit(o, row, column, 0), weightBit(o, row, column, 1)];
    const [p, m] = [bytes[plus.byte]! & plus.mask, bytes[minus.byte]! & minus.mask];
    bytes[plus.byte] = (bytes[plus.byte]! & ~plus.mask) | (m === 0 ? 0 : plus.mask);
    bytes[minus.byte] = (bytes[minus.byte]! & ~minus.mask) | (p === 0 ? 0 : minus.mask);
  }
}

/** Bytes of one stored row of both planes. */
const rowBytes = (f: AnalogFields): number => (Math.ceil(f.k / 128) * 128 * 2) / 8;

const remove = (name: string, kind: AnalogJob['kind'], causes: FaultKind['causes']): FaultKind => ({
  name: `analog: ${name}`,
  causes,
  plant: (s) => {
    const job = pick(jobsOf(s, kind), s);
    // The layer needs a job that completes its output.
    return job === undefined || job.job.completes.length > 0 ? undefined : removeStep(s.program, job.step);
  },
});

const copy = ['copy-address', 'copy-length'] as const;

/** Faults that a compiler for the analog core may make. */
export const ANALOG_FAULTS: readonly FaultKind[] = [
  halfWords('shift one less', ['shift'], (f) =>
    f[POST.shift] > 0 ? { [POST.shift]: f[POST.shift] - 1 } : undefined,
  ),
  halfWords('ReLU left out or put in', ['relu'], (f) => ({ [POST.relu]: 1 - f[POST.relu] })),
  halfWords('the gain left to the chip', ['gain'], () => ({ [POST.gainLow]: 0, [POST.gainHigh]: 0 })),
  // A float32 of twice the value: the exponent one higher.
  halfWords('twice the gain', ['gain'], (f) => ({ [POST.gainHigh]: f[POST.gainHigh] + 0x80 })),
  halfWords('no padding', ['padding'], (f) => (f.padding === 0 ? undefined : { padding: 0 })),
  halfWords('top and bottom padding exchanged', ['padding'], (f) => {
    const [bottom, top] = [f.padding & 3, (f.padding >> 2) & 3];
    return bottom === top ? undefined : { padding: (f.padding & 0xf0) | top | (bottom << 2) };
  }),
  halfWords('the other stride', ['stride'], (f) => ({ stride: 3 - f.stride })),
  halfWords('one input channel too few, with what follows from it', ['channels'], (f) =>
    f.c < 2
      ? undefined
      : {
          c: f.c - 1,
          processing_blocks: Math.ceil((f.c - 1) / 64),
          reg25: Math.ceil((2 * (f.c - 1) * (f.pool_fy_fx & 15) * (f.pool_fy_fx >> 4)) / 32) * 32,
        },
  ),
  halfWords('a count of rows that does not fit', ['channels'], (f) => ({ reg25: f.reg25 + 32 })),
  halfWords('half the output rows', ['geometry'], (f) => (f.oy < 2 ? undefined : { oy: f.oy >> 1 })),
  halfWords('kernel width and height exchanged', ['geometry'], (f) => {
    const [x, y] = [f.pool_fy_fx & 15, f.pool_fy_fx >> 4];
    return x === y ? undefined : { pool_fy_fx: y + (x << 4) };
  }),
  halfWords('input pointer one line on', ['input-address'], (f) => ({
    input_memory_pointer: f.input_memory_pointer + 1,
  })),
  halfWords('output pointer one line on', ['output-address'], (f) => ({
    output_memory_pointer: f.output_memory_pointer + 1,
  })),
  loaded('rows stored first to last', ['weights'], R.WT_CONV_ADDR, (job, bytes) => {
    const f = job.fields!;
    const row = rowBytes(f);
    const { channels, kernelWidth, kernelHeight } = sizes(f);
    const rows = Math.ceil((channels * kernelWidth * kernelHeight) / 288) * 288;
    const before = bytes.slice(0, rows * row);
    for (let r = 0; r < rows; r++) bytes.set(before.subarray(r * row, (r + 1) * row), (rows - 1 - r) * row);
  }),
  loaded('plus and minus plane of a channel exchanged', ['weights'], R.WT_CONV_ADDR, exchangePlanes),
  loaded('bytes of words reversed', ['weights'], R.WT_CONV_ADDR, (job, bytes) => {
    const n = rowBytes(job.fields!) * 288;
    for (let i = 0; i < n; i += WORD_BYTES) bytes.subarray(i, i + WORD_BYTES).reverse();
  }),
  loaded('batch norm: factors and addends exchanged', ['batch-norm'], R.WT_SIMD_ADDR, (job, bytes) => {
    const n = job.fields!.k * WORD_BYTES;
    const both = bytes.slice(0, 2 * n);
    bytes.set(both.subarray(n), 0);
    bytes.set(both.subarray(0, n), n);
  }),
  loaded('batch norm: one addend off by 64', ['batch-norm'], R.WT_SIMD_ADDR, (job, bytes, s) => {
    const at = (job.fields!.k + s.random.int(0, job.fields!.k - 1)) * WORD_BYTES;
    bytes[at] = bytes[at]! ^ 64;
  }),
  registers('weights a row later', 'compute', ['weight-address'], (v) => ({
    [R.WT_CONV_ADDR]: v(R.WT_CONV_ADDR) + 32,
  })),
  registers('batch norm a word later', 'compute', ['weight-address'], (v) => ({
    [R.WT_SIMD_ADDR]: v(R.WT_SIMD_ADDR) + WORD_BYTES,
  })),
  registers('copy in one line of all banks later in L2', 'copyIn', copy, (v) => ({
    [R.MEMCPY_ADDR]: v(R.MEMCPY_ADDR) + 4 * LINE_BYTES,
  })),
  registers('copy in one bank later in L2', 'copyIn', copy, (v) => ({
    [R.MEMCPY_ADDR]: v(R.MEMCPY_ADDR) + LINE_BYTES,
  })),
  registers('copy in one line later in L1', 'copyIn', copy, (v) => ({ [R.L1ADDR]: v(R.L1ADDR) + 1 })),
  registers('copy in one line too short', 'copyIn', copy, (v) =>
    v(R.MEMCPY_ROW_LENGTH) < 2
      ? undefined
      : { [R.MEMCPY_ROW_LENGTH]: v(R.MEMCPY_ROW_LENGTH) - 1, [R.MEMCPY_N]: v(R.MEMCPY_N) - 16 },
  ),
  registers('copy out from one line later in L1', 'copyOut', copy, (v) => ({ [R.L1ADDR]: v(R.L1ADDR) + 1 })),
  registers('copy out one line of all banks later in L2', 'copyOut', copy, (v) => ({
    [R.MEMCPY_ADDR]: v(R.MEMCPY_ADDR) + 4 * LINE_BYTES,
  })),
  remove('a copy in is missing', 'copyIn', ['copy-missing']),
  remove('a compute job is missing', 'compute', ['compute-missing']),
  {
    name: 'analog: copy in after the job that needs it',
    causes: ['order'],
    plant: (s) => {
      const compute = jobsOf(s, 'compute');
      const pairs = jobsOf(s, 'copyIn').filter((c) => compute.some((j) => j.step === c.step + 1));
      const first = pick(pairs, s);
      return first === undefined ? undefined : swapSteps(s.program, first.step, first.step + 1);
    },
  },
];
