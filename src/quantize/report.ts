import type { Agreement, FloatOperator, InputMap, Quantized } from './types.js';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A number with as many digits as a float32 has. */
const number = (v: number): string => String(Number(v.toPrecision(9)));
const list = (values: readonly number[]): string =>
  values.length === 1 ? number(values[0]!) : `[${values.map(number).join(', ')}]`;

/** "integer = round(real * 127 + -0.5), limited to -128..127". */
export function showInputMap({ scale, offset, axis }: InputMap, of = 'real'): string {
  const moved = offset.some((o) => o !== 0) ? ` + ${list(offset)}` : '';
  const along = Math.max(scale.length, offset.length) > 1 ? ` along axis ${axis}` : '';
  return `integer = round(${of} * ${list(scale)}${moved})${along}, limited to -128..127`;
}

function showAgreement(what: string, a: Agreement): string {
  return `${what}: ${plural(a.samples, 'sample')}, top-1 agreement ${percent(a.top1)}, mean error ${a.meanError.toPrecision(3)}`;
}

const showFloat = ({ operator, layer }: FloatOperator): string => `${operator} (${layer})`;

function showFloating(floating: readonly FloatOperator[]): string[] {
  const between = floating.filter((f) => f.lost === undefined && f.between);
  const after = floating.filter((f) => f.lost === undefined && !f.between);
  return [
    ...between.map((f) => `in float32 on the host, between integer layers: ${showFloat(f)}`),
    `in float32 behind the last layer: ${after.map(showFloat).join(', ') || 'nothing'}`,
    ...floating.flatMap((f) => (f.lost === undefined ? [] : [`left in float32: ${showFloat(f)}: ${f.lost}`])),
  ];
}

/** The layers that the core could have taken and that stayed in float32. */
export const lostLayers = (q: Pick<Quantized, 'floating'>): FloatOperator[] =>
  q.floating.filter((f) => f.lost !== undefined);

/** The layers that became ternary, a line each. */
function showTernary({ analog }: Quantized): string[] {
  if (analog === undefined) return [];
  const rows = analog.layers.map((l) => [
    l.layer,
    percent(l.zeros),
    number(Number(l.gain.toPrecision(5))),
    String(l.shift),
    `${l.sqnr.toFixed(1)} dB`,
    `${l.alone.toFixed(1)} dB`,
  ]);
  const header = ['ternary, on the analog core', 'zeros', 'gain', 'shift', 'SQNR', 'by itself'];
  const { test } = analog.int8;
  return [
    '',
    ...aligned(header, rows, 1),
    'SQNR of ternary layers: against the int8 network. Nothing was trained: whether this is precise enough is yours to judge, on labelled data;',
    'analog noise is not modelled.',
    ...(test === undefined ? [] : [showAgreement('held aside, before layers became ternary', test)]),
  ];
}

/** Rows below a header, the first `left` columns to the left. */
function aligned(header: readonly string[], rows: readonly (readonly string[])[], left: number): string[] {
  const widths = header.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, c) => (c < left ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ');
  return [line(header), ...rows.map(line)];
}

/** The report: a line a layer, the input, what stays in float32, then the agreement with the float network. */
export function showQuantized(q: Quantized): string {
  const rows = q.layers.map((l) => [
    l.layer,
    l.operator,
    `2^${l.input}`,
    l.weights === undefined ? '' : `2^${l.weights}`,
    `2^${l.output}`,
    l.shift === undefined ? '' : String(l.shift),
    percent(l.saturated),
    `${l.sqnr.toFixed(1)} dB`,
  ]);
  const header = ['layer', 'operator', 'input', 'weights', 'output', 'shift', 'saturated', 'SQNR'];
  return [
    ...aligned(header, rows, 2),
    ...showTernary(q),
    '',
    `input: ${showInputMap(q.input)}`,
    `weights: ${q.variant}`,
    ...showFloating(q.floating),
    ...q.warnings.map((w) => `warning: ${w}`),
    showAgreement('calibration', q.calibration),
    ...(q.test === undefined ? [] : [showAgreement('held aside', q.test)]),
    '',
  ].join('\n');
}

/** The report's last line. */
export function showLost(q: Pick<Quantized, 'floating'>): string {
  const lost = lostLayers(q).length;
  return lost === 0
    ? 'every layer is integer'
    : `${plural(lost, 'layer')} that the core could take ${lost === 1 ? 'stays' : 'stay'} in float32`;
}
