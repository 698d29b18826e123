import { GENERATOR } from '../generator.js';
import { CHECK_FORMAT, CHECK_VERSION, type CheckDocument } from '../results/check-document.js';

/**
 * The document of what the sanitizer found in one program on the SoC.
 *
 * @example
 * const { exitStatus, findings } = runElf(bytes, { check: true });
 * const document = checkDocument({ file: 'app.elf', exitStatus, findings });
 */
export const checkDocument = (
  run: Omit<CheckDocument, 'format' | 'version' | 'generator'>,
): CheckDocument => ({ format: CHECK_FORMAT, version: CHECK_VERSION, generator: GENERATOR, ...run });
