import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorsDoc } from './table.js';

writeFileSync(join(process.cwd(), 'docs', 'operators.md'), operatorsDoc());
