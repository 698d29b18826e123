import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diana } from './run.js';

let dir = '';
const text = (file: string) => readFileSync(join(dir, file), 'utf8');
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'diana-history-'));
  writeFileSync(join(dir, 'hw.json'), '{"name": "diana-default", "cycles": {"copySetup": 90}}');
  await diana(dir, ['baseline', 'single-conv', '-o', 'before']);
  await diana(dir, ['verify', 'single-conv', '--hw', 'hw.json', '--json', 'after.json']);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('history', () => {
  it('add takes folders of baselines and results; show names the commit that moved the cycles', async () => {
    expect(await diana(dir, ['history', 'add', 'before', '--commit', '1111111'])).toMatchObject({
      status: 0,
      stdout: 'diana-history.jsonl: 1 network at 1111111, 1 of them new; 1 line\n',
    });
    await diana(dir, ['history', 'add', 'after.json', '--commit', '2222222', '--subject', 'Slower copies']);
    const { status, stdout, stderr } = await diana(dir, ['history', 'show']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('2222222 Slower copies: +40 cycles (+0.2 %): conv +40');
    const before = text('diana-history.jsonl');
    await diana(dir, ['history', 'add', 'before', '--commit', '1111111']);
    expect(text('diana-history.jsonl')).toBe(before);
  });

  it.each([
    ['markdown', '### diana-sim history'],
    ['csv', 'commit,subject,model'],
    ['json', '"commit": "1111111"'],
    ['html', '<svg '],
  ])('show --format %s, on stdout and in a file', async (format, wanted) => {
    const { stdout } = await diana(dir, ['history', 'show', '-f', format]);
    expect(stdout).toContain(wanted);
    await diana(dir, ['history', 'show', 'single-conv', '-f', format, '-o', 'out']);
    expect(text('out')).toBe(stdout);
  });

  it('show --last leaves earlier commits out', async () =>
    expect((await diana(dir, ['history', 'show', '--last', '1'])).stdout).not.toContain('1111111'));

  it.each([
    [['history'], 'history needs add or show.'],
    [['history', 'add', 'before'], 'Missing required argument: commit'],
    [['history', 'add', 'before', '--commit', 'a b'], 'commit is "a b"; must be up to 100'],
    [['history', 'add', 'before', '--commit', '2222222'], 'single-conv at 2222222 is in the history'],
    [['history', 'add', 'hw.json', '--commit', 'a'], 'hw.json: format is missing; expected'],
    [['history', 'show', '--file', 'none'], 'cannot read none: there is no such file'],
    [['history', 'show', 'resnet8'], 'has no network resnet8; nearest: single-conv.'],
    [['history', 'show', '--format', 'pdf'], '--format is "pdf"; must be one of table, markdown,'],
    [['history', 'show', '--last', '0'], '--last is 0; must be a whole number of at least 1.'],
  ])('%s: exit 2', async (words, message) => {
    const { status, stderr } = await diana(dir, words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
