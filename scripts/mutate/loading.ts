import type { RunnerTestCase, RunnerTestFile } from 'vitest';
import type { Reporter, Vitest } from 'vitest/node';

/**
 * Gives a test file that does not load a failed test. Stryker's runner looks at tests alone, so that a mutant that keeps whole
 * files from loading, as a broken table at the top of a module does, would count as one that nothing noticed.
 */
export class LoadFailures implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    for (const file of this.#vitest?.state.getFiles() ?? [])
      if (file.result?.state === 'fail' && file.tasks.length === 0) file.tasks.push(failedTest(file));
  }
}

/** What Stryker's runner reads of a test. */
function failedTest(file: RunnerTestFile): RunnerTestCase {
  const { result } = file;
  const read = { type: 'test', id: `${file.id}_load`, name: 'loads', mode: 'run', file, suite: file, result };
  return read as unknown as RunnerTestCase;
}
