import type { Warning } from '../../program/types.js';

/** One line a warning on stderr: "warning: qnn.conv2d (conv2) stays on the host: strides is [1, 2]; supported: ...". */
export function printWarnings(warnings: readonly Warning[]): void {
  for (const w of warnings) {
    const where = [w.layer, w.tensor].filter((x) => x !== undefined).join(', ');
    const why =
      w.attribute === 'operator'
        ? `the core has no such operator; supported: ${w.supported}`
        : `${w.attribute} is ${w.value}; supported: ${w.supported}`;
    process.stderr.write(
      `warning: ${w.operator}${where === '' ? '' : ` (${where})`} stays on the host: ${why}\n`,
    );
  }
}
