import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { closed } from '../../reports/schema/build.js';
import { CHECK_SCHEMA } from '../../reports/schema/finding.js';
import { compile } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { writeProgram } from '../../src/node/program-folder.js';
import { REPRODUCTIONS } from '../check/reproductions.js';
import { compileC, dataFile, gccPresent } from '../soc/toolchain.js';
import { jobsOf, withField } from '../verify/plant.js';
import { diana } from './run.js';

const DEMO = fileURLToPath(new URL('../data/soc/demo.elf', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'diana-check-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...args: readonly string[]) => diana(folder, args);
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const valid = new Ajv2020({ allowUnionTypes: true }).compile(closed(CHECK_SCHEMA));

describe('exec --check of a program that is right', () => {
  it('says so, and passes output and status on', async () => {
    const { status, stdout, stderr } = await run('exec', '--check', DEMO, '--json', 'clean.json');
    expect([status, stderr]).toEqual([42, 'check: no finding\n']);
    expect(stdout).toMatch(/^fib 610\n/);
    expect(json('clean.json')).toMatchObject({ exitStatus: 42, jobs: 2, findings: [] });
    expect(valid(json('clean.json'))).toBe(true);
  });

  it('--error-exitcode changes nothing', async () =>
    expect((await run('exec', DEMO, '--check', '--error-exitcode', '9')).status).toBe(42));

  it.each([
    ['--check=some', /Choices: "all", "stop", "off"/],
    ['--error-exitcode=300', /--error-exitcode is 300; must be a whole number from 0 to 255\./],
    ['--json=x.json', /--json and --report write what --check finds; give --check, too\./],
  ])('%s is an error', async (option, message) => {
    const { status, stderr } = await run('exec', DEMO, option);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});

describe.skipIf(!gccPresent)('exec --check of a program with a mistake', () => {
  const { source } = REPRODUCTIONS.find(({ name }) => name === 'the instruction changed under a job')!;
  if (gccPresent)
    writeFileSync(join(folder, 'app.elf'), compileC(dataFile('accelerator.h') + source, ['-O1']));

  it('tells of it on stderr: place, instruction, bytes, writer, what to do', async () => {
    const { status, stderr } = await run('exec', 'app.elf', '--check');
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^check: missing wait: the host changes 0x\w+ <instruction\+0x4c> although it has not seen the end of job 1, which reads there \(its instructions\)\n/,
    );
    for (const line of [
      /^check: {3}at {10}host at 0x\w+ <main\+0x\w+>$/m,
      /^check: {3}instruction mode=1 .*fx=3 fy=3/m,
      /^check: {3}bytes {7}L2 0x\w+\.\.0x\w+ \(4 bytes, instruction\+0x4c\)$/m,
      /^check: {3}written by {2}host at 0x\w+ <\w+\+0x\w+>$/m,
      /^check: {3}what to do {2}Poll STATUS until it reads 0 before the bytes are changed\.$/m,
      /^check: 1 finding$/m,
    ])
      expect(stderr).toMatch(line);
  });

  it('--error-exitcode, JSON and the page', async () => {
    const { status } = await run(
      'exec',
      'app.elf',
      '--check',
      '--error-exitcode',
      '7',
      '--json',
      'f.json',
      '--report',
      'r',
    );
    expect(status).toBe(7);
    expect(valid(json('f.json')), JSON.stringify(valid.errors)).toBe(true);
    expect(json('f.json').findings).toMatchObject([{ kind: 'missing-wait', count: 1, first: { job: 1 } }]);
    expect(json('r/check.json')).toEqual(json('f.json'));
    expect(readFileSync(join(folder, 'r/check.html'), 'utf8')).toMatch(
      /missing wait<\/span> the host changes 0x\w+ &lt;/,
    );
  });

  it('--check=stop ends there with status 1, or the one that is asked for', async () => {
    const stopped = await run('exec', '--check=stop', 'app.elf');
    expect([stopped.status, stopped.stderr.split('\n').at(-2)]).toEqual([1, 'check: 1 finding']);
    expect((await run('exec', '--check=stop', 'app.elf', '--error-exitcode', '3')).status).toBe(3);
  });

  it('goes with --trace, --watch and --break, and looks at the end only where the program has come to it', async () => {
    const traced = await run('exec', 'app.elf', '--check', '--trace', 't.txt', '--watch', 'instruction');
    expect(traced.status).toBe(0);
    expect(traced.stderr).toMatch(/^watch 0x\w+ <instruction>: now 0x00000001/m);
    expect(traced.stderr).toMatch(/\ncheck: missing wait: [\s\S]*\ncheck: 1 finding\n$/);
    const broken = await run('exec', 'app.elf', '--check', '--break', 'main');
    expect(broken.stderr).toMatch(/^break at 0x\w+ <main>[\s\S]*\ncheck: no finding\n$/);
    const stopped = await run('exec', 'app.elf', '--check=stop', '--trace', 't.txt', '--json', 's.json');
    expect(stopped.status).toBe(1);
    expect(json('s.json').findings).toMatchObject([{ kind: 'missing-wait' }]);
    const last = readFileSync(join(folder, 't.txt'), 'utf8').trimEnd().split('\n').at(-1);
    expect(last).toMatch(/write 4 at 0x\w+ <instruction\+0x4c>/);
  });

  it('tells what it found before a program goes wrong', async () => {
    const twice = source.replace(
      '((volatile uint32_t *)instruction)[19] = 5;',
      'CORE(0xA0) = 0; CORE(0) = 1;',
    );
    expect(twice).not.toBe(source);
    writeFileSync(join(folder, 'twice.elf'), compileC(dataFile('accelerator.h') + twice, ['-O1']));
    const { status, stderr } = await run('exec', 'twice.elf', '--check');
    expect(stderr).toMatch(/^check: missing wait: the host writes register MEMCPY_OP although/);
    expect(stderr).toMatch(/\ndiana-sim: TRIGGER written while job 1 runs.*\n$/);
    expect(status).toBe(2);
  });

  it("is an error among GitHub's annotations", async () => {
    const { stdout } = await diana(folder, ['exec', 'app.elf', '--check'], { GITHUB_ACTIONS: 'true' });
    expect(stdout).toMatch(/^::error title=app\.elf%3A missing wait::the host changes 0x/m);
  });
});

describe('simulate --check', () => {
  it('adds a line to the report and the findings to the JSON; status 0', async () => {
    expect((await run('compile', 'single-conv', '-o', 'p')).status).toBe(0);
    const { status, stdout } = await run(
      'simulate',
      '--check',
      'p',
      '--json',
      's.json',
      '--error-exitcode',
      '5',
    );
    expect(stdout).toContain('sanitizer: no finding');
    expect(status).toBe(0);
    expect(json('s.json').models[0].findings).toEqual([]);
    expect((await run('simulate', 'p')).stdout).not.toContain('sanitizer');
  });
});

describe('simulate --check of a program that the chip refuses', () => {
  const program = compile(buildModel('two-convs'));
  const { step } = jobsOf(program, 'conv2', 'compute')[0]!;
  writeProgram(join(folder, 'overlap'), withField(program, step, 'output_memory_pointer', 0));

  it('tells what it found before, then the fault', async () => {
    const { status, stdout, stderr } = await run('simulate', 'overlap', '--check');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^check: stale data: /m);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^diana-sim: step \d+, conv2 /);
  });
});
