import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpyFile } from '../../src/node/npy-file.js';
import { readProgram } from '../../src/node/program-folder.js';
import type { ResultDocument } from '../../src/results/document.js';
import { BUILT, COMPILED } from '../relay/texts.js';
import { command, dianaProcess, MAIN } from './process.js';
import { diana } from './run.js';

let dir = '';
const at = (...names: string[]) => join(dir, ...names);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'diana-cli-'));
  // Neither import nor require finds tfjs; what runs nevertheless does not need it.
  const refuse = "if (name.startsWith('@tensorflow/')) throw new Error('tfjs is not here: ' + name);";
  writeFileSync(
    at('hook.mjs'),
    `export async function resolve(name, context, next) { ${refuse} return next(name, context); }`,
  );
  writeFileSync(
    at('no-tfjs.mjs'),
    `import Module, { register } from 'node:module';
    const find = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) { ${refuse} return find.call(this, name, ...rest); };
    register(${JSON.stringify(pathToFileURL(at('hook.mjs')).href)});`,
  );
  const { status, stderr } = await diana(dir, ['compile', 'two-convs', '-o', 'program']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('show', () => {
  it.each([
    ['input', BUILT],
    ['partitioned', COMPILED],
  ])("single-conv --stage %s prints the notebook's text", async (stage, text) =>
    expect(await diana(dir, ['show', 'single-conv', '--stage', stage])).toEqual({
      status: 0,
      stdout: text,
      stderr: '',
    }),
  );

  it('--stage memory prints address, size, first and last use, and the peaks', async () => {
    const { stdout } = await diana(dir, ['show', 'single-conv', '--stage', 'memory']);
    // One block of 3 * 3 * 3 * 16 + 64 bytes, at the start of L2 behind the 64 KiB for code.
    expect(stdout).toMatch(/^0x1c010000\s+496\s+0\s+\d+\s+weights\s.*main_0_weights$/m);
    // The output is (1, 5, 32, 32): 5120 bytes, alive to the last step, which the summary at the end names.
    const last = /^steps: 0\.\.(\d+) /m.exec(stdout)![1];
    expect(stdout).toMatch(
      new RegExp(`^0x1c[0-9a-f]{6}\\s+5120\\s+${last}\\s+${last}\\s+output\\s+dense\\s+output\\s`, 'm'),
    );
    expect(stdout).toMatch(/^L2: peak \d+ of 458752 bytes \(524288 less 65536 for code and stack\)/m);
    expect(stdout).toMatch(/^weight memory: peak 496 of 65536 bytes$/m);
  });
});

describe('compile and simulate', () => {
  it('gives the same bytes twice, and says what it made', async () => {
    const { stdout } = await diana(dir, ['compile', 'two-convs', '-o', 'again']);
    expect(stdout).toMatch(
      /^again: two-convs, 2 layers on the core, 2 kernels on the host, \d+ jobs, \d+ bytes of L2/,
    );
    expect(readdirSync(at('again')).sort()).toEqual(['image.bin', 'program.json']);
    for (const file of ['image.bin', 'program.json'])
      expect(readFileSync(at('again', file)).equals(readFileSync(at('program', file)))).toBe(true);
  });

  it('runs the program as verify does: same outputs, same cycles', async () => {
    const read = (file: string) => (JSON.parse(readFileSync(at(file), 'utf8')) as ResultDocument).models[0]!;
    const simulated = await diana(dir, [
      'simulate',
      'program',
      '--json',
      's.json',
      '-o',
      'outputs',
      '--trace',
      't.txt',
    ]);
    const verified = await diana(dir, ['verify', 'two-convs', '--json', 'v.json']);
    expect([simulated.status, verified.status]).toEqual([0, 0]);
    expect(read('s.json').run).toEqual(read('v.json').run);
    expect(read('s.json').verdicts).toEqual([]);
    expect(read('v.json').verdicts.map((v) => v.ok)).toEqual([true]);
    expect(Object.keys(read('s.json').run.outputs)).toEqual(['output']);
    expect(readNpyFile(at('outputs', 'output.npy')).shape).toEqual([1, 8, 32, 32]);
  });

  it('traces one line a job, in order of time, with decoded fields', () => {
    const { steps, layers } = readProgram(at('program')).manifest;
    const jobs = steps.flatMap((s, i) => (s.kind === 'job' ? [{ s, i }] : []));
    const lines = readFileSync(at('t.txt'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(jobs.length);
    lines.forEach((line, n) => {
      const { s, i } = jobs[n]!;
      expect(line).toMatch(
        new RegExp(`^\\d+ \\+\\d+ step=${i} layer=${layers[s.layer]!.layer} tile=${s.tile} `),
      );
      expect(line).toMatch(
        s.note.startsWith('compute')
          ? / mode=1 .* stop=1$|compute weights=\d+ mode=1 /
          : / copy(In|Out) l2=0x1c/,
      );
    });
    const starts = lines.map((l) => Number(l.split(' ')[0]));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it('disasm prints every job', async () => {
    const { stdout, status } = await diana(dir, ['disasm', 'program']);
    const { steps } = readProgram(at('program')).manifest;
    expect(status).toBe(0);
    for (const s of steps) if (s.kind === 'job') expect(stdout).toContain(s.note);
    expect(stdout).toContain('shift_fixed_point=4');
    expect(stdout).toContain('zero_padding=0x1101');
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { stdout, stderr, status } = await command(dir, 'bash', [
      '-c',
      `set -o pipefail; "${process.execPath}" "${MAIN}" disasm program | head -n 1`,
    ]);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(0);
  });
});

describe('models', () => {
  it('lists the models and suites that are named, and why one does not fit', async () => {
    const { status, stdout } = await diana(dir, ['models', 'resnet8', 'analog', '--seed', '1']);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(1, -2).map((l) => l.split(' ')[0])).toEqual([
      'resnet8',
      'resnet8-ternary',
      'resnet8-mixed',
      'ds-cnn-ternary',
      'ds-cnn-mixed',
      'mobilenet-v1-ternary',
      'mobilenet-v1-mixed',
      'dae-ternary',
      'dae-mixed',
    ]);
    expect(lines[1]).toMatch(/^resnet8 +12,501,760 +77,836 +95,120 {2}MLPerf Tiny/);
    expect(lines.find((l) => l.startsWith('mobilenet-v1-mixed'))).toMatch(
      /; does not fit: L2 for constants and activations is 520288$/,
    );
  });
});

describe('verify', () => {
  it("takes the notebook's models and resnet8, with a warning for each operator that stays on the host", async () => {
    const { status, stderr, stdout } = await diana(
      dir,
      'verify single-conv two-convs two-convs-stride12 residual resnet8'.split(' '),
    );
    expect(status).toBe(0);
    const core =
      'the core has no such operator; supported: conv2d, dense and element-wise add, each requantized to int8';
    expect(stderr.trimEnd().split('\n')).toEqual([
      'warning: qnn.conv2d (conv2, %6) stays on the host: strides is [1, 2]; supported: [1, 1] or [2, 2]',
      'warning: add (add, output) stays on the host: pattern is add of int8 operands without a cast of both to int32; ' +
        'supported: cast of both operands to int32, add, right_shift, clip, cast to int8',
      `warning: nn.avg_pool2d (pool, %67) stays on the host: ${core}`,
      `warning: reshape (pool, %68) stays on the host: ${core}`,
      `warning: cast (softmax, %74) stays on the host: ${core}`,
      `warning: nn.softmax (softmax, output) stays on the host: ${core}`,
    ]);
    expect(stdout.match(/^EXACT /gm)).toHaveLength(5);
    expect(stdout).not.toContain('DIFFERS');
  });

  it('two runs draw two inputs', async () => {
    const { status, stdout } = await diana(dir, ['verify', 'single-conv', '--runs', '2']);
    expect(status).toBe(0);
    expect(stdout).toContain('EXACT in 2 runs');
  });
});

describe('without tfjs', () => {
  const run = (...args: string[]) =>
    dianaProcess(dir, args, ['--import', pathToFileURL(at('no-tfjs.mjs')).href]);
  it.each([
    ['models'],
    ['show single-conv'],
    ['compile single-conv -o c'],
    ['simulate program'],
    ['disasm program'],
    ['--help'],
  ])('diana-sim %s runs', async (line) => expect((await run(...line.split(' '))).status).toBe(0));
  it('verify does not', async () => {
    const { status, stderr } = await run('verify', 'single-conv');
    expect(status).not.toBe(0);
    expect(stderr).toContain('tfjs is not here');
  });
});
