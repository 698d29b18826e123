import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'diana-action-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runAction(env: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('bash', ['scripts/regression-action.sh'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, DIANA_SIM: 'dist/bin/diana-sim.js', ...env },
  });
  return { status, output: stdout + stderr };
}

describe('the composite action', () => {
  const baselines = join(folder, 'baselines');

  it('passes on the models as they were recorded, one a line or separated by blanks', async () => {
    expect((await runCli(['baseline', 'single-conv', 'two-convs', '-o', baselines])).status).toBe(0);
    const markdown = join(folder, 'comment.md');
    const done = runAction({ MODELS: 'single-conv\ntwo-convs\n', BASELINES: baselines, MARKDOWN: markdown });
    expect(done).toMatchObject({ status: 0 });
    expect(readFileSync(markdown, 'utf8')).toContain('2 models: 2 the same.');
  });

  it('fails on a regression, and passes within the limit', () => {
    writeFileSync(join(folder, 'hw.json'), '{"name": "diana-default", "cycles": {"copySetup": 90}}');
    const env = { MODELS: 'single-conv two-convs', BASELINES: baselines, HW: join(folder, 'hw.json') };
    expect(runAction(env)).toMatchObject({ status: 1 });
    expect(runAction({ ...env, MAX_CYCLES: '+5%' })).toMatchObject({ status: 0 });
  });

  it('keeps a history, of a commit that fails the check, too, and draws it', async () => {
    const HISTORY = join(folder, 'history.jsonl');
    const page = join(folder, 'history.html');
    const summary = join(folder, 'summary.md');
    const env = { MODELS: 'single-conv', BASELINES: baselines, HISTORY };
    await runCli([
      'history',
      'add',
      join(baselines, 'single-conv.json'),
      '--commit',
      'aaaa',
      '--file',
      HISTORY,
    ]);
    const hw = join(folder, 'hw.json');
    const again = { ...env, COMMIT: 'bbbb2222', HW: hw, HISTORY_HTML: page, GITHUB_STEP_SUMMARY: summary };
    expect(runAction(again)).toMatchObject({ status: 1 });
    expect(readFileSync(HISTORY, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(readFileSync(page, 'utf8')).toContain('parameter cycles.copySetup: 70 -&gt; 90');
    expect(readFileSync(summary, 'utf8')).toContain('### diana-sim history');
    expect(runAction({ ...env, COMMIT: '' })).toMatchObject({ status: 2 });
  });

  it('takes the text of its inputs as data', () => {
    const done = runAction({ MODELS: '$(touch pwned) `touch pwned`', BASELINES: baselines });
    expect(done.status).toBe(2);
    expect(done.output).toContain('$(touch');
  });

  it('refuses an empty list', () =>
    expect(runAction({ MODELS: ' \n', BASELINES: baselines })).toMatchObject({ status: 2 }));

  it('hands every input of action.yml to the script', () => {
    const action = readFileSync(join(root, 'action.yml'), 'utf8');
    const script = readFileSync(join(root, 'scripts/regression-action.sh'), 'utf8');
    const inputs = [...(action.split('\nruns:')[0] ?? '').matchAll(/^ {2}([a-z0-9-]+):$/gm)].map(
      (m) => m[1] ?? '',
    );
    expect(inputs).toEqual([
      'models',
      'baselines',
      'seed',
      'hw',
      'max-cycles',
      'max-l2',
      'fail-on',
      'markdown',
      'history',
      'commit',
      'history-html',
    ]);
    for (const input of inputs) {
      const variable = input.toUpperCase().replaceAll('-', '_');
      expect(action).toContain(`${variable}: \${{ inputs.${input} }}`);
      expect(script).toMatch(new RegExp(`\\$\\{?${variable}\\b`));
    }
  });
});
