import type { Schema } from './build.js';
import { RESULT_SCHEMA } from './result.js';

/** The schemas that stand in this folder as JSON, for users of the files; `npm run schemas` writes them. */
export const PUBLISHED: Readonly<Record<string, Schema>> = {
  'result.schema.json': RESULT_SCHEMA,
};
