import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analogFigure, analogSection, analogWays } from './analog.js';
import { validationDoc } from './table.js';

const docs = join(process.cwd(), 'docs');
const ways = analogWays();
writeFileSync(join(docs, 'validation.md'), `${validationDoc()}\n${analogSection(ways)}`);
writeFileSync(join(docs, 'images', 'analog-figure.svg'), analogFigure(ways));
