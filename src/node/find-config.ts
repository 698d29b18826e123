import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The file's name; looked for in the working folder and upwards. */
export const CONFIG_FILE = 'diana.config.json';

/** The nearest diana.config.json from `folder` upwards; undefined where there is none. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, CONFIG_FILE);
    if (existsSync(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}
