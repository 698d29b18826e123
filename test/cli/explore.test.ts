import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diana } from './run.js';

let dir = '';
const text = (file: string) => readFileSync(join(dir, file), 'utf8');
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-explore-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const EXPLORE = ['explore', 'single-conv', '--vary', 'l1=4K:16K:x2', '--vary', 'clock=100M,260M'];

describe('explore', () => {
  it('prints a table, the best point first', async () => {
    const { status, stdout, stderr } = await diana(dir, [...EXPLORE, '--top', '2']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('single-conv on "soma_dory, c": 6 points over diana-default');
    expect(stdout).toMatch(/knee of the front of cycles, bytes of L1 and energy: l1=\d+, clock=260000000/);
    expect(stdout.match(/,000,000 /g)).toHaveLength(2);
  });

  it('prints CSV, writes HTML', async () => {
    const csv = await diana(dir, [...EXPLORE, '-f', 'csv']);
    expect(csv.stdout.split('\r\n')).toHaveLength(1 + 6 + 1);
    expect((await diana(dir, [...EXPLORE, '-f', 'html', '-o', 'p.html'])).stdout).toContain('6 points');
    expect(text('p.html')).toContain('<h2>Pareto front</h2>');
  });

  it('shards join to what one machine writes', async () => {
    await diana(dir, [...EXPLORE, '-f', 'json', '-o', 'whole.json']);
    for (const shard of ['1/2', '2/2'])
      await diana(dir, [...EXPLORE, '-f', 'json', '-o', `s${shard[0]}.json`, '--shard', shard]);
    const { status, stdout } = await diana(dir, ['merge', 's2.json', 's1.json', '-o', 'merged.json']);
    expect(status).toBe(0);
    expect(stdout).toContain('6 points');
    expect(text('merged.json')).toBe(text('whole.json'));
  });

  it.each([
    [['explore', 'single-conv'], 'Missing required argument: vary'],
    [['explore', 'single-conv', '--vary', 'banks=8'], '--vary banks: cannot vary: '],
    [[...EXPLORE, '--objective', 'speed'], '--objective is "speed"; must be one of cycles, energy, edp.'],
    [[...EXPLORE, '--format', 'pdf'], '--format is "pdf"; must be one of table, csv, json, html.'],
    [[...EXPLORE, '--top', '0'], '--top is 0; must be a whole number of at least 1.'],
    [[...EXPLORE, '--shard', '3/2'], '--shard is "3/2"; must be i/n'],
  ])('%s: exit 2', async (words, message) => {
    const { status, stderr } = await diana(dir, words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
