import { defineConfig } from 'vitest/config';

/** A user's vitest, which knows nothing of this repository's configuration. */
export default defineConfig({});
