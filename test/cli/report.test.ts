import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interruptCli } from './process.js';
import { runCli } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'diana-report-'));
const at = (...parts: string[]): string => join(folder, ...parts);
const FILES = [
  'annotations.txt',
  'charts/resnet8-cycles.png',
  'charts/resnet8-energy.png',
  'charts/resnet8-l2.png',
  'charts/resnet8-macs.png',
  'charts/resnet8-models.png',
  'charts/resnet8-roofline.png',
  'junit.xml',
  'layers.csv',
  'report.html',
  'report.md',
  'report.txt',
  'result.json',
  'summary.md',
  'trace.json',
];
const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

beforeAll(async () => {
  for (const name of ['a', 'b'])
    expect(
      (await runCli(['verify', 'resnet8', '--report', at(name), '--json', at(`${name}.json`)])).status,
    ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--report', () => {
  it('writes every format with one command', () => expect(filesOf(at('a'))).toEqual(FILES));

  it.each(FILES)('%s is byte-identical in a second run with the same seed', (file) =>
    expect(readFileSync(at('a', file)).equals(readFileSync(at('b', file)))).toBe(true),
  );

  it('simulate writes no JUnit file: nothing was compared', async () => {
    expect((await runCli(['compile', 'single-conv', '-o', at('program')])).status).toBe(0);
    expect((await runCli(['simulate', at('program'), '--report', at('simulated')])).status).toBe(0);
    expect(filesOf(at('simulated'))).not.toContain('junit.xml');
    expect(filesOf(at('simulated'))).toContain('charts/single-conv-cycles.png');
  });
});

describe('report', () => {
  const names: Readonly<Record<string, string>> = {
    table: 'report.txt',
    markdown: 'report.md',
    csv: 'layers.csv',
    json: 'result.json',
    html: 'report.html',
    trace: 'trace.json',
    junit: 'junit.xml',
    summary: 'summary.md',
    annotations: 'annotations.txt',
  };
  it.each(Object.entries(names))('--format %s prints what --report wrote to %s', async (format, file) => {
    const { status, stdout } = await runCli(['report', at('a.json'), '-f', format]);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(at('a', file), 'utf8'));
  });

  it('-o writes a file; png and all write a folder', async () => {
    expect((await runCli(['report', at('a.json'), '-f', 'csv', '-o', at('x', 'layers.csv')])).status).toBe(0);
    expect(readFileSync(at('x', 'layers.csv'))).toEqual(readFileSync(at('a', 'layers.csv')));
    expect((await runCli(['report', at('a.json'), '-f', 'png', '-o', at('png')])).status).toBe(0);
    expect(filesOf(at('png'))).toEqual(FILES.flatMap((f) => (f.startsWith('charts/') ? [f.slice(7)] : [])));
    expect((await runCli(['report', at('a.json'), '-f', 'all', '-o', at('all')])).status).toBe(0);
    expect(filesOf(at('all'))).toEqual(FILES);
  });

  it.each([
    [['report', at('a.json'), '-f', 'htlm'], 'unknown format "htlm"; did you mean html?'],
    [
      ['report', at('a.json'), '-f', 'png'],
      '--format png makes several files; name a folder for them with -o.',
    ],
    [['report', at('none.json')], 'cannot read'],
    [['report', at('cut.json')], 'cut.json is not valid JSON: it ends in the middle (truncated?)'],
    [['report', at('new.json')], 'new.json: version is 9 of diana-sim-result; this diana-sim reads up to 1.'],
    [['report', at('a.json'), '-f', 'all', '-o', at('a.json')], 'it is a file, not a folder'],
    [['report', at('a.json'), '-f', 'csv', '-o', at('a.json', 'x.csv')], 'cannot write'],
    [['verify', 'resnet8', '--report', at('a.json')], 'it is a file, not a folder'],
    [['merge', at('a.json'), at('a.json'), '-o', at('m.json')], 'give each shard once'],
  ])('%j: exit 2 with one line, and nothing written', async (args, message) => {
    const text = readFileSync(at('a.json'), 'utf8');
    writeFileSync(at('cut.json'), text.slice(0, 5000));
    writeFileSync(at('new.json'), text.replace('"version": 1', '"version": 9'));
    const before = filesOf(folder);
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('warning: '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
    expect(filesOf(folder)).toEqual(before);
  });
});

describe('--shard and merge', () => {
  it('two machines give the result of one', async () => {
    const models = ['resnet8', 'single-conv', 'two-convs'];
    expect((await runCli(['verify', ...models, '--json', at('whole.json')])).status).toBe(0);
    for (const i of [1, 2])
      expect(
        (await runCli(['verify', ...models, '--shard', `${i}/2`, '--json', at(`s${i}.json`)])).status,
      ).toBe(0);
    expect((await runCli(['merge', at('s1.json'), at('s2.json'), '-o', at('merged.json')])).status).toBe(0);
    expect(readFileSync(at('merged.json')).equals(readFileSync(at('whole.json')))).toBe(true);
  });
});

describe('GitHub', () => {
  it('verify appends to the step summary and prints warning lines', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('step.md') };
    writeFileSync(at('step.md'), 'before\n');
    const { stdout } = await runCli(['verify', 'resnet8'], env);
    expect(stdout).toContain('::warning title=resnet8::nn.softmax (softmax) stays on the host');
    expect(readFileSync(at('step.md'), 'utf8')).toMatch(
      /^before\n### diana-sim verify\n[\s\S]*\| resnet8 \| ✅ exact \|/,
    );
  });
});

describe('Ctrl-C', () => {
  it('exits 130 and leaves no file', async () => {
    mkdirSync(at('int'));
    const models = ['mobilenet-v1', 'ds-cnn', 'resnet20', 'mobilenet-v2'];
    const args = [
      'verify',
      ...models,
      '--runs',
      '20',
      '--json',
      at('int', 'r.json'),
      '--report',
      at('int', 'r'),
    ];
    // The first warning appears when the first model is compiled, long before the end.
    const result = await interruptCli(args, 'SIGINT');
    expect(result).toMatchObject({ status: 130, signal: null, stdout: '' });
    expect(readdirSync(at('int'))).toEqual([]);
    expect(existsSync(at('int', 'r'))).toBe(false);
  });
});
