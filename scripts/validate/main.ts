import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validationDoc } from './table.js';

writeFileSync(join(process.cwd(), 'docs', 'validation.md'), validationDoc());
