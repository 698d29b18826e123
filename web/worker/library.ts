/** What the worker takes of the library, and of what stands below its entry. */

export { CHART_NAMES, CHARTS, type ChartName } from '../../reports/charts/all.js';
export { baselineOf } from '../../reports/regression/baseline.js';
export { renderAdvice } from '../../reports/terminal/advice.js';
export { decode, FIELDS, INSTRUCTION_WORDS } from '../../sim/isa/instruction.js';
export { baseName } from '../../src/base/path-name.js';
export { GENERATOR } from '../../src/generator.js';
export * from '../../src/index.js';
export { showQuantized } from '../../src/quantize/report.js';
