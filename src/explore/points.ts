import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { UserError } from '../base/errors.js';
import { withCostModel } from '../program/hardware-overrides.js';
import { checkHardware, type Group } from '../program/hardware-rules.js';
import type { ExploredAxis } from '../results/exploration.js';
import { COST_MODEL_AXIS, MOST_POINTS } from './axis.js';

type Value = number | string;

/** All combinations of the axes' values, the first axis slowest. Throws a UserError for axes that vary one parameter twice, and for too many. */
export function combinations(axes: readonly ExploredAxis[]): readonly (readonly Value[])[] {
  const twice = axes.find((a, i) => axes.findIndex((b) => b.parameter === a.parameter) !== i);
  if (twice !== undefined)
    throw new UserError(`--vary ${twice.name}: ${twice.parameter} varies already; give each parameter once.`);
  const total = axes.reduce((n, { values }) => n * values.length, 1);
  if (total > MOST_POINTS)
    throw new UserError(`--vary makes ${total} points; must be at most ${MOST_POINTS}. Vary fewer values.`);
  return axes.reduce<readonly (readonly Value[])[]>(
    (points, { values }) => points.flatMap((p) => values.map((v) => [...p, v])),
    [[]],
  );
}

/** "l1=65536, clock=100000000". */
export const describePoint = (axes: readonly ExploredAxis[], values: readonly Value[]): string =>
  axes.map(({ name }, i) => `${name}=${values[i]}`).join(', ');

/** The parameters of a point: its cost model first, then the single values over it. Throws a UserError where they do not fit together. */
export function hardwareAt(
  base: HardwareParameters,
  axes: readonly ExploredAxis[],
  values: readonly Value[],
): HardwareParameters {
  const model = axes.findIndex(({ parameter }) => parameter === COST_MODEL_AXIS);
  const start = model < 0 ? base : withCostModel(base, String(values[model]));
  const name = `${base.name}${axes.length === 0 ? '' : `, ${describePoint(axes, values)}`}`;
  const groups = { chip: { ...start.chip }, cycles: { ...start.cycles }, host: { ...start.host } };
  const usesAnalog =
    start.analog !== undefined || axes.some(({ parameter }) => parameter.startsWith('analog.'));
  const analog = { ...DEFAULT_ANALOG, ...start.analog };
  axes.forEach(({ parameter }, i) => {
    if (parameter === COST_MODEL_AXIS) return;
    const [group, key] = parameter.split('.') as [Group, string];
    ((group === 'analog' ? analog : groups[group]) as unknown as Record<string, number>)[key] = Number(
      values[i],
    );
  });
  const out: HardwareParameters = { name, ...groups, ...(usesAnalog ? { analog } : {}) };
  checkHardware(out, describePoint(axes, values));
  return out;
}
