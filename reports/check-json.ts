import type { CheckDocument } from '../src/results/check-document.js';

/** The sanitizer's findings as JSON, by reports/schema/check.schema.json. */
export const renderCheckJson = (doc: CheckDocument): string => `${JSON.stringify(doc, undefined, 2)}\n`;
