import type { Warning } from '../program/types.js';

/** More warnings than these are counted by reason. */
const MOST_IN_FULL = 20;
/** Of them, these are printed in full. */
const FIRST = 5;

const say = (line: string): void => {
  process.stderr.write(`warning: ${line}\n`);
};

const whyOf = (w: Warning): string =>
  w.attribute === 'operator'
    ? `the core has no such operator; supported: ${w.supported}`
    : `${w.attribute} is ${w.value}; supported: ${w.supported}`;

/** "qnn.conv2d (conv2) stays on the host: strides is [1, 2]; supported: ..." */
function showWarning(w: Warning): string {
  const where = [w.layer, w.tensor].filter((x) => x !== undefined).join(', ');
  return `${w.operator}${where === '' ? '' : ` (${where})`} stays on the host: ${whyOf(w)}`;
}

/** The lines for warnings: each in full up to 20; of more the first 5, then a count for each operator and reason. */
export function warningLines(warnings: readonly Warning[], listed: string): string[] {
  if (warnings.length <= MOST_IN_FULL) return warnings.map(showWarning);
  const counts = new Map<string, number>();
  for (const w of warnings.slice(FIRST)) {
    const reason =
      w.attribute === 'operator' ? 'the core has no such operator' : `${w.attribute} is ${w.value}`;
    const kind = `${w.operator}: ${reason}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const byCount = [...counts].sort((a, b) => b[1] - a[1]);
  return [
    ...warnings.slice(0, FIRST).map(showWarning),
    `and ${warnings.length - FIRST} more operators stay on the host (${listed}):`,
    ...byCount.map(([kind, n]) => `${String(n).padStart(4)} x ${kind}`),
  ];
}

/** `listed`: where all of them are listed, such as "the report lists each". */
export function printWarnings(warnings: readonly Warning[], listed: string): void {
  for (const line of warningLines(warnings, listed)) say(line);
}

/** What an importer has to say on a file: a line each, as they cost exactness. */
export function printImportWarnings(path: string, warnings: readonly string[]): void {
  for (const w of warnings) say(`${path}: ${w}`);
}

/** What the importer read and rewrote. Why operators stay on the host follows with the compiler's warnings. */
export function printImportSummary(name: string, lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${name}: ${line}\n`);
}
