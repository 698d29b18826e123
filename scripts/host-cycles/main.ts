import { readFileSync, writeFileSync } from 'node:fs';
import { filled } from '../filled.js';
import { cyclesAMac, LAYERS, NETWORKS } from './layers.js';

/**
 * Runs layers and networks of the host alone on the SoC at -O2, in RV32IMC and with Xpulp, and writes their cycles a
 * multiply-accumulate to docs/c-project.md.
 */
const path = 'docs/c-project.md';
const row = (name: string, cells: readonly string[]): string => `| ${name} | ${cells.join(' | ')} |`;
const rows = [...NETWORKS, ...LAYERS].map((r) => {
  process.stderr.write(`${r.name}\n`);
  return row(r.name, [r.first ?? '', ...cyclesAMac(r).map((n) => n.toFixed(2))]);
});
const table = [row('layer', ['first', 'RV32IMC', 'Xpulp']), '| --- | ---: | ---: | ---: |', ...rows];
writeFileSync(path, filled(readFileSync(path, 'utf8'), { 'cycles a MAC': table.join('\n') }, path));
