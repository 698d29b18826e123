import { defineConfig } from 'vitest/config';
import { LoadFailures } from './loading.js';

/** The tests of one area: Stryker's runner takes a file for its configuration, so the area's patterns come by environment. */
export default defineConfig({
  test: {
    setupFiles: ['test/typed-arrays.ts'],
    include: JSON.parse(process.env.MUTATE_TESTS ?? '["test/**/*.test.ts"]') as string[],
    reporters: [new LoadFailures()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
