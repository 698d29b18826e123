import type { HardwareParameters } from '../sim/isa/parameters.js';

/** "cycles.copySetup" and its value, for every number of a parameter set, in the order of the set. */
export function parameterList({
  chip,
  cycles,
  host,
  analog,
}: HardwareParameters): readonly (readonly [string, number])[] {
  const named = (group: string, values: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]);
  return [
    ...named('chip', { ...chip }),
    ...named('cycles', { ...cycles }),
    ...named('host', { ...host }),
    ...(analog === undefined ? [] : named('analog', { ...analog })),
  ];
}
