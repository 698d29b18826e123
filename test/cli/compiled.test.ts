import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command, MAIN } from './process.js';

// A copy of the bundle, in which files may change.
const root = mkdtempSync(join(tmpdir(), 'diana-compiled-'));
const bin = join(root, 'bin');
const compiled = join(bin, `compiled-${process.version}-${process.arch}`);
beforeAll(() => cpSync(join(MAIN, '..'), bin, { recursive: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const help = async (): Promise<string> => {
  const { status, stdout } = await command(root, process.execPath, [join(bin, 'diana-sim.js'), '--help']);
  expect(status).toBe(0);
  return stdout;
};

/** Chunks that `--help` loads, with whether V8 refused the code kept of them; undefined where none was offered. */
const REFUSED = `
  const { load, scripts } = require(process.argv[1]);
  process.argv = [process.argv[0], '', '--help'];
  process.on('exit', () => {
    const refused = [...scripts].map(([name, { script }]) => [name, script.cachedDataRejected ?? 'not offered']);
    require('node:fs').writeFileSync('refused.json', JSON.stringify(refused));
  });
  load('main.js');`;

it('V8 takes the code that the build kept', async () => {
  await command(root, process.execPath, ['-e', REFUSED, join(bin, 'load.js')]);
  const refused = JSON.parse(readFileSync(join(root, 'refused.json'), 'utf8')) as [string, unknown][];
  expect(refused.map(([name]) => name)).toContain('main.js');
  expect(refused.filter(([, r]) => r !== false)).toEqual([]);
});

it('a chunk that has changed runs as it is, not as it was compiled, even at the same length', async () => {
  const before = await help();
  const chunk = readdirSync(bin).find(
    (f) =>
      f.endsWith('.js') && existsSync(join(compiled, f)) && TEXT.test(readFileSync(join(bin, f), 'utf8')),
  )!;
  const code = readFileSync(join(bin, chunk), 'utf8');
  writeFileSync(join(bin, chunk), code.replace(TEXT, 'COMPILE, simulate'));
  expect(before).toMatch(TEXT);
  expect(await help()).toContain('COMPILE, simulate');
  writeFileSync(join(bin, chunk), code);
});
const TEXT = /compile, simulate/;

it('runs without: for another version of Node', async () => {
  const before = await help();
  rmSync(compiled, { recursive: true });
  expect(await help()).toBe(before);
});
