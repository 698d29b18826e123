import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.js';
import type { ExternalData } from '../frontends/onnx/tensors.js';

/**
 * Reads external tensor data from files inside `folder`, never outside: absolute paths, "..", and links that lead out are
 * refused, as is a range beyond the file's end.
 */
export function externalDataIn(folder: string): ExternalData {
  return (location, offset, length) => {
    const path = inside(folder, location);
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch {
      throw new UserError(`external data ${JSON.stringify(location)} cannot be read beside the model.`);
    }
    try {
      const stat = fstatSync(file);
      const want = length ?? stat.size - offset;
      if (!stat.isFile() || want < 0 || offset + want > stat.size)
        throw new UserError(
          `external data ${JSON.stringify(location)} has ${stat.size} bytes; the model asks for ${want} from ${offset}.`,
        );
      const bytes = new Uint8Array(want);
      for (let done = 0; done < want; ) {
        const n = readSync(file, bytes, done, want - done, offset + done);
        if (n === 0) throw new UserError(`external data ${JSON.stringify(location)} ended early.`);
        done += n;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  };
}

function inside(folder: string, location: string): string {
  const refuse = (): never => {
    throw new UserError(`external data ${JSON.stringify(location)} must lie inside the model's folder.`);
  };
  if (isAbsolute(location) || location.includes('\0') || location === '') refuse();
  const escapes = (root: string, path: string) => {
    const way = relative(root, path);
    return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  };
  const path = resolve(folder, location);
  if (escapes(resolve(folder), path)) refuse();
  try {
    const real = realpathSync(path);
    if (escapes(realpathSync(folder), real)) refuse();
    return real;
  } catch (error) {
    if (error instanceof UserError) throw error;
    return path;
  }
}
