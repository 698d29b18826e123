import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { parseHardware } from '../program/hardware-overrides.js';
import { readText } from './files.js';

/**
 * The parameters of a `--hw` file over `base` (the defaults). Throws a UserError that begins with the path.
 *
 * @example
 * const program = compile(model, { hardware: readHardwareFile('slow.json') });
 */
export const readHardwareFile = (path: string, base?: HardwareParameters): HardwareParameters =>
  parseHardware(readText(path), path, base);
