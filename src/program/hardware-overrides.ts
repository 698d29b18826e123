import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import { COST_MODEL_NAMES, COST_MODELS } from '../../sim/isa/cost-models.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../sim/isa/parameters.js';
import { UserError } from '../base/errors.js';
import { parseJson } from '../base/json-text.js';
import { nearest } from '../base/nearest.js';
import { baseName } from '../base/path-name.js';
import { checkHardware, checkParameter, GROUPS } from './hardware-rules.js';

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/**
 * `base` with the values of a `--hw` file in place of its own: {"name": "slow-copies", "cycles": {"copySetup": 90}}. Every
 * group and value may be left out. The set's name becomes `fallbackName` when the file gives none, so that a report never
 * shows changed values under the old name. `where` (the path) begins the message of every UserError.
 *
 * @example
 * const hardware = overrideHardware(DEFAULT_PARAMETERS, { cycles: { copySetup: 90 } }, 'mine', 'slow-copies');
 */
export function overrideHardware(
  base: HardwareParameters,
  overrides: unknown,
  where: string,
  fallbackName: string,
): HardwareParameters {
  if (!isObject(overrides)) throw new UserError(`${where}: must be a JSON object of parameters.`);
  const name = overrides.name ?? fallbackName;
  if (typeof name !== 'string' || !/^[ -~]{1,80}$/.test(name))
    throw new UserError(`${where}: name is ${JSON.stringify(name)}; must be 1 to 80 printable characters.`);
  const analog = overrides.analog === undefined ? base.analog : { ...DEFAULT_ANALOG, ...base.analog };
  const array = overrides.array === undefined ? base.array : { ...DEFAULT_ARRAY, ...base.array };
  const out = {
    name,
    chip: { ...base.chip },
    cycles: { ...base.cycles },
    host: { ...base.host },
    ...(analog === undefined ? {} : { analog: { ...analog } }),
    ...(array === undefined ? {} : { array: { ...array } }),
  };
  for (const [group, values] of Object.entries(overrides)) {
    if (group === 'name') continue;
    const known = GROUPS.find((g) => g === group);
    if (known === undefined)
      throw new UserError(
        `${where}: ${group} is no group of parameters; nearest: ${nearest(group, ['name', ...GROUPS]).join(', ')}.`,
      );
    if (!isObject(values)) throw new UserError(`${where}: ${group} must be an object of parameters.`);
    for (const [key, value] of Object.entries(values)) {
      checkParameter(`${group}.${key}`, value, where);
      (out[known] as unknown as Record<string, number>)[key] = value;
    }
  }
  checkHardware(out, where);
  return out;
}

/**
 * The parameters that the text of a `--hw` file gives over `base`; the file's name without ".json" names the set unless the text does.
 * `path` begins the message of every UserError.
 *
 * @example
 * const hardware = parseHardware('{"chip": {"clockHz": 1e8}}', 'slow.json');
 */
export const parseHardware = (
  text: string,
  path: string,
  base: HardwareParameters = DEFAULT_PARAMETERS,
): HardwareParameters =>
  overrideHardware(base, parseJson(text, path), path, baseName(path).replace(/\.json$/i, ''));

/**
 * `base` with the cycle parameters of a public cost model; the set's name tells it ("diana-default, cost-model=odimo"). Throws a
 * UserError for a name that is none of COST_MODEL_NAMES.
 *
 * @example
 * const program = compile(model, { hardware: withCostModel(DEFAULT_PARAMETERS, 'odimo') });
 */
export function withCostModel(base: HardwareParameters, name: string): HardwareParameters {
  const known = COST_MODEL_NAMES.find((n) => n === name);
  if (known === undefined)
    throw new UserError(`--cost-model is "${name}"; must be one of ${COST_MODEL_NAMES.join(', ')}.`);
  if (known === 'match') return base;
  return { ...base, name: `${base.name}, cost-model=${known}`, cycles: COST_MODELS[known].cycles };
}

/** Sizes of memories in bytes, as `--l1`, `--wmem` and `--l2` give them. */
export interface MemorySizes {
  readonly l1?: number | undefined;
  readonly wmem?: number | undefined;
  readonly l2?: number | undefined;
}

const MEMORY_OPTIONS = { l1: 'l1Bytes', wmem: 'weightMemoryBytes', l2: 'l2Bytes' } as const;

/**
 * `base` with other memory sizes; the set's name tells them ("diana-default, l1=32768"). Throws a UserError for a size
 * that no memory can have.
 *
 * @example
 * const program = compile(model, { hardware: overrideMemories(DEFAULT_PARAMETERS, { l1: 65536 }) });
 */
export function overrideMemories(base: HardwareParameters, sizes: MemorySizes): HardwareParameters {
  const chip = { ...base.chip };
  let name = base.name;
  for (const option of ['l1', 'wmem', 'l2'] as const) {
    const size = sizes[option];
    if (size === undefined) continue;
    checkParameter(`chip.${MEMORY_OPTIONS[option]}`, size, `--${option}`);
    chip[MEMORY_OPTIONS[option]] = size;
    name += `, ${option}=${size}`;
  }
  const out = { ...base, name, chip };
  checkHardware(out, 'memory sizes');
  return out;
}
