// Reads the result of a run and prints the layers that cost most: node read-result.mjs result.json
// `diana-sim verify resnet8 --json result.json` writes one.
import { readFileSync } from 'node:fs';
import { readResult } from 'diana-sim';

const path = process.argv[2] ?? 'result.json';
const { models } = readResult(readFileSync(path, 'utf8'), path);
for (const { run, verdicts } of models) {
  console.log(`${run.model}: ${run.totals.totalCycles} cycles, exact: ${verdicts.every((v) => v.ok)}`);
  const dearest = [...run.layers].sort((a, b) => b.totalCycles - a.totalCycles).slice(0, 3);
  for (const l of dearest) {
    const share = (100 * l.totalCycles) / run.totals.totalCycles;
    console.log(
      `  ${l.layer ?? l.name}: ${share.toFixed(1)} %, ${l.macPerCycle.toFixed(1)} MAC/cycle on the ${l.target}`,
    );
  }
}
