import { describe, expect, it } from 'vitest';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';
import { jobsDifference, programJobs } from '../../src/node/verify-on-soc.js';

const model = buildModel('two-convs');
const program = compile(model, DEFAULT_OPTIONS);
const jobs = programJobs(program, builtinInput(model));
type Job = (typeof jobs)[number];
const change = (index: number, to: (job: Job) => Job): Job[] =>
  jobs.map((job, i) => (i === index ? to(job) : job));

describe('jobsDifference', () => {
  // Input in, two convs whose tensor between them stays in L1, output out.
  it('the jobs under comparison are the four of two convs', () =>
    expect(jobs.map((j) => j.report.kind)).toEqual(['copyIn', 'compute', 'compute', 'copyOut']));

  it('says nothing of equal jobs', () => expect(jobsDifference(jobs, structuredClone(jobs))).toBeUndefined());

  it.each([
    ['one too few', jobs.slice(0, 3), '3 jobs ran, the Program has 4'],
    ['one too many', [...jobs, jobs[0]!], '5 jobs ran, the Program has 4'],
    [
      'a value',
      change(0, (j) => ({
        ...j,
        writes: j.writes.map((w) => (w.register === 'L1ADDR' ? { ...w, value: 0x77 } : w)),
      })),
      /^job 0: write 3 is L1ADDR = 0x77, the Program's L1ADDR = 0x\w+$/,
    ],
    [
      'the core',
      change(0, (j) => ({ ...j, core: 'analog' })),
      "job 0: it runs on the analog core, the Program's on the digital core",
    ],
    [
      'the order',
      change(0, (j) => ({ ...j, writes: [j.writes[1]!, j.writes[0]!, ...j.writes.slice(2)] })),
      /^job 0: write 0 is MEMCPY_ADDR = 0x\w+, the Program's MEMCPY_OP = 0x2$/,
    ],
    [
      'a write too few',
      change(2, (j) => ({ ...j, writes: j.writes.slice(0, -1) })),
      /^job 2: write 8 is nothing, the Program's WT_CONV_N = 0x\w+$/,
    ],
    [
      'a field of the instruction',
      change(1, (j) => {
        if (j.report.kind !== 'compute') throw new Error('job 1 computes');
        const [first] = j.report.instructions;
        const fields = { ...first!.fields, shift_fixed_point: 9 };
        return { ...j, report: { ...j.report, instructions: [{ ...first!, fields }] } };
      }),
      /^job 1: instruction 0 has shift_fixed_point = 9, the Program's \d$/,
    ],
  ] as const)('names %s', (_, actual, said) => {
    const text = jobsDifference(jobs, actual);
    if (typeof said === 'string') expect(text).toBe(said);
    else expect(text).toMatch(said);
  });
});
