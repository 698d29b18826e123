import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULL } from '../full.js';

const root = mkdtempSync(join(tmpdir(), 'diana-tarball-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a program to its end; throws with what it wrote where it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: exit status ${status}\n${stdout}${stderr}`);
  return stdout;
}
const bin = (name: string): string => resolve('node_modules/.bin', name);

/** A program of a user, with both entry points. */
const PROGRAM = `
import { allEqual, buildModel, compile, ModelBuilder, op, simulate, verify, type ResultDocument } from 'diana-sim';
import { loadModelFile, writeReport } from 'diana-sim/node';

const result: ResultDocument = await verify(buildModel('single-conv'));
const cycles: number | undefined = result.models[0]?.run.totals.totalCycles;
const { outputs } = await simulate(compile(buildModel('single-conv')));
console.log(allEqual(result), typeof cycles, [...outputs.values()].map((t) => t.shape.join('x')).join());
void [ModelBuilder, op, loadModelFile, writeReport];
`;
/** The browser's entry, without Node's types. */
const PAGE = `
import { allEqual, buildModel, setWasmFolder, verify } from 'diana-sim';
setWasmFolder('/tfjs/');
export const ok: Promise<boolean> = verify(buildModel('resnet8'), { signal: new AbortController().signal }).then(allEqual);
`;
const STRICT = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

/** Type-checks the programs against the installed package and runs what a user would. */
function tryAsUser(project: string): void {
  const files: Record<string, unknown> = {
    'tsconfig.json': {
      compilerOptions: { ...STRICT, module: 'nodenext', target: 'es2022', outDir: 'out', types: ['node'] },
      files: ['program.ts'],
    },
    'tsconfig.page.json': {
      compilerOptions: {
        ...STRICT,
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2022',
        lib: ['es2023', 'dom', 'dom.iterable'],
        noEmit: true,
        types: [],
      },
      files: ['page.ts'],
    },
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(project, name), JSON.stringify(content));
  writeFileSync(join(project, 'program.ts'), PROGRAM);
  writeFileSync(join(project, 'page.ts'), PAGE);
  run(bin('tsc'), ['-p', 'tsconfig.json'], project);
  run(bin('tsc'), ['-p', 'tsconfig.page.json'], project);
  expect(run(process.execPath, ['out/program.js'], project)).toBe('true number 1x5x32x32\n');
  const cli = join(project, 'node_modules/diana-sim/dist/bin/diana-sim.js');
  expect(run(process.execPath, [cli, '--version'], project)).toMatch(/^diana-sim \d+\.\d+\.\d+\n$/);
  expect(run(process.execPath, [cli, 'verify', 'single-conv'], project)).toContain('EXACT in 1 run');
}

describe.skipIf(!FULL)('the packed tarball', () => {
  let tarball = '';
  let files: string[] = [];

  beforeAll(() => {
    run('npm', ['pack', '--ignore-scripts', `--pack-destination=${root}`], process.cwd());
    tarball = join(root, readdirSync(root).find((name) => name.endsWith('.tgz'))!);
    files = run('tar', ['tzf', tarball], root).trim().split('\n');
  });

  it('has the library, the command line, the docs and nothing else', () => {
    const tops = new Set(files.map((f) => f.split('/').slice(1, 3).join('/')));
    for (const part of [
      'dist/bin',
      'dist/src',
      'dist/sim',
      'dist/golden',
      'dist/reports',
      'docs/examples',
      'README.md',
    ])
      expect(tops).toContain(part);
    expect(
      files.filter((f) =>
        /tsbuildinfo|dist\/(scripts|test|base|program)\/|dist\/bin\/compiled|docs\/api/.test(f),
      ),
    ).toEqual([]);
  });

  it('passes publint and arethetypeswrong', () => {
    run(bin('publint'), [tarball, '--strict'], root);
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'], root);
  });

  it('works in a project with a path of spaces and other letters, its types strict with skipLibCheck off', () => {
    const project = join(root, 'mein Gerät – 試験');
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    run('tar', ['xzf', tarball], join(project, 'node_modules'));
    run('mv', ['package', 'diana-sim'], join(project, 'node_modules'));
    // Its dependencies, from here: the full test installs them.
    for (const name of readdirSync('node_modules'))
      if (name !== 'diana-sim')
        symlinkSync(resolve('node_modules', name), join(project, 'node_modules', basename(name)));
    tryAsUser(project);
  });

  it.skipIf(!FULL)(
    'installs from the registry with what it depends on, and with nothing of the repository',
    () => {
      const project = join(root, 'empty project');
      mkdirSync(project);
      writeFileSync(join(project, 'package.json'), '{"type":"module"}');
      const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
      run('npm', ['install', ...quiet, tarball, '@types/node@20'], project);
      tryAsUser(project);
      expect(run('npx', ['diana-sim', '--version'], project)).toMatch(/^diana-sim /);
    },
  );
});
