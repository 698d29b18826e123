import { defineConfig } from 'vitest/config';

/** Files that need a process whose modules nothing has loaded before, as they mock one or look at its first state. */
const ISOLATED = 'test/**/*.isolated.test.ts';

export default defineConfig({
  test: {
    setupFiles: ['test/typed-arrays.ts'],
    // Property tests run hundreds of whole layers; the limit only catches a hang.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Processes, not threads: the command line changes the working folder, which threads share.
    pool: 'forks',
    // Without it, one core of two stays idle.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        // Loading the compiler and tfjs anew for each file takes as long as most files' tests.
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [ISOLATED], isolate: false },
      },
      { extends: true, test: { name: 'isolated', include: [ISOLATED] } },
    ],
  },
});
