import { readFileSync, writeFileSync } from 'node:fs';
import { fillTables } from './tables.js';

const path = 'docs/hardware-model.md';
writeFileSync(path, fillTables(readFileSync(path, 'utf8')));
