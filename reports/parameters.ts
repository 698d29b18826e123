import type { HardwareParameters } from '../sim/isa/parameters.js';

/** "cycles.copySetup" and its value, for every number of a parameter set, in the order of the set. */
export function parameterList({
  chip,
  cycles,
  host,
  analog,
  array,
}: HardwareParameters): readonly (readonly [string, number])[] {
  const named = (group: string, values: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]);
  return [
    ...named('chip', { ...chip }),
    ...named('cycles', { ...cycles }),
    ...named('host', { ...host }),
    ...(analog === undefined ? [] : named('analog', { ...analog })),
    ...(array === undefined ? [] : named('array', { ...array })),
  ];
}

/** A parameter whose value is not as it was; "none" where one side lacks it. */
export interface ParameterChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** A parameter set's name and values. */
export interface ParameterValues {
  readonly name: string;
  readonly values: ReadonlyMap<string, number>;
}

/** What differs from one parameter set to another: the name first, then the values in the order of the later one. */
export function changedParameters(before: ParameterValues, after: ParameterValues): ParameterChange[] {
  const name = before.name === after.name ? [] : [{ name: 'name', before: before.name, after: after.name }];
  const gone = [...before.values.keys()].filter((key) => !after.values.has(key));
  const changed = [...after.values.keys(), ...gone]
    .filter((key) => before.values.get(key) !== after.values.get(key))
    .map((key) => ({
      name: key,
      before: String(before.values.get(key) ?? 'none'),
      after: String(after.values.get(key) ?? 'none'),
    }));
  return [...name, ...changed];
}
