// Writes the published JSON Schemas from the definitions in reports/schema/*.ts; run after a build.
import { writeFileSync } from 'node:fs';
import { PUBLISHED } from '../dist/reports/schema/published.js';

for (const [file, schema] of Object.entries(PUBLISHED))
  writeFileSync(
    new URL(`../reports/schema/${file}`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  );
