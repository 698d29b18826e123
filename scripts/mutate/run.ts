import { fileURLToPath } from 'node:url';
import type { LogLevel, MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import type { Area } from './areas.js';

/** The vitest configuration, beside the sources: this file may run from dist. */
const VITEST_CONFIG = 'scripts/mutate/vitest.config.ts';

/** The repository's root, where `npm run` starts a script. */
export const ROOT = process.cwd();

/**
 * Sets every mutant of an area, or of the given files of it, and runs the area's tests on each. Words (string literals) are left
 * alone: names are held by the type checker, sentences by the tests of errors.
 */
export function mutate(
  area: Area,
  files: readonly string[] = area.mutate,
  concurrency = 1,
): Promise<MutantResult[]> {
  process.env.MUTATE_TESTS = JSON.stringify(area.tests);
  process.env.DIANA_MODELS ??= fileURLToPath(new URL('../shared/models', `file://${ROOT}/`));
  return new Stryker({
    mutate: [...files],
    testRunner: 'vitest',
    vitest: { configFile: VITEST_CONFIG, related: false },
    coverageAnalysis: 'perTest',
    mutator: { plugins: null, excludedMutations: ['StringLiteral'] },
    concurrency,
    reporters: ['progress-append-only'],
    warnings: { slow: false, unknownOptions: true, preprocessorErrors: true, unserializableOptions: true },
    // Nothing checks types here, and the sources of the WebAssembly kernels are no TypeScript that its parser reads.
    disableTypeChecks: false,
    logLevel: 'warn' as LogLevel,
    tempDirName: '.stryker-tmp',
    ignorePatterns: ['dist', 'docs', 'reports/baselines'],
    allowConsoleColors: false,
    // A busy machine may take seconds to start a worker; a mutant that runs into the limit counts as noticed.
    timeoutMS: 15_000,
    timeoutFactor: 2.5,
  }).runMutationTest();
}
