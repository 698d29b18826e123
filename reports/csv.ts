import type { ModelResult, ResultDocument } from '../src/results/document.js';
import { type LayerResult, REASONS } from '../src/results/run.js';
import { coreBytes, layerVerdict, macsPerCycle, percentOfPeak } from './metrics.js';
import { milliseconds } from './numbers.js';
import { BYTE_PATHS } from './schema/parts.js';
import { layerStrengthOf } from './strength.js';

type Value = string | number | undefined;
type Row = { readonly result: ModelResult; readonly layer: LayerResult };

const ratio = (n: number): string => n.toFixed(4);
const clock = (result: ModelResult): number => result.run.hardware.chip.clockHz;
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The columns in order; times are estimates of the cycle model. */
const COLUMNS: readonly (readonly [name: string, value: (row: Row) => Value])[] = [
  ['model', ({ result }) => result.run.model],
  ['target', ({ result }) => result.run.target],
  ['parameter_set', ({ result }) => result.run.hardware.name],
  ['id', ({ layer }) => layer.id],
  ['layer', ({ layer }) => layer.layer],
  ['function', ({ layer }) => layer.name],
  ['operators', ({ layer }) => layer.operators.join(' ')],
  ['where', ({ layer }) => layer.target],
  ['detail', ({ layer }) => layer.detail],
  ['inputs', ({ layer }) => layer.inputs.map((shape) => shape.join('x')).join(' ')],
  ['output', ({ layer }) => layer.output.join('x')],
  ['output_dtype', ({ layer }) => layer.outputDtype],
  ['tiles', ({ layer }) => layer.tiles],
  ['copy_jobs', ({ layer }) => layer.jobs.copies],
  ['compute_jobs', ({ layer }) => layer.jobs.compute],
  ['useful_macs', ({ layer }) => layer.usefulMacs],
  ['issued_macs', ({ layer }) => layer.issuedMacs],
  ['estimated_cycles', ({ layer }) => layer.totalCycles],
  ['estimated_ms', ({ result, layer }) => milliseconds(layer.totalCycles, clock(result)).toFixed(6)],
  ['estimated_uj', ({ layer }) => layer.energy?.microjoules.toFixed(6)],
  ['estimated_uj_least', ({ layer }) => layer.energy?.least.toFixed(6)],
  ['estimated_uj_most', ({ layer }) => layer.energy?.most.toFixed(6)],
  ['estimated_macs_per_joule', ({ layer }) => layer.energy?.macsPerJoule.toFixed(0)],
  ['macs_per_cycle', ({ layer }) => ratio(macsPerCycle(layer))],
  ['percent_of_peak', ({ layer }) => ratio(percentOfPeak(layer))],
  ...REASONS.map(
    (reason) => [`cycles_${snake(reason)}`, ({ layer }: Row): Value => layer.cycles[reason]] as const,
  ),
  ['core_bytes', ({ layer }) => coreBytes(layer.bytes)],
  ...BYTE_PATHS.map(
    (path) => [`bytes_${snake(path)}`, ({ layer }: Row): Value => layer.bytes[path]] as const,
  ),
  ['overflows', ({ layer }) => layer.overflows],
  ['checksum', ({ layer }) => layer.checksum],
  ['compared_elements', (row) => layerVerdict(row.result.verdicts, row.layer)?.elements],
  ['differing_elements', (row) => layerVerdict(row.result.verdicts, row.layer)?.differing],
  ['saturated_elements', (row) => layerVerdict(row.result.verdicts, row.layer)?.saturated],
  ['zero_elements', (row) => layerVerdict(row.result.verdicts, row.layer)?.zero],
  ['faults_planted', ({ result, layer }) => layerStrengthOf(result, layer.id)?.planted],
  ['faults_noticed', ({ result, layer }) => layerStrengthOf(result, layer.id)?.noticed],
  ['faults_refused', ({ result, layer }) => layerStrengthOf(result, layer.id)?.refused],
];

/** Quotes where RFC 4180 asks for it, and keeps spreadsheets from taking a name for a formula. */
function field(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) && !/^-?\d/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A layer a row (RFC 4180, CRLF), all models one below another; figures in full, empty where there is none. */
export function renderCsv(doc: ResultDocument): string {
  const rows = doc.models.flatMap((result) =>
    result.run.layers.map((layer) => COLUMNS.map(([, value]) => field(value({ result, layer }))).join(',')),
  );
  return `${[COLUMNS.map(([name]) => name).join(','), ...rows].join('\r\n')}\r\n`;
}
