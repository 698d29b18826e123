import type { ResultDocument } from '../src/results/document.js';

/** Keys in the order of the code that makes them, two blanks of indentation, a newline at the end. */
export const stableJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The document itself (format diana-sim-result, reports/schema/result.schema.json). */
export const renderJson = (doc: ResultDocument): string => stableJson(doc);
