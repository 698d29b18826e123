import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { sourceStack } from '../../src/cli/source-stack.js';
import { command, MAIN } from './process.js';

const root = mkdtempSync(join(tmpdir(), 'diana-start-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The files of code that a command loads beside Node's own, as V8's coverage lists them. */
async function loaded(args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(root, 'coverage-'));
  const coverage = `NODE_V8_COVERAGE=${folder}`;
  const { status } = await command(root, 'env', [coverage, process.execPath, MAIN, ...args]);
  expect(status).toBe(0);
  return readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  });
}

// What a command loads is most of what it takes to start: more files than these, or one of the large chunks, show here.
it.each([
  ['--help', 18, /tfjs-(?!in-node)|chip|verify|json-file|run-elf|node_modules/],
  ['show single-conv', 30, /tfjs-(?!in-node)|verify-|json-file|run-elf|node_modules/],
  ['verify single-conv', 40, /json-file|run-elf|cross|frontends|checker-|node_modules/],
] as const)('%s loads at most %i files, and nothing that it does not need', async (line, most, never) => {
  const files = (await loaded(line.split(' '))).map((url) => basename(url));
  expect(files).toContain('diana-sim.js');
  expect(files.filter((f) => never.test(f))).toEqual([]);
  expect(files.length).toBeLessThanOrEqual(most);
});

it('a stack trace names the files that the bundle was made of', () => {
  const bundle = join(MAIN, '..');
  const chunk = readdirSync(bundle).find((f) => /^run-.*\.js$/.test(f) && contains(join(bundle, f)))!;
  const code = readFileSync(join(bundle, chunk), 'utf8');
  const before = code.slice(0, code.indexOf('function refuseTwiceOrEmpty')).split('\n');
  const place = `${pathToFileURL(join(bundle, chunk))}:${before.length}:${before.at(-1)!.length + 1}`;
  const line = readFileSync(join(bundle, '../src/cli/run.js'), 'utf8')
    .split('\n')
    .findIndex((l) => l.startsWith('function refuseTwiceOrEmpty'));
  const stack = sourceStack(`Error: x\n    at refuseTwiceOrEmpty (${place})\n    at node:internal:1:2`);
  expect(stack).toMatch(
    new RegExp(
      `^Error: x\n    at refuseTwiceOrEmpty \\(file:.*/dist/src/cli/run\\.js:${line + 1}:\\d+\\)\n    at node:internal:1:2$`,
    ),
  );
});

const contains = (path: string): boolean =>
  readFileSync(path, 'utf8').includes('function refuseTwiceOrEmpty');
