import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { writeFolderAtomic } from '../../src/node/atomic-write.js';
import { renderProgram } from '../../src/program/render.js';
import type { ResultDocument } from '../../src/results/document.js';
import { fieldOf, jobsOf, withField, without } from '../verify/plant.js';
import { diana } from './run.js';

/** `simulate DIR --against MODEL`: programs that somebody else made. */
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-against-'));
  const right = compile(buildModel('single-conv'));
  const { step, job } = jobsOf(right, 'conv', 'compute')[0]!;
  const shift = fieldOf(right, job, 'shift_fixed_point');
  writeFolderAtomic(join(dir, 'right'), renderProgram(right));
  writeFolderAtomic(
    join(dir, 'shifted'),
    renderProgram(withField(right, step, 'shift_fixed_point', shift + 1)),
  );
  writeFolderAtomic(
    join(dir, 'uncopied'),
    renderProgram(without(right, jobsOf(right, 'conv', 'copy in')[0]!.step)),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const against = (...words: string[]) => diana(dir, ['simulate', ...words, '--against', 'single-conv']);

describe('simulate --against', () => {
  it('a right program: 0, and nothing to explain', async () => {
    const { status, stdout } = await against('right');
    expect(status).toBe(0);
    expect(stdout).toContain('EXACT in 1 run');
    expect(stdout).not.toContain('Why:');
  });

  it('a wrong one: 1, the layer and the cause in every format', async () => {
    const { status, stdout } = await against('shifted', '--report', 'report', '--json', 'result.json');
    expect(status).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Why: 2? ?\d* ?layers? differs?, 1 is at fault.* conv \(.*cause: shifted right by \d+ bits instead of \d+; with `shift_fixed_point` \d+ instead of \d+ in step \d+ the layer is exact/,
    );
    const { models } = JSON.parse(readFileSync(join(dir, 'result.json'), 'utf8')) as ResultDocument;
    const [fault] = models[0]!.verdicts[0]!.explanation!.atFault;
    expect(fault!.layer).toBe('conv');
    expect(fault!.causes[0]!.kind).toBe('shift');
    const read = (name: string) => readFileSync(join(dir, 'report', name), 'utf8');
    for (const name of ['report.txt', 'report.md', 'report.html', 'junit.xml'])
      expect(read(name).replaceAll(/\s+/g, ' ')).toContain('the layer is exact');
    expect(read('report.html')).toContain('<svg ');
    expect(readdirSync(join(dir, 'report', 'charts'))).toContain('single-conv-run0-conv-difference.png');
  });

  it('--no-explain leaves it out', async () => {
    const { status, stdout } = await against('shifted', '--no-explain');
    expect(status).toBe(1);
    expect(stdout).not.toContain('Why:');
  });

  it('a program that the chip refuses: 2, with what is missing', async () => {
    const { status, stdout, stderr } = await against('uncopied');
    expect(status).toBe(2);
    expect(stderr).toContain('is never written; must be written before it is read');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('cause: nothing copies tensor input to L1');
  });

  it.each(['--output', '--trace'])('%s does not go with it', async (option) =>
    expect(await against('right', option, 'x')).toMatchObject({
      status: 2,
      stderr: `diana-sim: ${option} does not go with --against.\n`,
    }),
  );
});
