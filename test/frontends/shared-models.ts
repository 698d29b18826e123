import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/**
 * The folder of real networks and recorded vectors, which is no part of the project: DIANA_MODELS, or shared/models beside the
 * repository.
 */
export const MODELS =
  process.env.DIANA_MODELS ?? fileURLToPath(new URL('../../../shared/models', import.meta.url));

/** Tests over real networks; skipped, with a title that says why, where the folder is missing. */
export const describeWithModels = (title: string, tests: () => void): void => {
  if (existsSync(MODELS)) describe(title, tests);
  else describe.skip(`${title} (skipped: there is no folder shared/models; set DIANA_MODELS)`, tests);
};
