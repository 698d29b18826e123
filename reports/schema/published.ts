import { BASELINE_SCHEMA } from './baseline.js';
import type { Schema } from './build.js';
import { COMPARISON_SCHEMA } from './comparison.js';
import { CONFIG_SCHEMA } from './config.js';
import { EXPLORATION_SCHEMA } from './exploration.js';
import { CHECK_SCHEMA } from './finding.js';
import { HISTORY_SCHEMA } from './history.js';
import { RESULT_SCHEMA } from './result.js';

/** The schemas that stand in this folder as JSON, for users of the files; `npm run schemas` writes them. */
export const PUBLISHED: Readonly<Record<string, Schema>> = {
  'result.schema.json': RESULT_SCHEMA,
  'baseline.schema.json': BASELINE_SCHEMA,
  'comparison.schema.json': COMPARISON_SCHEMA,
  'exploration.schema.json': EXPLORATION_SCHEMA,
  'config.schema.json': CONFIG_SCHEMA,
  'history.schema.json': HISTORY_SCHEMA,
  'check.schema.json': CHECK_SCHEMA,
};
