import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { UserError } from '../base/errors.js';
import { withCostModel } from '../program/hardware-overrides.js';
import { checkHardware, type Group } from '../program/hardware-rules.js';
import type { ExploredAxis } from '../results/exploration.js';
import { ARRAY_AXIS, arrayOf, COST_MODEL_AXIS, MOST_POINTS } from './axis.js';

type Value = number | string;

/** All combinations of the axes' values, the first axis slowest. Throws a UserError for axes that vary one parameter twice, and for too many. */
export function combinations(axes: readonly ExploredAxis[]): readonly (readonly Value[])[] {
  const whole = axes.find(({ parameter }) => parameter === ARRAY_AXIS);
  const side = axes.find(({ parameter }) => parameter.startsWith(`${ARRAY_AXIS}.`));
  if (whole !== undefined && side !== undefined)
    throw new UserError(`--vary ${side.name}: ${ARRAY_AXIS} varies already; give the array once.`);
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

/** Whether an axis changes a group of parameters. */
export const varies = (axes: readonly ExploredAxis[], group: Group): boolean =>
  axes.some(({ parameter }) => parameter === group || parameter.startsWith(`${group}.`));

/** The parameters of a point: its cost model first, then the single values over it. Throws a UserError where they do not fit together. */
export function hardwareAt(
  base: HardwareParameters,
  axes: readonly ExploredAxis[],
  values: readonly Value[],
): HardwareParameters {
  const model = axes.findIndex(({ parameter }) => parameter === COST_MODEL_AXIS);
  const start = model < 0 ? base : withCostModel(base, String(values[model]));
  const name = `${base.name}${axes.length === 0 ? '' : `, ${describePoint(axes, values)}`}`;
  const groups = {
    chip: { ...start.chip },
    cycles: { ...start.cycles },
    host: { ...start.host },
    analog: { ...DEFAULT_ANALOG, ...start.analog },
    array: { ...DEFAULT_ARRAY, ...start.array },
  };
  axes.forEach(({ parameter }, i) => {
    if (parameter === COST_MODEL_AXIS) return;
    if (parameter === ARRAY_AXIS) {
      groups.array = arrayOf(String(values[i]), `--vary ${ARRAY_AXIS}`);
      return;
    }
    const [group, key] = parameter.split('.') as [Group, string];
    (groups[group] as unknown as Record<string, number>)[key] = Number(values[i]);
  });
  const { analog, array, ...always } = groups;
  const out: HardwareParameters = {
    name,
    ...always,
    ...(start.analog !== undefined || varies(axes, 'analog') ? { analog } : {}),
    ...(start.array !== undefined || varies(axes, 'array') ? { array } : {}),
  };
  checkHardware(out, describePoint(axes, values));
  return out;
}
