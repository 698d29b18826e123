import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/typed-arrays.ts'],
    // Property tests run hundreds of whole layers; the limit only catches a hang.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
