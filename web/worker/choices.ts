import { type CompileChoices, DEFAULT_PARAMETERS, overrideHardware } from './library.js';
import type { Settings } from './settings.js';

/** The settings as the compiler takes them. Throws a UserError for a parameter that does not exist or a value that it cannot have. */
export function choicesOf({ target, fuse, l1Reuse, hardware }: Settings): CompileChoices {
  const groups: Record<string, Record<string, number>> = {};
  for (const [key, value] of Object.entries(hardware)) {
    const [group = '', name = ''] = key.split('.');
    groups[group] = { ...groups[group], [name]: value };
  }
  const changed = Object.entries(hardware)
    .map(([key, value]) => `${key.split('.')[1] ?? key}=${value}`)
    .join(', ');
  return {
    target,
    fuse,
    l1Reuse,
    hardware:
      changed === ''
        ? DEFAULT_PARAMETERS
        : overrideHardware(
            DEFAULT_PARAMETERS,
            groups,
            'parameters',
            `${DEFAULT_PARAMETERS.name}, ${changed}`.slice(0, 80),
          ),
  };
}
