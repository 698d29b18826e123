import { afterEach, expect, it, vi } from 'vitest';
import { verify } from '../../src/cli/actions/verify.js';
import * as compiler from '../../src/compile.js';
import { fieldOf, jobsOf, withField } from '../verify/plant.js';

vi.mock('../../src/compile.js', { spy: true });
afterEach(() => vi.restoreAllMocks());

/** `verify single-conv` and what it prints. */
async function verifySingleConv(): Promise<{ status: number; printed: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const status = await verify({
    models: ['single-conv'],
    target: 'soma_dory, c',
    fuse: true,
    'l1-reuse': true,
    seed: '0',
    input: undefined,
    runs: 1,
    explain: false,
    'reference-backend': 'cpu',
    json: undefined,
    report: undefined,
    shard: undefined,
  });
  return { status, printed: out.mock.calls.map(([text]) => String(text)).join('') };
}

it('returns 0 when all is equal', async () => {
  const { status, printed } = await verifySingleConv();
  expect(status).toBe(0);
  expect(printed).toContain('EXACT in 1 run');
});

it('returns 1 when the compiler is wrong, and prints where', async () => {
  const { compile, DEFAULT_OPTIONS } = await vi.importActual<typeof compiler>('../../src/compile.js');
  vi.mocked(compiler.compile).mockImplementation((model, options = DEFAULT_OPTIONS) => {
    const program = compile(model, options);
    const { step, job } = jobsOf(program, 'conv', 'compute')[0]!;
    return withField(program, step, 'shift_fixed_point', fieldOf(program, job, 'shift_fixed_point') + 1);
  });
  const { status, printed } = await verifySingleConv();
  expect(status).toBe(1);
  const text = printed.replaceAll(/\s+/g, ' ');
  expect(text).toContain('DIFFERS in 1 of 1 run');
  expect(text).toMatch(
    /conv \(output\): [\d,]+ of 5,120 elements differ; first at \[0, \d, \d+, \d+\]: expected \d+, got \d+, written by step \d+ \(conv, tile 0, copy out channels 0\.\.5 rows 0\.\.32\)/,
  );
});
