import type { KernelSample } from './kernels.js';

/** What the cost model makes of a kernel with given parameters. */
export const estimateOf = (sample: KernelSample, parameters: readonly number[]): number =>
  sample.features.reduce((sum, f, i) => sum + f * parameters[i]!, 0);

/** The remaining error of one kind of kernels: ratios are estimate over SoC. */
export interface KindError {
  readonly kind: string;
  readonly kernels: number;
  readonly cycles: number;
  /** All estimates together over all cycles together. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

/** The remaining error by kind, most cycles first; the last row is all together. */
export function kindErrors(samples: readonly KernelSample[], parameters: readonly number[]): KindError[] {
  const error = (kind: string, of: readonly KernelSample[]): KindError => {
    const cycles = of.reduce((sum, s) => sum + s.cycles, 0);
    const estimate = of.reduce((sum, s) => sum + estimateOf(s, parameters), 0);
    const ratios = of.map((s) => estimateOf(s, parameters) / s.cycles);
    return {
      kind,
      kernels: of.length,
      cycles,
      ratio: estimate / cycles,
      least: Math.min(...ratios),
      most: Math.max(...ratios),
    };
  };
  const kinds = [...new Set(samples.map((s) => s.kind))];
  return [
    ...kinds
      .map((kind) =>
        error(
          kind,
          samples.filter((s) => s.kind === kind),
        ),
      )
      .sort((a, b) => b.cycles - a.cycles),
    error('all', samples),
  ];
}

/** The errors as a table for people. */
export function errorTable(errors: readonly KindError[]): string {
  const row = (cells: readonly string[]): string =>
    cells.map((c, i) => (i === 0 ? c.padEnd(28) : c.padStart(13))).join('');
  return [
    row(['kind of kernel', 'kernels', 'cycles', 'estimate/SoC', 'least', 'most']),
    ...errors.map((e) =>
      row([
        e.kind,
        String(e.kernels),
        e.cycles.toLocaleString('en-US'),
        e.ratio.toFixed(2),
        e.least.toFixed(2),
        e.most.toFixed(2),
      ]),
    ),
  ].join('\n');
}
