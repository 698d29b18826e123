import { writeFileSync } from 'node:fs';
import { instructionPage } from '../../sim/rv32/instruction-docs.js';

writeFileSync('docs/rv32-instructions.md', instructionPage());
