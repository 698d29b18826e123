import { join } from 'node:path';
import { IMAGE_FILE, MANIFEST_FILE } from '../program/files.js';
import { parseProgram } from '../program/parse.js';
import { renderProgram } from '../program/render.js';
import type { Program } from '../program/types.js';
import { writeFolderAtomic } from './atomic-write.js';
import { readBytes, readText } from './files.js';

/**
 * Reads the Program that `writeProgram` wrote to `folder`. Throws a UserError of one line.
 *
 * @example
 * const { document } = await simulate(readProgram('build'));
 */
export function readProgram(folder: string): Program {
  const [manifest, image] = [join(folder, MANIFEST_FILE), join(folder, IMAGE_FILE)];
  return parseProgram({
    manifest: { name: manifest, text: readText(manifest) },
    image: { name: image, bytes: readBytes(image) },
  });
}

/**
 * Writes a Program to `folder`, whole or not at all. Throws a UserError when it cannot be written.
 *
 * @example
 * writeProgram('build', compile(model));
 */
export const writeProgram = (folder: string, program: Program): void =>
  writeFolderAtomic(folder, renderProgram(program));
